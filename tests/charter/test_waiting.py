"""Time that stands still: when a matter goes on, as much of its promised time is left as when it stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.charter.deadline import disposal_deadline, explain, target_deadline
from monitor.charter.waiting import Wait, working_time
from monitor.domain.period import Period
from tests.charter.calendars import DHAKA, calendar, dhaka, local
from tests.charter.oracle import Oracle
from tests.places import SHIPPED

MINUTE = timedelta(minutes=1)


def due(event: str, days: int, rule: str, *waits: tuple[str, str]) -> str:
    started = dhaka(event)
    stood = [Wait(dhaka(stopped), dhaka(resumed)) for stopped, resumed in waits]
    period, office = Period("working_days", days), calendar(rule=rule)
    return local(
        target_deadline(period, started_utc=started, confirmed_utc=started, calendar=office, waits=stood).due_utc
    )


@pytest.mark.parametrize("rule", ["first-day-excluded", "elapsed"])
@pytest.mark.parametrize(
    ("waits", "excluded", "elapsed"),
    [
        ([], "2026-11-29T17:00", "2026-11-29T10:00"),
        # Over a night and over a weekend nothing stands still but office hours.
        ([("2026-11-26T18:00", "2026-11-29T08:00")], "2026-11-29T17:00", "2026-11-29T10:00"),
        # Seven hours are left on Sunday at ten, and on Monday at ten.
        ([("2026-11-29T10:00", "2026-11-30T10:00")], "2026-11-30T17:00", "2026-11-29T10:00"),
        ([("2026-11-29T09:30", "2026-11-30T12:00")], "2026-12-01T11:30", "2026-11-30T12:30"),
        ([("2026-11-29T09:30", "2026-11-29T09:40")], "2026-11-30T09:10", "2026-11-29T10:10"),
        # Twice: each time what is left is what was left.
        (
            [("2026-11-29T09:30", "2026-11-29T09:40"), ("2026-11-29T10:00", "2026-11-29T12:00")],
            "2026-11-30T11:10",
            "2026-11-29T12:10",
        ),
        # The first day is left out by one rule: waiting on it is free.
        ([("2026-11-26T11:00", "2026-11-26T15:00")], "2026-11-29T17:00", "2026-11-29T14:00"),
        # What is over cannot stand still.
        ([("2026-11-29T17:00", "2026-12-29T17:00")], "2026-11-29T17:00", "2026-11-29T10:00"),
    ],
)
def test_as_much_is_left_as_there_was(rule: str, waits: list[tuple[str, str]], excluded: str, elapsed: str) -> None:
    wanted = excluded if rule == "first-day-excluded" else elapsed
    assert due("2026-11-26T10:00", 1, rule, *waits) == wanted


def test_some_seconds_do_not_make_it_due_on_another_day() -> None:
    started = dhaka("2026-11-26T10:00")
    stopped, resumed = dhaka("2026-11-29T10:00"), dhaka("2026-11-30T10:00")
    for seconds in (-20, 20):
        wait = Wait(stopped, resumed + timedelta(seconds=seconds))
        period = Period("working_days", 1)
        office = calendar()
        found = target_deadline(period, started_utc=started, confirmed_utc=started, calendar=office, waits=[wait])
        assert local(found.due_utc) == "2026-11-30T17:00"


def test_hours_and_seconds_stand_still_by_the_clock_and_at_once_never_does() -> None:
    started = dhaka("2026-11-26T10:00")
    wait = Wait(dhaka("2026-11-26T12:00"), dhaka("2026-11-28T12:00"))
    hours = target_deadline(
        Period("hours", 4), started_utc=started, confirmed_utc=started, calendar=calendar(), waits=[wait]
    )
    assert local(hours.due_utc) == "2026-11-28T14:00"
    at_once = target_deadline(
        Period("immediate"), started_utc=started, confirmed_utc=started, calendar=calendar(), waits=[wait]
    )
    assert at_once.due_utc == started


@pytest.mark.parametrize(("unit", "amount"), [("months", 1), ("days", 10), ("working_days", 5)])
def test_a_stage_lapses_later_by_the_office_hours_that_stood_still(unit: str, amount: int) -> None:
    began, wait = dhaka("2026-11-24T17:00"), Wait(dhaka("2026-11-26T15:00"), dhaka("2026-11-29T11:00"))
    period, office = Period(unit, amount), calendar()  # type: ignore[arg-type]
    without = disposal_deadline(period, from_utc=began, calendar=office)
    lapses = disposal_deadline(period, from_utc=began, calendar=office, waits=[wait])
    assert working_time(without.due_utc, lapses.due_utc, office) == timedelta(hours=4)
    assert "Waiting, which does not count" in explain(lapses, "en")
    assert "অপেক্ষার সময়" in explain(lapses, "bn")


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30)),  # noqa: DTZ001
    st.integers(1, 5),
    st.integers(0, 10 * 24 * 60),
    st.integers(1, 30 * 24 * 60),
    st.sampled_from(["first-day-excluded", "elapsed"]),
)
def test_the_working_minutes_left_agree_with_a_count_minute_by_minute(
    event: datetime, days: int, stop_min: int, wait_min: int, rule: str
) -> None:
    office, oracle = calendar(rule=rule), Oracle(SHIPPED)
    event = event.replace(second=0, microsecond=0)
    started = event.replace(tzinfo=DHAKA).astimezone(UTC)
    period = Period("working_days", days)
    before = target_deadline(period, started_utc=started, confirmed_utc=started, calendar=office).due_utc
    wait = Wait(started + stop_min * MINUTE, started + (stop_min + wait_min) * MINUTE)
    assume(wait.stopped_utc < before)
    after = target_deadline(period, started_utc=started, confirmed_utc=started, calendar=office, waits=[wait]).due_utc
    promised_from = started
    if rule == "first-day-excluded":
        promised_from = datetime.combine(event.date() + timedelta(days=1), datetime.min.time(), DHAKA).astimezone(UTC)
    left_then = by_hand(oracle, max(wait.stopped_utc, promised_from), before)
    left_now = by_hand(oracle, max(wait.resumed_utc, promised_from), after)
    assert left_now == left_then
    assert after >= before
    assert in_hours(oracle, after)


def by_hand(oracle: Oracle, from_utc: datetime, until_utc: datetime) -> int:
    """Working minutes between two moments, counted a minute at a time within each day."""
    begin, end = (at.astimezone(DHAKA).replace(tzinfo=None) for at in (from_utc, until_utc))
    count, day = 0, begin.date()
    while day <= end.date():
        if oracle.works(day):
            opens, closes = oracle.hours(day)
            minute = opens
            while minute < closes:
                count += begin <= minute < end
                minute += MINUTE
        day += timedelta(days=1)
    return count


def in_hours(oracle: Oracle, at_utc: datetime) -> bool:
    at = at_utc.astimezone(DHAKA).replace(tzinfo=None)
    opens, closes = oracle.hours(at.date())
    return oracle.works(at.date()) and opens <= at <= closes
