"""What was dated while the clock was in doubt is dated anew, with all that was counted from it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.alerts.cases import redate
from monitor.alerts.notices.gather import deadline_of
from monitor.judging.clock_trust import Move
from monitor.store.models import Ticket
from tests.alerts.cases.reopened import NUMBER, ask, ticket
from tests.desk import Desk

BOTH_WAYS = pytest.mark.parametrize("days", [3, 40, -3])


def another_time_is_believed(desk: Desk, since_utc: datetime, days: int) -> timedelta:
    """What was dated since then was so many days too early, or too late; the clock goes on from there."""
    by = timedelta(days=days)
    desk.clock.step(by.total_seconds())
    with desk.store.write() as session:
        redate.redate(desk.work(session), Move(since_utc, by))
    return by


def ask_what_may_wait(desk: Desk) -> None:
    """As `ask`, for a service whose time stands still meanwhile."""
    services = dict(desk.office.charter.services)
    services["citizen:2"] = replace(services["citizen:2"], waiting_pauses=True)
    desk.office = replace(desk.office, charter=replace(desk.office.charter, services=services))
    ask(desk)


def due_by_hand(desk: Desk) -> datetime:
    """As its dates say now."""
    with desk.store.read() as session:
        found = session.get(Ticket, 1)
        assert found is not None
        return deadline_of(desk.office, found).due_utc


@BOTH_WAYS
def test_what_was_reopened_in_doubt_is_due_from_when_it_was_truly_reopened(desk: Desk, days: int) -> None:
    ask(desk)
    desk.wait(hours=2)
    desk.act(NUMBER, "resolve")
    desk.wait(days=7)
    doubted_utc = desk.clock.utc()
    desk.wait(minutes=5)
    desk.act(NUMBER, "reopen")
    reopened_utc, due_utc = ticket(desk).event_utc, ticket(desk).deadline_utc

    by = another_time_is_believed(desk, doubted_utc, days)
    assert ticket(desk).event_utc == reopened_utc + by
    assert ticket(desk).deadline_utc == due_by_hand(desk)
    assert ticket(desk).deadline_utc != due_utc


@pytest.mark.parametrize("asked_in_doubt", [True, False])
@BOTH_WAYS
def test_time_that_stood_still_in_doubt_stands_still_by_the_true_dates(
    desk: Desk, days: int, asked_in_doubt: bool
) -> None:
    desk.clock.advance(timedelta(days=12).total_seconds())  # a Sunday, 10:00
    ask_what_may_wait(desk)
    doubted_utc = desk.clock.utc() + timedelta(seconds=-1 if asked_in_doubt else 1)
    desk.wait(hours=23)
    desk.act(NUMBER, "wait", "for a spare part")
    desk.wait(hours=2)
    desk.act(NUMBER, "start")
    ((stopped, resumed),) = ticket(desk).waits

    by = another_time_is_believed(desk, doubted_utc, days)
    assert ticket(desk).waits == [[(datetime.fromisoformat(end) + by).isoformat() for end in (stopped, resumed)]]
    assert ticket(desk).deadline_utc == due_by_hand(desk)


def test_what_waited_before_the_doubt_keeps_its_dates(desk: Desk) -> None:
    ask_what_may_wait(desk)
    desk.act(NUMBER, "wait", "for a spare part")
    desk.wait(hours=1)
    desk.act(NUMBER, "start")
    before, due_utc = ticket(desk).waits, ticket(desk).deadline_utc
    desk.wait(minutes=1)
    another_time_is_believed(desk, desk.clock.utc(), 40)
    assert (ticket(desk).waits, ticket(desk).deadline_utc) == (before, due_utc)
