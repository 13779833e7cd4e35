"""Notices: owed once, leased by one, in order, tried again, given up."""

from datetime import timedelta

from sqlalchemy import select

from monitor.alerts import outbox
from monitor.alerts.outbox import Letter
from monitor.store.models import Notice
from tests.alerts.conftest import Desk


def lease(desk: Desk) -> Letter | None:
    with desk.store.write() as session:
        return outbox.lease_next(session, desk.clock.utc())


def sent(desk: Desk, letter: Letter) -> None:
    with desk.store.write() as session:
        outbox.mark_sent(session, letter, "250 ok", desk.clock.utc())


def two_letters(desk: Desk) -> tuple[Letter, Letter]:
    desk.goes_down("backbone-north")
    desk.look()
    first, second = lease(desk), lease(desk)
    assert first is not None
    assert second is not None
    return first, second


def test_what_is_leased_is_not_leased_again_until_the_lease_runs_out(desk: Desk) -> None:
    first, second = two_letters(desk)
    assert {first.recipient, second.recipient} == {"responsible", "grievance"}
    assert lease(desk) is None
    desk.clock.advance(outbox.LEASE.total_seconds() + 1)
    again = lease(desk)
    # The same letter under the same Message-ID: a reader's mail program shows it once.
    assert again is not None
    assert again.message_id == first.message_id
    assert again.attempts == 2


def test_a_restart_frees_the_leases_of_the_run_before(desk: Desk) -> None:
    two_letters(desk)
    with desk.store.write() as session:
        outbox.release_leases(session)
    assert lease(desk) is not None


def test_a_recovery_is_not_told_before_the_problem(desk: Desk) -> None:
    first, second = two_letters(desk)
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    held = lease(desk)
    assert held is not None
    assert held.kind != "resolved"
    sent(desk, first)
    sent(desk, second)
    later = lease(desk)
    assert later is not None
    assert later.kind == "resolved"
    assert later.thread_id == first.message_id
    assert later.message_id != first.message_id


def test_a_failed_letter_waits_twice_as_long_each_time_up_to_an_hour(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    pauses = []
    for _ in range(10):
        letter = lease(desk)
        assert letter is not None
        with desk.store.write() as session:
            outbox.mark_failed(session, letter, "451 later", desk.office, desk.clock.utc())
            due = session.scalars(select(Notice.due_utc).where(Notice.id == letter.id)).one()
            session.query(Notice).where(Notice.id != letter.id).update({Notice.sent_utc: desk.clock.utc()})
        pauses.append((due - desk.clock.utc()).total_seconds())
        desk.clock.advance(pauses[-1])
    assert pauses[:4] == [30, 60, 120, 240]
    assert pauses[-1] == 3_600


def test_a_letter_is_given_up_after_a_month_and_then_blocks_nobody(desk: Desk) -> None:
    first, second = two_letters(desk)
    sent(desk, second)
    desk.clock.advance(timedelta(days=31).total_seconds())
    with desk.store.write() as session:
        outbox.mark_failed(session, first, "451 later", desk.office, desk.clock.utc())
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    letters = [lease(desk), lease(desk), lease(desk)]
    assert sorted(letter.recipient for letter in letters if letter and letter.kind == "resolved") == [
        "grievance",
        "responsible",
    ]
