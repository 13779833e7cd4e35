"""A site's times as days and stretches: every moment is shown once, and nothing unseen is shown as up."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.availability import Availability, Interval, merged, total
from monitor.reports.availability import SiteTimes, figures_within
from monitor.reports.site_strips import (
    DayShare,
    Seen,
    day_shares,
    in_minutes,
    in_service_hours,
    last_days,
    service_hours,
    stretches,
)

BEGIN = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # Saturday the 21st begins in Dhaka
END = BEGIN + timedelta(days=5)
WINDOW = (BEGIN, END)


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def spell(begins: float, ends: float) -> Interval:
    return at(begins), at(ends)


def times(
    down: list[Interval] | None = None,
    silent: list[Interval] | None = None,
    blind: list[Interval] | None = None,
    planned: list[Interval] | None = None,
    closed: list[Interval] | None = None,
) -> SiteTimes:
    excused = [(begins, ends, None) for begins, ends in silent or []]
    return SiteTimes("udc-one", WINDOW, down or [], [], excused, blind or [], planned or [], closed or [])


spells = st.lists(
    st.tuples(st.integers(-10, 130), st.integers(1, 40)).map(lambda pair: spell(pair[0], pair[0] + pair[1])), max_size=4
)
any_times = st.builds(times, spells, spells, spells, spells, spells)


@given(any_times)
def test_stretches_follow_one_another_from_the_beginning_to_the_end(some: SiteTimes) -> None:
    found = stretches(some, WINDOW)
    assert found[0].begins_utc == BEGIN
    assert found[-1].ends_utc == END
    assert all(before.ends_utc == after.begins_utc for before, after in pairwise(found))


@given(any_times)
def test_what_was_not_monitored_is_never_shown_as_up_or_down(some: SiteTimes) -> None:
    blind = merged(some.blind)
    for each in stretches(some, WINDOW):
        overlaps = any(begins < each.ends_utc and each.begins_utc < ends for begins, ends in blind)
        assert overlaps == (each.seen is Seen.UNMONITORED)


@given(any_times)
def test_every_day_is_whole(some: SiteTimes) -> None:
    days = last_days(END, 6)
    found = day_shares(some, days, END)
    assert [each.day for each in found] == days
    assert all(each.times.window == timedelta(days=1) for each in found[:-1])
    assert found[-1].times.window == timedelta(), "today has just begun"


def test_today_is_counted_up_to_now() -> None:
    (today,) = day_shares(times(down=[spell(-1, 2)]), [date(2026, 11, 21)], at(8))
    assert today == DayShare(date(2026, 11, 21), Availability(*map(_hours, (6, 2, 0, 0))), timedelta())


def _hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_planned_work_is_told_apart_from_a_silence_out_of_hours() -> None:
    (day,) = day_shares(times(silent=[spell(0, 3)], planned=[spell(5, 7)]), [date(2026, 11, 21)], END)
    assert (day.times.paused, day.planned) == (_hours(5), _hours(2))


@given(any_times)
def test_within_the_service_hours_the_parts_add_up_and_the_share_is_that_of_the_reports(some: SiteTimes) -> None:
    found = in_service_hours(some, WINDOW)
    assert found.window == total(service_hours(some, WINDOW))
    assert min(found.up, found.down, found.unmonitored, found.paused) >= timedelta()
    promised = figures_within(some, WINDOW).promised
    assert (found.up, found.down) == (promised.up, promised.down)


@given(st.lists(st.integers(0, 10_000_000), min_size=4, max_size=4))
def test_minutes_add_up_as_on_paper_and_none_is_a_minute_off(seconds: list[int]) -> None:
    *parts, whole = in_minutes(Availability(*(timedelta(seconds=each) for each in seconds)))
    assert sum(parts) == whole
    assert all(abs(part - each / 60) < 1 for part, each in zip(parts, seconds, strict=True))


@pytest.mark.parametrize("now", [datetime(2026, 11, 27, 17, 59, tzinfo=UTC), datetime(2026, 11, 26, 18, 0, tzinfo=UTC)])
def test_today_is_the_day_of_the_offices_clock(now: datetime) -> None:
    assert last_days(now, 90)[-1] == date(2026, 11, 27)
    assert len(last_days(now, 90)) == 90
