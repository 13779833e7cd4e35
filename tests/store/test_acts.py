"""What people do stands in one chain with the history of tickets, and shows every tampering as that does."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from monitor.alerts.cases import actions
from monitor.charter.offices import ALONE
from monitor.store import acts, audit_chain, mailed_head, ticket_history
from monitor.store.models import Act, ChainHead, Ticket, TicketEvent
from monitor.store.opening import DATABASE
from monitor.store.session import Session
from monitor.store.work import Work
from tests.desk import Desk, shipped_office
from tests.store.migrated import new_store

NUMBER = "BHR-2026-000001"


def by_hand(desk: Desk, session: Session, actor: str = "rahima") -> Work:
    """A transaction of somebody at the console."""
    return replace(desk.work(session, actor), via="console", address="127.0.0.1")


def a_morning(desk: Desk) -> None:
    """Acts with events of the monitor before, between and after them."""
    desk.goes_down("backbone-north")
    desk.look()
    with desk.store.write() as session:
        actions.act(by_hand(desk, session), NUMBER, "ack", "ফোনে জানানো হয়েছে")
    desk.goes_down("backbone-south")
    desk.look()
    with desk.store.write() as session:
        actions.act(by_hand(desk, session), NUMBER, "start", "")
        actions.resend(by_hand(desk, session, "karim"), 1)
        acts.record(
            by_hand(desk, session), "user.disable", "old", {"enabled": True, "role": "viewer"}, {"enabled": False}
        )
    desk.comes_back("backbone-north")


def verify(desk: Desk, head: str = "") -> audit_chain.Audit:
    with desk.store.read() as session:
        return audit_chain.verify(session, head)


def rows(desk: Desk) -> list[Act]:
    with desk.store.read() as session:
        return list(session.scalars(select(Act).order_by(Act.id)))


def test_an_act_says_who_when_from_where_and_what_changed_and_the_chain_is_whole(desk: Desk) -> None:
    a_morning(desk)
    first, second, third, fourth = rows(desk)
    assert (first.actor, first.via, first.address) == ("rahima", "console", "127.0.0.1")
    assert (first.kind, first.about, first.at_utc) == ("ticket.ack", NUMBER, desk.clock.utc())
    assert (first.before, first.after) == ({"state": "open"}, {"state": "acknowledged"})
    assert (second.kind, third.kind, third.about) == ("ticket.start", "notice.resend", "1")
    # Only what differs is kept.
    assert (fourth.before, fourth.after) == ({"enabled": True, "role": "viewer"}, {"enabled": False})
    found = verify(desk)
    assert (found.fault, found.acts) == ("", 4)
    with desk.store.read() as session:
        assert found.events == len(session.scalars(select(TicketEvent)).all())


def test_the_monitor_and_the_help_desk_record_no_acts(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.act(NUMBER, "ack", "by whom no way is told")
    assert rows(desk) == []


def tamper(desk: Desk, statement: str) -> None:
    """As somebody with the file in his hands would, past all triggers."""
    with closing(sqlite3.connect(desk.store.state / DATABASE)) as raw, raw:
        for verb in ("update", "delete", "replace"):
            raw.execute(f"DROP TRIGGER acts_no_{verb}")
        raw.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE acts SET after_event_id = after_event_id + 1 WHERE id = 1",
        "UPDATE acts SET after_event_id = after_event_id - 1 WHERE id = 2",
        "UPDATE acts SET at_utc = '2026-11-24 05:00:00.000000' WHERE id = 2",
        "UPDATE acts SET actor = 'somebody else' WHERE id = 1",
        "UPDATE acts SET via = 'api' WHERE id = 1",
        "UPDATE acts SET address = '127.0.0.2' WHERE id = 3",
        "UPDATE acts SET kind = 'ticket.resolve' WHERE id = 1",
        "UPDATE acts SET about = 'BHR-2026-000002' WHERE id = 1",
        "UPDATE acts SET \"before\" = '{}' WHERE id = 1",
        "UPDATE acts SET \"after\" = json_set(\"after\", '$.state', 'closed') WHERE id = 1",
        "UPDATE acts SET \"after\" = 'damaged' WHERE id = 1",
        "UPDATE acts SET hash = '0' WHERE id = 2",
        "UPDATE acts SET id = 9 WHERE id = 3",
        "DELETE FROM acts WHERE id = 2",
        'INSERT INTO acts SELECT 0, after_event_id, at_utc, actor, via, address, kind, about, "before", "after", hash, '
        "office FROM acts WHERE id = 1",
    ],
)
def test_every_tampering_with_an_act_is_found(desk: Desk, change: str) -> None:
    a_morning(desk)
    tamper(desk, change)
    assert "is not what was recorded" in str(verify(desk).fault)


def test_the_place_of_the_last_act_cannot_be_altered_although_nothing_stands_behind_it(desk: Desk) -> None:
    a_morning(desk)
    with desk.store.write() as session:
        acts.record(by_hand(desk, session), "plan.end", "cable", {}, {"until": desk.clock.utc()})
    tamper(desk, "UPDATE acts SET after_event_id = 99 WHERE kind = 'plan.end'")
    assert "(plan.end) is not what was recorded" in str(verify(desk).fault)


def test_an_act_is_not_lost_with_the_event_before_it_nor_an_event_behind_an_act(desk: Desk) -> None:
    a_morning(desk)
    tamper(desk, "DELETE FROM acts WHERE id = 1")
    # The event behind it no longer fits: it was linked to the act.
    assert "event" in str(verify(desk).fault)


def test_acts_cut_off_at_the_end_are_missed_by_the_stored_head_and_by_one_that_was_noted(desk: Desk) -> None:
    a_morning(desk)
    with desk.store.write() as session:
        acts.record(by_hand(desk, session), "plan.end", "cable", {}, {"until": desk.clock.utc()})
    noted = verify(desk).head
    tamper(desk, "DELETE FROM acts WHERE kind = 'plan.end'")
    assert "the last event is gone" in str(verify(desk).fault)
    with desk.store.write() as session:
        session.get_one(ChainHead, (ALONE, audit_chain.TICKETS)).hash = audit_chain.last_hash(session)
    assert verify(desk).fault == ""
    assert noted in str(verify(desk, noted).fault)


@pytest.mark.parametrize(
    "verb", ["UPDATE acts SET actor = 'x'", "DELETE FROM acts", "REPLACE INTO acts SELECT * FROM acts"]
)
def test_the_database_itself_refuses_to_change_acts(desk: Desk, verb: str) -> None:
    a_morning(desk)
    with pytest.raises(DatabaseError, match="only grows"), desk.store.write() as session:
        session.connection().exec_driver_sql(verb)


def test_the_head_that_a_letter_carries_covers_acts_and_is_noted_in_their_order(desk: Desk, tmp_path: Path) -> None:
    a_morning(desk)
    with desk.store.write() as session:
        acts.record(by_hand(desk, session), "plan.end", "cable", {}, {"until": desk.clock.utc()})
        earlier = ticket_history.head_of(desk.work(session))
        acts.record(by_hand(desk, session), "plan.end", "mast", {}, {"until": desk.clock.utc()})
        later = ticket_history.head_of(desk.work(session))
    assert later == verify(desk, earlier).head
    for head in (later, earlier):
        with desk.store.read() as session:
            mailed_head.note(session, tmp_path, head, desk.clock.utc())
    kept = mailed_head.read(tmp_path)
    assert kept is not None
    assert kept.head == later


def test_a_lost_row_of_the_head_is_made_anew_from_the_last_entry_be_it_an_act(desk: Desk) -> None:
    a_morning(desk)
    with desk.store.write() as session:
        acts.record(by_hand(desk, session), "plan.end", "cable", {}, {"until": desk.clock.utc()})
        session.delete(session.get_one(ChainHead, (ALONE, audit_chain.TICKETS)))
    with desk.store.write() as session:
        acts.record(by_hand(desk, session), "plan.end", "mast", {}, {})
    assert verify(desk).fault == ""


texts = st.text(max_size=30)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(), texts, st.lists(texts, max_size=3)
)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.one_of(st.none(), st.tuples(texts, texts, st.dictionaries(texts, values, max_size=3))), max_size=8
    )
)
def test_whatever_is_recorded_in_any_order_with_events_verifies(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, dict[str, object]] | None]
) -> None:
    store = new_store(tmp_path_factory.mktemp("any"))
    desk = Desk(shipped_office(), store)
    desk.goes_down("backbone-north")
    desk.look()
    for step in steps:
        desk.clock.advance(timedelta(seconds=1).total_seconds())
        with store.write() as session:
            if step is None:
                ticket_history.record(desk.work(session), session.get_one(Ticket, 1), "comment", "an event")
            else:
                acts.record(by_hand(desk, session, step[0]), "plan.add", step[1], {}, step[2])
    found = verify(desk)
    store.close()
    assert found.fault == ""
    assert found.acts == sum(step is not None for step in steps)
