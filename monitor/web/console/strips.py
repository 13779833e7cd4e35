"""Lay out the strips and the chart of a site as figures of an SVG. Pure: no words, no states of today.

Up is drawn from top to bottom and muted; down rises from the base and has a mark under it; all else hangs from the top.
Nothing that was not seen is drawn as up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.judging.availability import Interval
from monitor.reports.site_strips import DayShare, Seen, Stretch
from monitor.runtime.last_hour import Minute

HEIGHT = 31.0
STEP, WIDE = 4, 3  # of a day
LEAST = 4.0  # height of what happened at all
CHART_HEIGHT, MINUTE_WIDE = 60.0, 10.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle. ``look``: the class it is drawn with."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class DayStrip:
    """A bar for each day: ``up`` is a path of all that were up at times, ``marks`` the x of days with an outage."""

    width: int
    up: str
    boxes: tuple[Box, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HourChart:
    """The last hour: a line of times in ms, broken where nothing answered, and a bar of loss for each minute."""

    line: str
    lost: tuple[Box, ...]
    most_ms: float


def day_strip(days: Sequence[DayShare]) -> DayStrip:
    """Return the bars of days, oldest first."""
    boxes: list[Box] = []
    marks, ups = [], []
    for at, (_, times, planned) in enumerate(days):
        x, whole = at * STEP, times.window or timedelta(seconds=1)
        if times.up:
            ups.append(f"M{x} {HEIGHT / 2}h{WIDE}")
        off = _high((times.unmonitored + times.paused - min(planned, times.paused)) / whole)
        work = _high(min(planned, times.paused) / whole)
        down = _high(times.down / whole)
        if off:
            boxes.append(Box(x, 0, WIDE, off, "off"))
        if work:
            boxes.append(Box(x, min(off, HEIGHT - work), WIDE, work, "planned"))
        if down:
            boxes.append(Box(x, HEIGHT - down, WIDE, down, "down"))
            marks.append(x)
    return DayStrip(len(days) * STEP, "".join(ups), tuple(boxes), tuple(marks))


def _high(share: float) -> float:
    return 0.0 if share <= 0 else round(max(LEAST, HEIGHT * min(share, 1.0)), 1)


LOOKS = {
    Seen.UP: "up",
    Seen.DOWN: "down",
    Seen.PAUSED: "off",
    Seen.PLANNED: "planned",
    Seen.UNMONITORED: "off",
}


def hours_strip(found: Sequence[Stretch], window: Interval, high: float = 26.0) -> tuple[Box, ...]:
    """Return the boxes of stretches, in minutes from the beginning of the window."""
    return tuple(_span(each.begins_utc, each.ends_utc, window, (0, high), LOOKS[each.seen]) for each in found)


def hours_line(hours: Sequence[Interval], window: Interval, y: float = 31.0) -> tuple[Box, ...]:
    """Return the boxes of service hours under a strip."""
    return tuple(_span(begins, ends, window, (y, 7.0), "service") for begins, ends in hours)


def _span(begins: datetime, ends: datetime, window: Interval, place: tuple[float, float], look: str) -> Box:
    x, width = ((moment - since) / timedelta(minutes=1) for moment, since in ((begins, window[0]), (ends, begins)))
    return Box(round(x, 1), place[0], round(max(width, 1.0), 1), place[1], look)


def hour_chart(minutes: Sequence[Minute | None]) -> HourChart | None:
    """Return the chart of minutes, oldest first; None when there was no round in any of them."""
    if not any(minutes):
        return None
    times = [minute.slowest_ms for minute in minutes if minute is not None and minute.slowest_ms is not None]
    most_ms = max(times, default=0.0) or 1.0  # an answer within the clock's grain took 0 ms
    line, is_drawn = [], False
    lost: list[Box] = []
    for at, minute in enumerate(minutes):
        x = at * MINUTE_WIDE
        if minute is None or minute.slowest_ms is None:
            is_drawn = False
        else:
            y = CHART_HEIGHT - minute.slowest_ms / most_ms * (CHART_HEIGHT - 6)
            line.append(f"{'L' if is_drawn else 'M'}{x + MINUTE_WIDE / 2:.0f} {y:.1f}")
            is_drawn = True
        if minute is not None and minute.lost:
            high = max(3.0, round(minute.loss * CHART_HEIGHT, 1))
            lost.append(Box(x, CHART_HEIGHT - high, MINUTE_WIDE, high, "down"))
    return HourChart("".join(line), tuple(lost), most_ms)


def troubled(days: Sequence[DayShare]) -> list[tuple[date, DayShare]]:
    """Return the days on which it was down, the latest first."""
    return [(each.day, each) for each in reversed(days) if each.times.down]
