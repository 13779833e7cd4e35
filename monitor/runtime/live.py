"""Hold the present state: each device's last sample, and the daemon's own condition.

Parts write it, on the event loop; the page and the metrics get a `RuntimeView` of it, and only read.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.charter.office import Office
from monitor.charter.offices import NO_TREE, Offices
from monitor.domain.clock import Clock
from monitor.domain.edition_states import EditionProgress
from monitor.domain.leases import Duty
from monitor.domain.message import Said
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.shards import shard_of
from monitor.judging.snmp import SnmpState
from monitor.probes.icmp.counters import Counters
from monitor.probes.snmp.reading import Reading
from monitor.runtime.last_hour import Hour
from monitor.runtime.leases import Leases, SoleHolder
from monitor.settings.fleet import Fleet, Service
from monitor.settings.in_force import ConfigVerdict
from monitor.settings.offices_file import Tree
from monitor.store.shard_rows import NOTHING_ELSEWHERE, SeenElsewhere

BUCKETS_S = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass
class Durations:
    """A histogram of seconds; ``counts`` by bucket, the last one for all beyond the bounds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    total_s: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        seconds = max(seconds, 0.0)
        self.counts[bisect_left(BUCKETS_S, seconds)] += 1
        self.total_s += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return (upper bound, cumulative count), as Prometheus requires."""
        found, so_far = [], 0
        for bound, count in zip([*map(str, BUCKETS_S), "+Inf"], self.counts, strict=True):
            so_far += count
            found.append((bound, float(so_far)))
        return found


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The result of a service's last check."""

    service: Service
    sample: Sample
    details: Mapping[str, object]


class RuntimeView(Protocol):
    """The read-only view of the state. Times are UTC, or nanoseconds of the monotonic clock."""

    @property
    def clock(self) -> Clock:
        """Return the daemon's clock (trusted time)."""

    @property
    def fleet(self) -> Fleet:
        """Return the monitored fleet; another object after each change."""

    @property
    def board(self) -> Board:
        """Return the judged state of each site and device."""

    @property
    def office(self) -> Office:
        """Return charter, calendar and planned work in force."""

    @property
    def offices(self) -> Offices:
        """Return all offices in force, of which `office` is the one that stands alone, or the installation itself."""

    @property
    def office_id(self) -> str:
        """Return the office's id, which all exported data carries."""

    def office_of(self, site: str) -> str:
        """Return the id of a site's office, which its exported data carries."""

    @property
    def instance(self) -> str:
        """Return the random name of this run."""

    @property
    def verdict(self) -> ConfigVerdict:
        """Return the result of the last readings of the configuration."""

    @property
    def started_mono_ns(self) -> int:
        """Return when this run began."""

    @property
    def is_judged(self) -> bool:
        """Return whether every device has had a first round."""

    @property
    def judged(self) -> asyncio.Event:
        """Return what is set while every device has had a first round."""

    @property
    def clock_suspect(self) -> bool:
        """Return whether the wall clock is suspect, so that nothing is escalated."""

    @property
    def store_refuses(self) -> str:
        """Return why the database cannot be written, in its own words; empty while it can."""

    @property
    def store_faults(self) -> list[str]:
        """Return the faults found when the database was last examined."""

    @property
    def leases(self) -> Leases:
        """Return what this daemon does among several; everything where the database is a file."""

    @property
    def decisions_waiting(self) -> int:
        """Return how many decisions are not stored yet."""

    @property
    def mail_trouble(self) -> Mapping[str, Said]:
        """Return the error of each notice channel that could not be reached when this daemon last sent."""

    @property
    def sends(self) -> bool:
        """Return whether this daemon sends the letters."""

    @property
    def channels_away(self) -> Mapping[str, Said]:
        """Return the error of each notice channel that cannot be reached, as the daemon that sends last said."""

    @property
    def echoes(self) -> Mapping[str, Sample]:
        """Return each device's last round of echoes."""

    @property
    def services(self) -> Mapping[str, ServiceState]:
        """Return the last check of each service."""

    @property
    def snmp(self) -> Mapping[str, SnmpState]:
        """Return the last SNMP reading of each device."""

    @property
    def snmp_said(self) -> Mapping[str, tuple[datetime, Reading]]:
        """Return each device's last successful SNMP reading, and its time."""

    @property
    def link_use(self) -> Mapping[str, float]:
        """Return the share of a link's speed in use at the last reading, 0 to 1, by its site."""

    @property
    def report_progress(self) -> Mapping[int, EditionProgress]:
        """Return how far each report is that is being made, by its edition."""

    @property
    def hours(self) -> Mapping[str, Hour]:
        """Return each device's last hour of echoes, minute by minute."""

    @property
    def restarts(self) -> Mapping[str, int]:
        """Return how often each device has restarted in this run; 0 for those not in it."""

    @property
    def taken(self) -> Mapping[str, int]:
        """Return rounds taken, by probe; 0 for those not in it."""

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return rounds that judged nothing through a fault of our own, by probe."""

    @property
    def icmp(self) -> Counters:
        """Return the ICMP engine's counters."""

    @property
    def snmp_readings(self) -> Mapping[str, int]:
        """Return readings by outcome; 0 for those not in it."""

    @property
    def snmp_rejected(self) -> Mapping[str, int]:
        """Return datagrams that were no valid SNMP response, by reason; 0 for those not in it."""

    @property
    def traps(self) -> Mapping[str, int]:
        """Return traps and informs by outcome; 0 for those not in it."""

    @property
    def round_lateness(self) -> Durations:
        """Return how long after its due time a device was probed."""

    @property
    def lag(self) -> Durations:
        """Return the event loop's lag: how much later than requested a timer fired."""

    def root(self, site: str) -> str:
        """Return the site whose outage this one is behind; empty for none."""

    def watcher(self, site: str) -> str | None:
        """Return the name of the other daemon that watches a site, empty for none; None where this one does."""


@dataclass
class RuntimeState:
    """The state itself, written on the event loop.

    ``snmp_said``: each device's last successful SNMP reading and its time; ``link_use``: by site of a link, the share
    of its speed in use at the last reading, 0 to 1; ``judged``: set while every device has had a round. ``others``,
    ``tree``: as in `charter.offices.Offices`, whose ``host`` is ``office``.
    """

    clock: Clock
    fleet: Fleet
    board: Board
    office: Office
    icmp: Counters = field(default_factory=Counters)
    instance: str = ""
    verdict: ConfigVerdict = field(init=False)
    started_mono_ns: int = field(init=False)
    judged: asyncio.Event = field(default_factory=asyncio.Event)
    clock_suspect: bool = False
    store_refuses: str = ""
    store_faults: list[str] = field(default_factory=list)
    leases: Leases = field(default_factory=SoleHolder)
    decisions_waiting: int = 0
    mail_trouble: dict[str, Said] = field(default_factory=dict)
    echoes: dict[str, Sample] = field(default_factory=dict)
    hours: dict[str, Hour] = field(default_factory=dict)
    services: dict[str, ServiceState] = field(default_factory=dict)
    snmp: dict[str, SnmpState] = field(default_factory=dict)
    snmp_said: dict[str, tuple[datetime, Reading]] = field(default_factory=dict)
    link_use: dict[str, float] = field(default_factory=dict)
    report_progress: dict[int, EditionProgress] = field(default_factory=dict)
    snmp_readings: Counter[str] = field(default_factory=Counter)
    snmp_rejected: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    round_lateness: Durations = field(default_factory=Durations)
    lag: Durations = field(default_factory=Durations)
    elsewhere: SeenElsewhere = NOTHING_ELSEWHERE
    others: Mapping[str, Office] = field(default_factory=dict)
    tree: Tree = NO_TREE

    def __post_init__(self) -> None:
        self.started_mono_ns = self.clock.mono_ns()
        self.verdict = ConfigVerdict(self.clock.utc())

    @property
    def is_judged(self) -> bool:
        return self.judged.is_set()

    @property
    def office_id(self) -> str:
        return self.office.id

    @property
    def sends(self) -> bool:
        return self.leases.held(Duty.OUTBOX) is not None

    @property
    def channels_away(self) -> Mapping[str, Said]:
        if self.sends:
            return dict(self.mail_trouble)  # the notifier changes it meanwhile
        others = (each.away for each in self.leases.members() if not each.is_self)
        return {channel: why for away in others for channel, why in away.items()}

    def office_of(self, site: str) -> str:
        found = self.fleet.sites.get(site)
        return (found.office if found else self.offices.of_site(site)) or self.office_id

    @property
    def offices(self) -> Offices:
        return Offices(self.office, self.others, self.tree)

    @offices.setter
    def offices(self, found: Offices) -> None:
        self.office, self.others, self.tree = found.host, found.others, found.tree

    def root(self, site: str) -> str:
        return self.board.affected.get(site) or self.elsewhere.roots.get(site, "")

    def watcher(self, site: str) -> str | None:
        if site in self.board.fleet.sites or site not in self.fleet.sites:
            return None
        return self.elsewhere.watchers.get(shard_of(self.fleet, site), "")

    def observe(self, sample: Sample) -> None:
        """Keep a round of echoes as the device's latest."""
        self.taken[sample.probe] += 1
        if sample.verdict is Verdict.UNKNOWN:
            self.unknown[sample.probe] += 1
        self.echoes[sample.device] = sample
        hour = self.hours.get(sample.device)
        if hour is None:
            hour = self.hours[sample.device] = Hour()
        hour.add(sample)

    def replace_fleet(self, fleet: Fleet) -> None:
        """Apply another fleet; drop all that is known of devices that were removed."""
        gone = self.fleet.devices.keys() - fleet.devices.keys()
        self.fleet = fleet
        self.forget(gone)

    def forget(self, devices: Collection[str]) -> None:
        """Drop all that is known of these devices."""
        if not devices:
            return
        self.echoes = {device: sample for device, sample in self.echoes.items() if device not in devices}
        self.hours = {device: hour for device, hour in self.hours.items() if device not in devices}
