"""How long a site was up, down, unmonitored and paused in a window of time. Pure, and exact to the microsecond.

Every moment of the window is counted once. What nobody watched is unmonitored, whatever else is known of it; what was
not promised then is paused; what an outage covers is down; the rest is up. So the four always add up to the window.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]
"""From, and until just before; aware."""


@dataclass(frozen=True, slots=True)
class Availability:
    """``share``: what was up of what was promised and watched, 0 to 1; None when that was no time at all."""

    up: timedelta
    down: timedelta
    unmonitored: timedelta
    paused: timedelta

    @property
    def window(self) -> timedelta:
        return self.up + self.down + self.unmonitored + self.paused

    @property
    def share(self) -> float | None:
        counted = self.up + self.down
        return self.up / counted if counted else None


def availability(
    window: Interval, down: Iterable[Interval], unmonitored: Iterable[Interval], paused: Iterable[Interval]
) -> Availability:
    """The four figures; the intervals may overlap each other and reach beyond the window."""
    blind = merged(clipped(unmonitored, window))
    excused = without(merged(clipped(paused, window)), blind)
    broken = without(without(merged(clipped(down, window)), blind), excused)
    lost = total(blind), total(excused), total(broken)
    return Availability(window[1] - window[0] - sum(lost, timedelta()), lost[2], lost[0], lost[1])


def clipped(intervals: Iterable[Interval], window: Interval) -> Iterator[Interval]:
    """What of the intervals lies in the window."""
    for interval in intervals:
        begins, ends = max(interval[0], window[0]), min(interval[1], window[1])
        if begins < ends:
            yield begins, ends


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in order, no moment of it twice."""
    found: list[Interval] = []
    for begins, ends in sorted(intervals):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What of merged intervals does not lie in others, which are merged too."""
    left = list(intervals)
    for begins, ends in taken:
        cut: list[Interval] = []
        for each in left:
            if each[1] <= begins or ends <= each[0]:
                cut.append(each)
                continue
            if each[0] < begins:
                cut.append((each[0], begins))
            if ends < each[1]:
                cut.append((ends, each[1]))
        left = cut
    return left


def total(intervals: Iterable[Interval]) -> timedelta:
    """How long merged intervals are in all."""
    return sum((ends - begins for begins, ends in intervals), timedelta())


def gaps_between(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """The rest of the window."""
    return without([window], merged(clipped(intervals, window)))
