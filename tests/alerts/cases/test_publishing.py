"""What officers tell the public, and outages that count against nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.alerts.cases import actions
from monitor.alerts.cases.publishing import LONGEST_NOTE
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, StaleVersion
from monitor.store import queries
from monitor.store.models import Act, Outage, Ticket
from monitor.store.work import Work
from tests.alerts.cases.asked import ask
from tests.desk import Desk


def by_officer(desk: Desk, session: object) -> Work:
    return Work(session, desk.office, desk.clock.utc(), "officer", via="console", address="127.0.0.1")  # type: ignore[arg-type]


def acts_of(desk: Desk) -> list[tuple[str, str, object, object]]:
    with desk.store.read() as session:
        return [(each.kind, each.about, each.before, each.after) for each in session.scalars(select(Act))]


def test_a_note_is_kept_recorded_and_can_be_taken_back(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    with desk.store.write() as session:
        actions.note_outage(by_officer(desk, session), 1, " দল রওনা\u202e হয়েছে ")
    assert desk.outages()[0].note == "দল রওনা হয়েছে"
    with desk.store.write() as session:
        actions.note_outage(by_officer(desk, session), 1, "")
    assert desk.outages()[0].note == ""
    assert [act[0] for act in acts_of(desk)] == ["outage.note"] * 2
    assert acts_of(desk)[0][1:] == ("backbone-north #1", {"note": ""}, {"note": "দল রওনা হয়েছে"})


def test_an_excused_outage_opens_no_ticket_and_is_in_no_record(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    with desk.store.write() as session:
        actions.excuse_outage(by_officer(desk, session), 1, "the road was closed by order")
    desk.wait(days=10)
    assert desk.tickets() == []
    assert desk.notices() == []
    with desk.store.read() as session:
        assert queries.cases(session, desk.clock.utc() - timedelta(days=30)) == []
        assert (session.scalars(select(Outage)).one().excused_by) == "officer"
    # Taken back, it counts again.
    with desk.store.write() as session:
        actions.excuse_outage(by_officer(desk, session), 1, "")
    desk.look()
    assert [state for _, state, _ in desk.tickets()] == ["open"]


def excuse(desk: Desk, outage: int, why: str) -> None:
    with desk.store.write() as session:
        actions.excuse_outage(by_officer(desk, session), outage, why)


def test_the_excuse_resolves_the_ticket_that_was_open_already_and_taken_back_opens_it_again(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=10)
    ((number, *_),) = desk.tickets()
    before = len(desk.notices())
    excuse(desk, 1, "the road was closed by order")
    assert desk.history(number)[-1] == "resolved"
    assert [state for _, state, _ in desk.tickets()] == ["resolved"]
    # Who had letters of it hears of it, and nothing climbs any more.
    assert {kind for kind, _ in desk.notices()[before:]} == {"resolved"}
    desk.wait(days=90)
    assert desk.tickets()[0][1:] == ("resolved", 1)
    excuse(desk, 1, "")
    assert desk.tickets()[0][1] == "open"
    assert desk.history(number)[-1] == "reopened"
    # A recovery that lasts resolves it, as it would have.
    desk.comes_back("udc-juniadaha")
    desk.wait(minutes=11)
    assert desk.tickets()[0][1] == "resolved"


def test_an_outage_that_counts_keeps_the_ticket_of_another_that_does_not(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=10)
    desk.comes_back("udc-juniadaha")
    desk.wait(minutes=11)
    desk.goes_down("udc-juniadaha")
    desk.wait(minutes=1)
    assert [state for _, state, _ in desk.tickets()] == ["open"]
    excuse(desk, 1, "the road was closed by order")
    assert [state for _, state, _ in desk.tickets()] == ["open"]
    assert desk.history(desk.tickets()[0][0])[-1] == "comment"
    excuse(desk, 2, "and still is")
    assert [state for _, state, _ in desk.tickets()] == ["resolved"]


def test_what_somebody_resolved_stays_so_when_an_excuse_is_taken_back(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=10)
    ((number, *_),) = desk.tickets()
    desk.act(number, "resolve", "spliced")
    excuse(desk, 1, "the road was closed by order")
    excuse(desk, 1, "")
    assert [state for _, state, _ in desk.tickets()] == ["resolved"]


def test_an_excuse_needs_words(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    for nothing in ("", " \n", "…"):
        with desk.store.write() as session, pytest.raises(BadInput):
            actions.excuse_outage(by_officer(desk, session), 1, nothing)
    assert acts_of(desk) == []


def test_a_public_note_of_a_ticket_is_no_line_of_its_story(desk: Desk) -> None:
    number = ask(desk)
    before = desk.history(number)
    with desk.store.write() as session:
        actions.set_public_note(by_officer(desk, session), number, "কাল দেখা হবে")
    with desk.store.read() as session:
        assert session.scalars(select(Ticket.public_note)).one() == "কাল দেখা হবে"
    assert desk.history(number) == before
    assert acts_of(desk)[-1][:2] == ("ticket.public_note", number)


def test_a_note_too_long_for_the_page_is_refused(desk: Desk) -> None:
    number = ask(desk)
    with desk.store.write() as session, pytest.raises(BadInput, match="at most 500"):
        actions.set_public_note(by_officer(desk, session), number, "x" * (LONGEST_NOTE + 1))


def test_of_two_officers_the_second_learns_what_the_first_wrote(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    with desk.store.write() as session:
        actions.note_outage(by_officer(desk, session), 1, "first", seen=Seen(1))
    with desk.store.write() as session, pytest.raises(StaleVersion) as stale:
        actions.note_outage(by_officer(desk, session), 1, "second", seen=Seen(1))
    assert stale.value.now.version == 2
    assert desk.outages()[0].note == "first"


def test_an_outage_that_never_was_cannot_be_noted(desk: Desk) -> None:
    with desk.store.write() as session, pytest.raises(NotAllowed, match="no outage 7"):
        actions.note_outage(by_officer(desk, session), 7, "x")
