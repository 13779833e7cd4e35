"""What a notice can tell, as of the moment when it is owed: one dataclass for each shape, and nothing else.

This is the one place that lists the keys of stored notices; `stored` writes them as JSON with their version and reads
those of every earlier version. Whoever changes a shape raises VERSION there and adds the upgrade from the one before.
Words are made of these values by `wording`, `brief_words` and `digests`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

from monitor.charter.services import Section
from monitor.charter.text import Lang

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What every letter tells: whose it is, as of when, where to see more; ``head`` of the history is its proof."""

    office_bn: str
    office_en: str
    page_url: str
    now: datetime
    number: str = ""
    head: str = ""

    def office(self, lang: Lang) -> str:
        return self.office_bn if lang == "bn" else self.office_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site; ``kind`` is empty when it has left the configuration. Without an ``id`` it is a service's name."""

    id: str = ""
    name_bn: str
    name_en: str
    kind: str = ""

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A row of the charter and what it promises, in words."""

    section: Section
    number: int
    name_bn: str
    name_en: str
    target_bn: str
    target_en: str

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en

    def target(self, lang: Lang) -> str:
        return self.target_bn if lang == "bn" else self.target_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who answers for the service, as a citizen needs to know him; all empty in notices from before that was kept."""

    name_bn: str = ""
    name_en: str = ""
    title_bn: str = ""
    title_en: str = ""
    phone: str = ""
    address_bn: str = ""
    address_en: str = ""

    def name(self, lang: Lang) -> str:
        return self.name_bn if lang == "bn" else self.name_en

    def title(self, lang: Lang) -> str:
        return self.title_bn if lang == "bn" else self.title_en

    def address(self, lang: Lang) -> str:
        return self.address_bn if lang == "bn" else self.address_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of the grievance chain: who holds it, until when, and how long that is in words."""

    level: int
    lapses: datetime
    holder_bn: str
    holder_en: str
    disposal_bn: str
    disposal_en: str

    def holder(self, lang: Lang) -> str:
        return self.holder_bn if lang == "bn" else self.holder_en

    def disposal(self, lang: Lang) -> str:
        return self.disposal_bn if lang == "bn" else self.disposal_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asked for it, how that came in ('phone', 'person', 'email', 'letter'), and in which words."""

    name: str
    email: str
    way: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGood:
    """The last answer before the outage; ``loss`` is a share, 0 to 1."""

    at: datetime
    rtt_ms: float | None
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The hour before an outage. ``minutes``: [slowest answer in ms, share lost], None for one without a round.

    ``loss`` is the share of all echoes, 0 to 1. ``rtt_ms_mean`` is that of all rounds; notices from before it was kept
    have ``rtt_ms_median``, of each minute's slowest.
    """

    chart: str
    loss: float
    rtt_ms_mean: float | None = None
    rtt_ms_median: float | None = None
    rtt_ms_max: float | None = None
    minutes: tuple[tuple[float | None, float] | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An interface that is not up; ``status`` as IF-MIB calls it."""

    name: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpSaid:
    """What a device said last by SNMP; ``at`` when it has been silent since."""

    device: str
    at: datetime | None = None
    uptime_s: int | None = None
    ports: tuple[Port, ...] = ()
    on_battery: bool = False
    battery_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The hops (distance, address) on the way to a device that answered; ``reached``: the last one is the device."""

    device: str
    hops: tuple[tuple[int, str], ...]
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen when an outage was confirmed. ``…_en``: as version 1 told it, in English sentences."""

    last_good: LastGood | None = None
    hour: Hour | None = None
    snmp: tuple[SnmpSaid, ...] = ()
    ways: tuple[Way, ...] = ()
    snmp_en: str = ""
    ways_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """An outage. ``affected``: how many sites of each kind were silent behind it; ``operator`` only while late.

    ``silent_since``: its first failed probe, where that was before the site was promised.
    """

    started: datetime
    silent_since: datetime | None = None
    ended: datetime | None
    end_reason: str | None
    reason: str
    cause: str = ""
    cause_why: str = ""
    evidence: Evidence = Evidence()
    affected: Mapping[str, int] = field(default_factory=dict)
    operator: str = ""
    operator_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFacts(Letterhead):
    """A ticket, or an outage that has none yet. ``event``: what its time counts from."""

    site: Site | None
    service: Service
    officer: Officer = Officer()
    event: datetime
    deadline: datetime
    overdue: bool
    explanation_bn: str
    explanation_en: str
    stage: Stage | None = None
    next_stage: Stage | None = None
    outage: Outage | None = None
    asked: Asked | None = None
    note: str = ""

    def explanation(self, lang: Lang) -> str:
        return self.explanation_bn if lang == "bn" else self.explanation_en

    @property
    def level(self) -> int:
        """The stage of the grievance chain; 0 before the first."""
        return self.stage.level if self.stage else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
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
    """A site of which a brief tells only that."""

    site: Site | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyLink:
    """A link by the share of its speed that is in use, 0 to 1."""

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
    """At most so many of them, and how many there are in all."""

    count: int
    items: tuple[Thing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningFacts(Letterhead):
    """The morning brief: now, since the office closed last (``since``), and today."""

    sites: int
    since: datetime
    states: Mapping[str, int]
    down: Listed[Matter]
    due: Listed[Matter]
    lapsing: Listed[Matter]
    back: Listed[Matter]
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
    """The weekly brief."""

    sites: int
    since: datetime
    until: datetime
    upazilas: tuple[Upazila, ...]


Place = Literal["down", "over", "asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMatter:
    """The latest of a matter that a digest tells; ``kind`` of its last notice."""

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
    """Many notices in one letter. ``counts`` of all matters by place; ``matters``: the latest of them."""

    notices: int
    counts: Mapping[Place, int]
    matters: tuple[DigestMatter, ...]


Facts = MatterFacts | MorningFacts | WeeklyFacts | DigestFacts
