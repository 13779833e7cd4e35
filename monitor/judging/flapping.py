"""Flapping, as Nagios' base/flapping.c has it: the weighted share of changes among the last 21 results. Pure.

Of the 20 pairs of neighbouring results, a change counts from 0.75 (the oldest) to 1.25 (the newest), linearly; the sum
over 20 is the share. Flapping begins at the high threshold and ends at the low one.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from monitor.judging.decisions import FlappingChanged

RESULTS = 21
OLDEST, NEWEST = 0.75, 1.25
WEIGHTS = tuple(OLDEST + (NEWEST - OLDEST) * place / (RESULTS - 2) for place in range(RESULTS - 1))
FULL = (1 << RESULTS) - 1


class Thresholds(NamedTuple):
    """Shares, 0 to 1."""

    low: float = 0.05
    high: float = 0.2


class History(NamedTuple):
    """The last results as bits (1: up), the newest lowest; ``length`` of them are there."""

    bits: int = 0
    length: int = 0
    flapping: bool = False

    @property
    def share(self) -> float:
        """The weighted share of changes, 0.0 to 1.0; 0.0 until all 21 results are there."""
        if self.length < RESULTS:
            return 0.0
        changes = (self.bits ^ self.bits >> 1) & (FULL >> 1)
        return sum(WEIGHTS[RESULTS - 2 - place] for place in range(RESULTS - 1) if changes >> place & 1) / (RESULTS - 1)


STEADY = History(FULL, RESULTS)  # what is assumed of a site that was never seen to change


def add(history: History, up: bool, thresholds: Thresholds) -> History:
    """The history with one more result, and whether it flaps now."""
    bits = (history.bits << 1 | up) & FULL
    if bits == history.bits and bits in {0, FULL} and history.length == RESULTS and not history.flapping:
        return history  # the commonest case: it was steady and is
    grown = History(bits, min(history.length + 1, RESULTS), history.flapping)
    share = grown.share
    if grown.flapping:
        return grown._replace(flapping=share > thresholds.low) if grown.length == RESULTS else grown
    return grown._replace(flapping=True) if share >= thresholds.high else grown


@dataclass
class Flaps:
    """All sites that have changed lately; what is steady takes no room."""

    thresholds: Thresholds = Thresholds()  # noqa: RUF009 (a tuple)
    _histories: dict[str, History] = field(default_factory=dict)

    def watches(self, site: str) -> bool:
        """Whether each result of the site counts, also one that changes nothing."""
        return site in self._histories

    def observe(self, site: str, at_utc: datetime, *, up: bool, changed: bool) -> Iterator[FlappingChanged]:
        """Takes a result in; says when the site begins or ceases to flap."""
        before = self._histories.get(site)
        if before is None and not changed:
            return
        before = before or STEADY
        after = add(before, up, self.thresholds)
        if after == STEADY:
            self._histories.pop(site, None)
        else:
            self._histories[site] = after
        if after.flapping is not before.flapping:
            yield FlappingChanged(site, after.flapping, after.share, at_utc)

    def keep(self, sites: Container[str]) -> None:
        """Forgets all others."""
        self._histories = {site: history for site, history in self._histories.items() if site in sites}
