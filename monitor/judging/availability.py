"""Count how long a site was up, down, unmonitored and paused in a time window. Pure, exact to the microsecond.

Every moment of the window is counted once, in this order: not monitored → unmonitored; outside service hours or in
downtime → paused; covered by an outage → down; else up. So the four always add up to the window.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]
"""From, and until just before; aware."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Time in each state within a window. The four add up to ``window``."""

    up: timedelta
    down: timedelta
    unmonitored: timedelta
    paused: timedelta

    @property
    def window(self) -> timedelta:
        """Return the length of the window."""
        return self.up + self.down + self.unmonitored + self.paused

    @property
    def share(self) -> float | None:
        """Return up ÷ (up + down), 0 to 1; None when both are zero."""
        counted = self.up + self.down
        return self.up / counted if counted else None


def availability(
    window: Interval, down: Iterable[Interval], unmonitored: Iterable[Interval], paused: Iterable[Interval]
) -> Availability:
    """Count the time in each state; the intervals may overlap each other and reach beyond the window."""
    blind = merged(clipped(unmonitored, window))
    excused = without(merged(clipped(paused, window)), blind)
    broken = without(without(merged(clipped(down, window)), blind), excused)
    lost = total(blind), total(excused), total(broken)
    return Availability(window[1] - window[0] - sum(lost, timedelta()), lost[2], lost[0], lost[1])


def clipped(intervals: Iterable[Interval], window: Interval) -> Iterator[Interval]:
    """Yield the parts of the intervals that lie in the window."""
    for interval in intervals:
        begins, ends = max(interval[0], window[0]), min(interval[1], window[1])
        if begins < ends:
            yield begins, ends


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union of the intervals, in order and without overlaps."""
    found: list[Interval] = []
    for begins, ends in sorted(intervals):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return what of ``intervals`` is not covered by ``taken``; both are in order and without overlaps."""
    left: list[Interval] = []
    covers = list(taken)
    first = 0  # those before it end before all that is still to come
    for starts, ends in intervals:
        begins = starts
        while first < len(covers) and covers[first][1] <= begins:
            first += 1
        at = first
        while at < len(covers) and covers[at][0] < ends and begins < ends:
            if begins < covers[at][0]:
                left.append((begins, covers[at][0]))
            begins = max(begins, covers[at][1])
            at += 1
        if begins < ends:
            left.append((begins, ends))
    return left


def total(intervals: Iterable[Interval]) -> timedelta:
    """Return the total length of intervals that do not overlap."""
    return sum((ends - begins for begins, ends in intervals), timedelta())


def gaps_between(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """Return what of the window the intervals do not cover."""
    return without([window], merged(clipped(intervals, window)))
