"""Define the facts of briefs and digests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from monitor.alerts.facts.case import Letterhead, Service, Site
from monitor.i18n.languages import Lang

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefCase:
    """An outage or a ticket in a brief. A ticket without an outage has no ``started``."""

    site: Site | None
    number: str
    deadline: datetime
    started: datetime | None = None
    ended: datetime | None = None
    cause: str = ""
    affected: int = 0
    stage: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AtSite:
    """A site in a list."""

    site: Site | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyLink:
    """A link by the share of its speed in use, 0 to 1."""

    site: Site | None
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Planned work."""

    text: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Listed(Generic[Thing]):
    """At most so many of them, and the total."""

    count: int
    items: tuple[Thing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningFacts(Letterhead):
    """The morning brief: now, since the office closed last (``since``), and today."""

    sites: int
    since: datetime
    states: Mapping[str, int]
    down: Listed[BriefCase]
    due: Listed[BriefCase]
    lapsing: Listed[BriefCase]
    back: Listed[BriefCase]
    batteries: Listed[AtSite]
    busy: Listed[BusyLink]
    planned: Listed[Planned]
    stages: Mapping[str, int]
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostTime:
    """How long a site was down in the week, in seconds."""

    site: Site | None
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upazila:
    """An upazila's week in figures."""

    name_bn: str
    name_en: str
    sites: int
    outages: int
    by_kind: Mapping[str, int]
    power: int
    behind: int
    opened: int
    missed: int
    resolved: int
    stages: Mapping[str, int]
    worst: tuple[LostTime, ...]
    unused: Listed[AtSite]
    unmonitored_s: int

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyFacts(Letterhead):
    """The weekly brief. ``node``: the place whose offices it is about together, '' for one office's own."""

    sites: int
    since: datetime
    until: datetime
    upazilas: tuple[Upazila, ...]
    node: str = ""


Place = Literal["down", "over", "asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCase:
    """The latest facts of a case in a digest; ``kind``: of its last notice."""

    number: str
    kind: str
    site: Site | None
    service: Service
    event: datetime
    ended: datetime | None
    stage: int
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts(Letterhead):
    """Many notices in one. ``counts``: all cases by section; ``matters``: the latest of them."""

    notices: int
    counts: Mapping[Place, int]
    matters: tuple[DigestCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts(Letterhead):
    """A report of the schedule. ``edition``: its row; ``ordinal``: 1 for the first of its period and scope.

    With ``ordinal`` 0 it could not be made, and ``summaries`` say why.

    ``different``: how many figures the edition before had otherwise. ``titles``, ``summaries``: by language, as the
    report itself has them. ``left_out``: files that are too large for a letter; they are to be had on the page.
    ``place``: the id of the place of the tree that it is about, '' for the office's own.
    """

    edition: int
    ordinal: int
    different: int
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    place: str = ""
