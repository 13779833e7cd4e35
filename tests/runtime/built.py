"""Parts as the tests build them: the shipped office with another fleet or other sections, and a sink that keeps all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from monitor.alerts.cases.entered import Entered
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.clock import Clock
from monitor.domain.leases import Lease
from monitor.domain.message import Said
from monitor.domain.sample import Sample
from monitor.judging.board import Board
from monitor.judging.decisions import Decision
from monitor.judging.distrust import Distrust
from monitor.judging.health import Rules
from monitor.judging.links import Passage
from monitor.judging.power import UpsReading
from monitor.runtime.leases import LeaseCounts, Member, SoleHolder
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.runtime.trusted_clock import TrustedClock
from monitor.runtime.writer import DecisionWriter
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings
from monitor.store.database import Store
from tests.places import SHIPPED


@cache
def shipped() -> Settings:
    return load(SHIPPED)


def settings_of(fleet: Fleet | None = None, **sections: object) -> Settings:
    """The shipped configuration with another fleet, and with other sections of monitor.toml."""
    monitor = shipped().monitor.model_copy(update=sections)
    return replace(shipped(), fleet=shipped().fleet if fleet is None else fleet, monitor=monitor)


def state_of(
    clock: Clock, fleet: Fleet | None = None, board: Board | None = None, office: Office | None = None
) -> RuntimeState:
    """The state of a daemon that has just begun."""
    office = office or Office.of(settings_of(fleet))
    return RuntimeState(clock, fleet or office.fleet, board or Board(fleet or office.fleet, Rules()), office)


def writer_of(
    clock: TrustedClock,
    store: Store,
    live: RuntimeState | None = None,
    wake_delivery: Callable[[], None] = lambda: None,
) -> DecisionWriter:
    """The writer of the shipped office, or of that in ``live``."""
    live = live or state_of(clock)
    return DecisionWriter(
        clock, store, live, OfficeInForce(clock, shipped(), Entered(), live, Distrust()), SoleHolder(), wake_delivery
    )


class OfOthers(SoleHolder):
    """The leases of a daemon among several: it ``holds`` none at first, and keeps what was found to be another's.

    ``away``: which channels the other one says that it cannot reach.
    """

    def __init__(self, holds: Lease | None = None, away: Mapping[str, Said] | None = None) -> None:
        self.holds, self.away = holds, away or {}
        self.refused: set[Lease] = set()

    is_sole = False
    holder = "a/1"

    def held(self, name: str) -> Lease | None:
        return self.holds if self.holds is not None and self.holds.name == name else None

    def own(self) -> Collection[Lease]:
        return [self.holds] if self.holds is not None else []

    def shards(self) -> frozenset[int]:
        return frozenset({3, 5})

    def members(self) -> Sequence[Member]:
        lost = frozenset({"isp"})
        far = Member("b", "https://b.example.org:9786", 62, False, False, lost, self.away, watches_another=True)
        return [Member("a", "http://a.example.org:9786", 2, fit=True, is_self=True), far]

    @property
    def counts(self) -> LeaseCounts:
        return LeaseCounts(9, 4, 2)

    def lost(self, leases: Collection[Lease]) -> None:
        self.refused |= set(leases)
        self.holds = None


@dataclass
class Told:
    """A `Sink` that keeps what it is told."""

    samples: list[Sample] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    measurements: list[Passage | UpsReading] = field(default_factory=list)

    def sampled(self, sample: Sample) -> None:
        self.samples.append(sample)

    def measured(self, measured: Passage | UpsReading) -> None:
        self.measurements.append(measured)

    def decided(self, decisions: Sequence[Decision]) -> None:
        self.decisions += decisions
