"""What is reopened counts anew, and what waited goes on with as much time as it had."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.i18n.reasons import reason_text
from monitor.store.models import Ticket
from tests.alerts.cases.reopened import NUMBER, ask, ticket
from tests.charter.calendars import local
from tests.desk import Desk


def told(desk: Desk) -> list[tuple[str, str]]:
    return [notice for notice in desk.notices() if notice[0] not in ("registered", "resolved", "reopened")]


def last_line(desk: Desk) -> str:
    with desk.store.read() as session:
        found = session.get(Ticket, 1)
        assert found is not None
        return reason_text(found.events[-1].reason, "en")


@pytest.mark.parametrize("months", [1, 6, 12])
def test_what_was_settled_in_time_and_is_reopened_later_counts_from_its_reopening(desk: Desk, months: int) -> None:
    ask(desk)
    desk.wait(hours=2)
    desk.act(NUMBER, "resolve")
    desk.act(NUMBER, "close")
    desk.wait(days=30 * months)
    desk.act(NUMBER, "reopen")
    assert "counts from its reopening" in last_line(desk)
    desk.wait(seconds=1)
    assert ticket(desk).event_utc == desk.clock.utc() - timedelta(seconds=1)
    assert ticket(desk).deadline_utc > desk.clock.utc()
    assert (ticket(desk).stage, told(desk)) == (0, [])

    # It may become overdue like any other, and then climbs one stage.
    desk.wait(days=12)
    assert ticket(desk).stage == 1
    assert [kind for kind, _ in told(desk) if kind != "due_today"] == ["breach", "stage"]


@pytest.mark.parametrize("looked", [True, False], ids=["seen to be overdue", "resolved late while nobody looked"])
def test_what_was_overdue_goes_on_from_its_stage_whose_time_is_counted_anew(desk: Desk, looked: bool) -> None:
    ask(desk)
    desk.clock.advance(timedelta(days=1, hours=8).total_seconds())
    if looked:
        desk.look()
    desk.act(NUMBER, "resolve")
    desk.wait(days=180)
    desk.act(NUMBER, "reopen")
    assert "goes on at stage 1, which begins again" in last_line(desk)
    reopened = desk.clock.utc()
    for _ in range(3):
        desk.wait(seconds=1)
        assert ticket(desk).stage == 1
    desk.wait(days=25)
    assert ticket(desk).stage == 1
    desk.wait(days=12)
    assert ticket(desk).stage == 2
    assert ticket(desk).anew_utc == reopened
    assert [who for kind, who in told(desk) if kind == "stage"] == ["grievance", "appeal"]


def test_who_nobody_looked_at_for_months_begins_one_stage_with_its_whole_time(desk: Desk) -> None:
    ask(desk)
    desk.wait(days=400)
    for _ in range(3):
        desk.wait(seconds=1)
        assert ticket(desk).stage == 1
    desk.wait(days=20)
    assert ticket(desk).stage == 1
    desk.wait(days=20)
    assert ticket(desk).stage == 2


def test_the_holder_of_a_stage_that_is_counted_anew_is_reminded_anew(desk: Desk) -> None:
    ask(desk)
    desk.wait(days=2)
    for _ in range(30):
        desk.wait(days=1)
    assert ("lapses_soon", "grievance") in told(desk)
    desk.act(NUMBER, "resolve")
    desk.wait(days=90)
    desk.act(NUMBER, "reopen")
    for _ in range(35):
        desk.wait(days=1)
    assert told(desk).count(("lapses_soon", "grievance")) == 2


def test_time_that_waits_is_left_when_it_goes_on_and_its_event_keeps_its_date(desk: Desk) -> None:
    services = dict(desk.office.charter.services)
    services["citizen:2"] = replace(services["citizen:2"], waiting_pauses=True)
    desk.office = replace(desk.office, charter=replace(desk.office.charter, services=services))
    ask(desk)
    asked = desk.clock.utc()
    desk.wait(days=1)  # Wednesday, 10:00: seven hours are left
    desk.act(NUMBER, "wait", "a spare part")
    desk.wait(days=4, hours=3)  # over the weekend, until Sunday at 13:00
    desk.act(NUMBER, "start")
    assert ticket(desk).event_utc == asked
    assert local(ticket(desk).deadline_utc) == "2026-11-30T12:00"  # four hours on Sunday, three on Monday
    desk.wait(hours=5)
    assert ticket(desk).stage == 0

    # A stage waits, too.
    desk.wait(days=1)
    assert ticket(desk).stage == 1
    desk.act(NUMBER, "wait", "a spare part")
    desk.wait(days=100)
    assert ticket(desk).stage == 1
    desk.act(NUMBER, "start")
    desk.wait(days=25)
    assert ticket(desk).stage == 1
    desk.wait(days=12)
    assert ticket(desk).stage == 2
