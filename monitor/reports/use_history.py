"""Define what a report asks of the history of samples: how links were used, and how long labs were. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from monitor.judging.availability import Interval
from monitor.settings.fleet import Link


@dataclass(frozen=True, slots=True)
class LinkUse:
    """How a link was used in a window: bits a second and octets; None where nothing is kept of it.

    ``full_by``: the day on which its use reaches its capacity if it goes on growing so; None while it does not.
    """

    in_p95_bps: float | None = None
    out_p95_bps: float | None = None
    in_octets: int | None = None
    out_octets: int | None = None
    full_by: date | None = None


class UseHistory(Protocol):
    """What was kept of samples. ``source``: 'history', 'prometheus', or '' for nowhere."""

    source: str

    def link_use(self, link: Link, window: Interval) -> LinkUse:
        """Return how a link was used in a window."""

    def used_us(self, workstations: Sequence[str], window: Interval) -> int | None:
        """Return for how long any of these devices answered, in microseconds; None where nothing is kept of them."""


class NoHistory:
    """The history of an office that keeps none."""

    source = ""

    def link_use(self, link: Link, window: Interval) -> LinkUse:
        """Return nothing of it."""
        return LinkUse()

    def used_us(self, workstations: Sequence[str], window: Interval) -> int | None:
        """Return None."""
        return None
