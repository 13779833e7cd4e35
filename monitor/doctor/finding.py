"""Define what an examination finds: a kind of finding with its words and its one mend, and the values in them. No I/O.

The words are English sources of the catalogue; `monitor.i18n.catalogue` renders them at the edge.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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
    """One finding; ``values`` fill the gaps of its kind's words."""

    kind: Kind
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> Message:
        """Return what is so."""
        return Message(self.kind.text, self.values)

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
