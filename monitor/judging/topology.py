"""Attribute a confirmed fault to the site itself, or to a site on the way to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from monitor.judging.health import Health, State


class Blame(Enum):
    """Where a fault lies; ``WAIT`` until a site on the way is judged."""

    OWN = "own"
    BEHIND = "behind"
    WAIT = "wait"


class OnTheWay(NamedTuple):
    """A site between the monitor and the unreachable one."""

    site: str
    health: Health
    has_outage: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """The attribution of a fault.

    ``root``: the site whose outage explains it, or with ``WAIT`` the down site without one.
    """

    blame: Blame
    root: str | None = None


def blame(ancestors: Iterable[OnTheWay], *, patient: bool = True) -> Finding:
    """Attribute the fault of a site that is confirmed down.

    ``ancestors``: nearest first. The farthest one that is down is the root. While one of them is suspect or not judged,
    the answer is ``WAIT``: a child must not get an outage a second before its parent. With ``patient`` false, those are
    skipped.
    """
    root: OnTheWay | None = None
    for ancestor in ancestors:
        if ancestor.health.state is State.DOWN:
            root = ancestor
        elif patient and (ancestor.health.suspect or ancestor.health.state is State.UNKNOWN):
            return Finding(Blame.WAIT)
    if root is None:
        return Finding(Blame.OWN)
    return Finding(Blame.BEHIND, root.site) if root.has_outage else Finding(Blame.WAIT, root.site)
