"""The history of all tickets is one chain that shows every tampering."""

import json
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.reasons import as_json
from monitor.store import ticket_history
from monitor.store.models import Ticket, TicketEvent
from monitor.store.numbers import next_number
from monitor.store.opening import DATABASE
from tests.desk import Desk


def verify(desk: Desk, head: str = "") -> ticket_history.Audit:
    with desk.store.read() as session:
        return ticket_history.verify(session, head)


def some_history(desk: Desk) -> None:
    for site in ("backbone-north", "backbone-south"):
        desk.goes_down(site)
    desk.look()
    desk.act("BHR-2026-000001", "ack", "ফোনে জানানো হয়েছে")
    desk.act("BHR-2026-000002", "comment", "second")
    desk.act("BHR-2026-000001", "resolve", "fibre spliced")


def tamper(desk: Desk, *statements: str) -> None:
    """As somebody with the file in his hands would, past all triggers."""
    with closing(sqlite3.connect(desk.store.state / DATABASE)) as raw, raw:
        for verb in ("update", "delete"):
            raw.execute(f"DROP TRIGGER ticket_events_no_{verb}")
        for statement in statements:
            raw.execute(statement)


def test_an_untouched_history_verifies_to_its_head(desk: Desk) -> None:
    assert verify(desk) == ticket_history.Audit(0, ticket_history.BEGINNING, "")
    some_history(desk)
    found = verify(desk)
    assert (found.events, found.fault) == (7, "")
    assert len(found.head) == 64


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket_events SET text = 'nothing happened' WHERE id = 5",
        "UPDATE ticket_events SET actor = 'somebody else' WHERE id = 3",
        "UPDATE ticket_events SET at_utc = '2026-11-24 05:00:00.000000' WHERE id = 4",
        "UPDATE ticket_events SET ticket_id = 1 WHERE id = 6",
        "UPDATE ticket_events SET reason = NULL WHERE id = 1",
        "UPDATE ticket_events SET reason = 'null' WHERE id = 5",
        "UPDATE ticket_events SET reason = 'damaged' WHERE id = 1",
        "UPDATE ticket_events SET reason = json_set(reason, '$.due', '2026-12-24T05:00:00+00:00') WHERE id = 1",
        "UPDATE ticket_events SET reason = json_set(reason, '$.unknown', 1) WHERE id = 1",
        "UPDATE ticket_events SET reason = (SELECT reason FROM ticket_events WHERE id = 1) WHERE id = 5",
        "DELETE FROM ticket_events WHERE id = 2",
        "INSERT INTO ticket_events (id, ticket_id, at_utc, actor, kind, text, hash) "
        "SELECT 0, ticket_id, at_utc, actor, kind, text, hash FROM ticket_events WHERE id = 1",
    ],
)
def test_every_tampering_is_found(desk: Desk, statement: str) -> None:
    some_history(desk)
    tamper(desk, statement)
    assert "is not what was recorded" in str(verify(desk).fault)


def test_what_people_write_with_strange_letters_stays_whole_once_it_is_cleaned_and_stored(desk: Desk) -> None:
    some_history(desk)
    with desk.store.write() as session:
        ticket = session.get_one(Ticket, 1)
        ticket_history.record(desk.work(session, "a" * 300 + "\x1b"), ticket, "comment", " ড়\x00\ud800 \u202e\tend \n")
    assert verify(desk).fault == ""


def test_a_cut_off_end_is_found_by_a_head_that_was_noted_elsewhere(desk: Desk) -> None:
    some_history(desk)
    head = verify(desk).head
    tamper(desk, "DELETE FROM ticket_events WHERE id >= 6")
    assert "cut off" in str(verify(desk).fault), "the head's own row tells too"
    with closing(sqlite3.connect(desk.store.state / DATABASE)) as raw, raw:
        raw.execute("UPDATE chain_heads SET hash = (SELECT hash FROM ticket_events WHERE id = 5)")
    assert verify(desk).fault == "", "who thinks of that row is found by what was noted elsewhere alone"
    assert "cut off" in str(verify(desk, head).fault)


def test_an_older_head_is_still_found_in_a_history_that_has_grown(desk: Desk) -> None:
    some_history(desk)
    head = verify(desk).head
    desk.act("BHR-2026-000001", "close")
    assert verify(desk, head.upper()).fault == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket_events SET text = ''",
        "DELETE FROM ticket_events",
        "INSERT OR REPLACE INTO ticket_events SELECT id, ticket_id, at_utc, actor, kind, '', hash, reason, '' "
        "FROM ticket_events",
        "REPLACE INTO ticket_events SELECT id, ticket_id, at_utc, actor, kind, '', '', NULL, '' FROM ticket_events "
        "WHERE id = 1",
        "UPDATE OR REPLACE ticket_events SET id = 2 WHERE id = 1",
        "UPDATE OR IGNORE ticket_events SET text = ''",
        "INSERT INTO ticket_events SELECT id, ticket_id, at_utc, actor, kind, 'x', '', NULL, '' FROM ticket_events "
        "WHERE id = 1 ON CONFLICT (id) DO UPDATE SET text = excluded.text",
        "INSERT OR REPLACE INTO tickets SELECT * FROM tickets WHERE id = 1",
        "DELETE FROM tickets WHERE id = 1",
        "UPDATE tickets SET number = 'BHR-2026-000099' WHERE id = 1",
        "UPDATE OR REPLACE tickets SET id = 2 WHERE id = 1",
        "UPDATE tickets SET office = 'another' WHERE id = 1",
    ],
)
def test_the_database_itself_refuses_to_change_or_replace_history(desk: Desk, statement: str) -> None:
    some_history(desk)
    with (
        closing(sqlite3.connect(desk.store.state / DATABASE)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="only grows"),
    ):
        raw.execute(statement)
    assert verify(desk).fault == ""


def test_an_event_without_a_reason_has_the_hash_that_versions_before_gave_it() -> None:
    at = datetime(2026, 11, 24, 4, tzinfo=UTC)
    given = ticket_history.link(ticket_history.BEGINNING, "BHR-2026-000041", at, "monitor", "opened", "line 1")
    assert given == "3027532772455fea1c15d2ee5f430710c89e9f1ccf0e2500aa9ed5577db0dc55"


def test_a_reasons_members_may_stand_in_any_order(desk: Desk) -> None:
    some_history(desk)
    with desk.store.read() as session:
        before, event = ticket_history.BEGINNING, session.get_one(TicketEvent, 1)
        stored = json.dumps(dict(reversed(as_json(event.reason).items())), indent=1)  # type: ignore[union-attr]
        given = ticket_history.link(
            before, event.ticket.number, event.at_utc, event.actor, event.kind, event.text, stored
        )
        assert given == event.hash


def test_an_event_whose_ticket_is_gone_is_a_fault_and_no_shorter_history(desk: Desk) -> None:
    some_history(desk)
    with closing(sqlite3.connect(desk.store.state / DATABASE)) as raw, raw:
        raw.execute("DROP TRIGGER tickets_no_delete")
        raw.execute("DELETE FROM tickets WHERE id = 1")
    assert "is gone" in str(verify(desk).fault)


@given(st.lists(st.text(max_size=8), min_size=3, max_size=3), st.lists(st.text(max_size=8), min_size=3, max_size=3))
def test_no_two_different_events_share_a_hash_whatever_stands_in_their_fields(one: list[str], other: list[str]) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    same = ticket_history.link("0", "n", now, *one) == ticket_history.link("0", "n", now, *other)
    assert same is (one == other)


def test_what_is_taken_back_gives_its_number_and_its_place_in_the_chain_back(desk: Desk) -> None:
    some_history(desk)
    with desk.store.write() as session:
        work = desk.work(session)
        first = session.get_one(Ticket, 1)
        with suppress(ZeroDivisionError), session.begin_nested():
            ticket_history.record(work, first, "comment", "never was")
            session.flush()
            assert (next_number(work, 2026), next_number(work, 2027)) == (3, 1)
            _ = 1 / 0
        work.known.forget()
        ticket_history.record(work, first, "comment", "was")
        assert (next_number(work, 2026), next_number(work, 2027)) == (3, 1)
    assert verify(desk).fault == ""
    assert verify(desk).events == 8


def test_two_units_of_work_in_one_transaction_lengthen_one_chain(desk: Desk) -> None:
    some_history(desk)
    with desk.store.write() as session:
        first = session.get_one(Ticket, 1)
        for text in ("by one", "by the other"):
            ticket_history.record(desk.work(session, text), first, "comment", text)
    assert verify(desk).fault == ""


def test_a_head_that_somebody_deleted_is_told_and_found_again_with_the_next_event(desk: Desk) -> None:
    some_history(desk)
    with closing(sqlite3.connect(desk.store.state / DATABASE)) as raw, raw:
        raw.execute("DELETE FROM chain_heads")
    assert "cut off" in str(verify(desk).fault)
    desk.act("BHR-2026-000002", "comment", "third")
    assert verify(desk).fault == ""
