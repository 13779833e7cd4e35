"""Whose fault a silence is: the site's own, or that of a site on the way to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from monitor.judging.health import Health, State


class Blame(Enum):
    """The answer to 'whose fault is it?'; ``WAIT`` until a site on the way is judged for certain."""

    OWN = "own"
    BEHIND = "behind"
    WAIT = "wait"


class OnTheWay(NamedTuple):
    """A site between the vantage and the silent one."""

    site: str
    health: Health
    has_outage: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """``root`` is the site whose outage explains the silence; with ``WAIT`` the one that is silent without any."""

    blame: Blame
    root: str | None = None


def blame(ancestors: Iterable[OnTheWay], *, patient: bool = True) -> Finding:
    """Who is to blame for a site that is down for certain.

    ``ancestors`` stand nearest first. The one farthest away that is down is the root. While any of them is in
    doubt, or is not judged yet, there is no answer yet: a child must not get an outage a second before its parent
    does. Only who is not ``patient`` any more is judged without those.
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
