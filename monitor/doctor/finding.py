"""Define what an examination finds: a kind of finding with its words and its one mend, and the values in them. No I/O.

The words are English sources of the catalogue; `monitor.i18n.catalogue` renders them at the edge.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.charter.offices import of_offices
from monitor.domain.message import N_, Message


class Level(StrEnum):
    """How much a finding matters, the least first."""

    OK = "ok"
    INFO = "info"  # works, and somebody may want to know
    WARNING = "warning"  # works in part, or not for long
    ERROR = "error"  # does not work

    @property
    def rank(self) -> int:
        """Return its place in that order, from 0."""
        return list(Level).index(self)


LEVELS: Mapping[str, str] = {
    Level.OK: N_("well"),
    Level.INFO: N_("note"),
    Level.WARNING: N_("warning"),
    Level.ERROR: N_("error"),
}
"""The levels in words."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding. ``code``: CHECK.NAME; ``text``: what is so; ``mend``: what to do, '' with OK alone."""

    code: str
    level: Level
    text: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; ``values`` fill the gaps of its kind's words.

    Its value 'offices', where there is one, is a list of those that it is about: they are named before the words.
    """

    kind: Kind
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> Message:
        """Return what is so."""
        said, offices = Message(self.kind.text, self.values), self.values.get("offices")
        return of_offices(said, offices) if isinstance(offices, list) else said

    @property
    def mend(self) -> Message:
        """Return what to do about it."""
        return Message(self.kind.mend, self.values)


@dataclass(frozen=True, slots=True)
class Examined:
    """What one check found, and when it looked."""

    check: str
    findings: tuple[Finding, ...]
    at_utc: datetime

    @property
    def level(self) -> Level:
        """Return the worst level among its findings."""
        return worst(self.findings)


def found(kind: Kind, /, **values: object) -> Finding:
    """Make a finding."""
    return Finding(kind, values)


def found_of_all(faults: Mapping[str, Iterable[Finding]]) -> list[Finding]:
    """Return what was found of each office, by its id, each once: with the offices unless it is about all of them."""
    found_of: dict[str, tuple[Finding, list[str]]] = {}
    for id_, findings in faults.items():
        for each in findings:
            found_of.setdefault(f"{each.kind.code} {each.values}", (each, []))[1].append(id_)
    return [
        each if len(ids) == len(faults) else Finding(each.kind, {**each.values, "offices": ids})
        for each, ids in found_of.values()
    ]


def worst(findings: Iterable[Finding]) -> Level:
    """Return the worst level; OK for no finding."""
    return max((each.kind.level for each in findings), key=lambda level: level.rank, default=Level.OK)


FAILED = Kind(
    "check.failed",
    Level.WARNING,
    N_("this could not be examined: {why}"),
    N_("Run it again as the daemon's user or as root; if it stays so, give the log to whoever helps you"),
)
"""Of any check: it met something that it does not know."""
