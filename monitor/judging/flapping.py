"""Detect flapping as Nagios' base/flapping.c does: the weighted share of changes among the last 21 results. Pure.

Of the 20 pairs of neighbouring results, a change counts from 0.75 (the oldest) to 1.25 (the newest), linearly; the sum
over 20 is the share. Flapping begins at the high threshold and ends at the low one.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from monitor.judging.decisions import FlappingChanged

RESULTS = 21
PAIRS = RESULTS - 1
# 0.75, …, 1.25 in 76ths, so that a share is a whole number and one of exactly a threshold is not lost to rounding
OLDEST, STEP = 57, 2
WHOLE = 76 * PAIRS
FULL = (1 << RESULTS) - 1


class Thresholds(NamedTuple):
    """Shares of changes, 0 to 1."""

    low: float = 0.05
    high: float = 0.2


class History(NamedTuple):
    """The last results as bits (1: up), newest lowest; ``length`` of them are valid."""

    bits: int = 0
    length: int = 0
    flapping: bool = False

    @property
    def changes(self) -> int:
        """Return the weighted changes, 0 to ``WHOLE``; 0 until all 21 results are there."""
        if self.length < RESULTS:
            return 0
        changed = (self.bits ^ self.bits >> 1) & (FULL >> 1)
        return sum(OLDEST + STEP * (PAIRS - 1 - place) for place in range(PAIRS) if changed >> place & 1)

    @property
    def share(self) -> float:
        """Return the weighted share of changes, 0.0 to 1.0."""
        return self.changes / WHOLE


STEADY = History(FULL, RESULTS)  # what is assumed of a site that was never seen to change
SILENT = History(0, RESULTS)  # what is assumed of one that was down when we came
FLAPPED = History(0, 0, flapping=True)  # it flapped before a restart, and does until 21 results say otherwise


def add(history: History, up: bool, thresholds: Thresholds) -> History:
    """Return the history with one more result, and whether it flaps now."""
    bits = (history.bits << 1 | up) & FULL
    if bits == history.bits and bits in {0, FULL} and history.length == RESULTS and not history.flapping:
        return history  # the commonest case: it was steady and is
    grown = History(bits, min(history.length + 1, RESULTS), history.flapping)
    if grown.flapping:
        return grown._replace(flapping=grown.length < RESULTS or grown.changes > _whole(thresholds.low))
    return grown._replace(flapping=grown.changes >= _whole(thresholds.high))


@cache
def _whole(threshold: float) -> Fraction:
    """Return a threshold, exactly as written, as a fraction of ``WHOLE``."""
    return Fraction(repr(threshold)) * WHOLE


@dataclass
class Flaps:
    """The histories of sites that changed recently; steady ones take no memory.

    ``flapped``: those flapping before a restart.
    """

    thresholds: Thresholds = Thresholds()  # noqa: RUF009 (a tuple)
    flapped: frozenset[str] = frozenset()
    _histories: dict[str, History] = field(default_factory=dict)

    def watches(self, site: str) -> bool:
        """Return whether each result of the site counts, also one that changes nothing."""
        return site in self._histories

    def restore(self, silent: Iterable[str], flapped: Iterable[str]) -> None:
        """Restore what was stored: which sites were down, and which flapped."""
        self._histories |= dict.fromkeys(silent, SILENT) | dict.fromkeys(flapped, FLAPPED)

    def watch(self, site: str) -> None:
        """Count the site's results from the next one on: it has just changed."""
        self._histories.setdefault(site, STEADY)

    def observe(self, site: str, at_utc: datetime, *, up: bool) -> Iterator[FlappingChanged]:
        """Add a result; yield a decision when the site begins or ceases to flap."""
        before = self._histories.get(site, STEADY)
        after = add(before, up, self.thresholds)
        if after == STEADY:
            self._histories.pop(site, None)
        else:
            self._histories[site] = after
        if after.flapping is not before.flapping:
            yield FlappingChanged(site, after.flapping, after.share, at_utc)

    def keep(self, sites: Container[str]) -> None:
        """Drop all other sites."""
        self._histories = {site: history for site, history in self._histories.items() if site in sites}
