"""Cut a site's times into days and stretches, for the strips that show when it was up. Pure.

A strip shows what was seen at all hours: time outside the service hours is not cut out of it, and a silence in it that
is no outage counts as paused.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from monitor.domain.day import at_dhaka
from monitor.i18n.formats import DHAKA
from monitor.judging.availability import Availability, Interval, availability, clipped, merged, total, without
from monitor.reports.availability import SiteTimes

ONE_DAY = timedelta(days=1)
MIDNIGHT = datetime.min.time()


class Seen(StrEnum):
    """What a stretch of time was; of two at once the later one in this list is shown."""

    UP = "up"
    DOWN = "down"
    PAUSED = "paused"
    PLANNED = "planned"
    UNMONITORED = "unmonitored"


class Stretch(NamedTuple):
    """From, until just before, and what it was."""

    begins_utc: datetime
    ends_utc: datetime
    seen: Seen


class DayShare(NamedTuple):
    """One day of the office's clock: how long the site was in each state; ``planned``: during planned work."""

    day: date
    times: Availability
    planned: timedelta


def first_moment(day: date) -> datetime:
    """Return when a day of the office's clock begins, in UTC."""
    return at_dhaka(day, MIDNIGHT)


def last_days(now_utc: datetime, count: int) -> list[date]:
    """Return the last so many days of the office's clock, today included, oldest first."""
    today = now_utc.astimezone(DHAKA).date()
    return [today - timedelta(days=back) for back in range(count - 1, -1, -1)]


def day_shares(times: SiteTimes, days: Sequence[date], now_utc: datetime) -> list[DayShare]:
    """Return the share of each state on each day; today's up to now."""
    paused = merged([*times.silent, *times.planned])
    down, blind, planned = merged(times.down), merged(times.blind), merged(times.planned)
    found = []
    for day in days:
        window = (first_moment(day), min(first_moment(day + ONE_DAY), max(now_utc, first_moment(day))))
        cut = [list(clipped(each, window)) for each in (down, blind, paused, planned)]
        work = availability(window, cut[3], cut[1], []).down
        found.append(DayShare(day, availability(window, cut[0], cut[1], cut[2]), work))
    return found


def stretches(times: SiteTimes, window: Interval) -> list[Stretch]:
    """Return what the site was, from the beginning of the window to its end without a gap."""
    layers = (
        (Seen.UNMONITORED, times.blind),
        (Seen.PLANNED, times.planned),
        (Seen.PAUSED, times.silent),
        (Seen.DOWN, times.down),
        (Seen.UP, [window]),
    )
    found: list[Stretch] = []
    left = [window]
    for seen, intervals in layers:
        mine = merged(clipped(intervals, window))
        found += [Stretch(begins, ends, seen) for begins, ends in _within(mine, left)]
        left = without(left, mine)
    return sorted(found)


def service_hours(times: SiteTimes, window: Interval) -> list[Interval]:
    """Return the service hours within the window, in order."""
    return without([window], merged(clipped(times.closed, window)))


def _within(intervals: Sequence[Interval], allowed: Sequence[Interval]) -> Iterator[Interval]:
    """Yield what of ``intervals`` lies in ``allowed``; both are in order and without overlaps."""
    for each in allowed:
        yield from clipped(intervals, each)


def in_service_hours(times: SiteTimes, window: Interval) -> Availability:
    """Count each state within the service hours alone; what is closed is no part of the sum.

    Its share is that of `reports.availability.Figures.promised`.
    """
    hours = service_hours(times, window)
    blind = list(_within(merged(clipped(times.blind, window)), hours))
    paused = without(list(_within(merged(clipped([*times.silent, *times.planned], window)), hours)), blind)
    down = without(without(list(_within(merged(clipped(times.down, window)), hours)), blind), paused)
    lost = total(blind), total(paused), total(down)
    return Availability(total(hours) - sum(lost, timedelta()), lost[2], lost[0], lost[1])


def in_minutes(found: Availability) -> tuple[int, int, int, int, int]:
    """Return up, down, unmonitored, paused and their sum in whole minutes that add up as on paper."""
    parts = [each.total_seconds() / 60 for each in (found.up, found.down, found.unmonitored, found.paused)]
    whole = round(sum(parts))
    floors = [int(part) for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda at: floors[at] - parts[at])
    for at in by_rest[: whole - sum(floors)]:
        floors[at] += 1
    return floors[0], floors[1], floors[2], floors[3], whole
