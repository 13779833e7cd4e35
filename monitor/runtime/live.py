"""What is known at this moment: each device's last sample, and how the daemon itself is doing.

The moving parts write it, on the event loop; the page and the metrics are given a `RuntimeView` of it, and only read.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.charter.office import Office
from monitor.domain.clock import Clock
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.snmp import SnmpState
from monitor.probes.icmp.counters import Counters
from monitor.probes.snmp.reading import Reading
from monitor.runtime.last_hour import Hour
from monitor.settings.fleet import Fleet, Service
from monitor.settings.in_force import ConfigVerdict

BUCKETS_S = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass
class Durations:
    """A histogram of seconds; ``counts`` by bucket, the last one for all that is longer than any bound."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    total_s: float = 0.0

    def observe(self, seconds: float) -> None:
        seconds = max(seconds, 0.0)
        self.counts[bisect_left(BUCKETS_S, seconds)] += 1
        self.total_s += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """(upper bound, how many were at most that long), as Prometheus wants them."""
        found, so_far = [], 0
        for bound, count in zip([*map(str, BUCKETS_S), "+Inf"], self.counts, strict=True):
            so_far += count
            found.append((bound, float(so_far)))
        return found


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How the last check of a service went."""

    service: Service
    sample: Sample
    details: Mapping[str, object]


class RuntimeView(Protocol):
    """What is read of the state by those who change nothing. Times are UTC, or nanoseconds of the monotonic clock."""

    @property
    def clock(self) -> Clock:
        """The time that the daemon goes by."""

    @property
    def fleet(self) -> Fleet:
        """Who is watched; another object after each change."""

    @property
    def board(self) -> Board:
        """In which state each site and device is, by what has been judged."""

    @property
    def office(self) -> Office:
        """Charter, calendar and planned work that are in force."""

    @property
    def office_id(self) -> str:
        """The office's id, which all that is told outside carries."""

    @property
    def instance(self) -> str:
        """The random name of this run."""

    @property
    def verdict(self) -> ConfigVerdict:
        """How the last readings of the configuration went."""

    @property
    def started_mono_ns(self) -> int:
        """When this run began."""

    @property
    def is_judged(self) -> bool:
        """Whether every device has had a first round."""

    @property
    def clock_suspect(self) -> bool:
        """Whether the wall clock is not believed, so that nothing is escalated."""

    @property
    def store_refuses(self) -> str:
        """Why the database cannot be written, in its own words; empty while it can."""

    @property
    def store_faults(self) -> list[str]:
        """What was wrong with the database when it was last examined."""

    @property
    def decisions_waiting(self) -> int:
        """How many decisions are not stored yet."""

    @property
    def helpdesk(self) -> str:
        """The key of the help desk to which tickets are mirrored; empty without one."""

    @property
    def mail_trouble(self) -> Mapping[str, str]:
        """Why each channel of notices that cannot be reached cannot, in words."""

    @property
    def samples(self) -> Mapping[tuple[str, str], Sample]:
        """The last sample by device and probe."""

    @property
    def services(self) -> Mapping[str, ServiceState]:
        """The last check of each service."""

    @property
    def snmp(self) -> Mapping[str, SnmpState]:
        """How the last reading of each device went."""

    @property
    def restarts(self) -> Mapping[str, int]:
        """How often each device has restarted under our eyes; 0 for whoever is not in it."""

    @property
    def taken(self) -> Mapping[str, int]:
        """Rounds taken, by probe; 0 for whoever is not in it."""

    @property
    def unknown(self) -> Mapping[str, int]:
        """Those among them that judged nobody, through a fault of our own."""

    @property
    def icmp(self) -> Counters:
        """What the ICMP engine has seen."""

    @property
    def snmp_readings(self) -> Mapping[str, int]:
        """Readings by outcome; 0 for what is not in it."""

    @property
    def snmp_rejected(self) -> Mapping[str, int]:
        """Datagrams that were no answer to a question by SNMP, by reason; 0 for what is not in it."""

    @property
    def traps(self) -> Mapping[str, int]:
        """Traps and informs by what became of them; 0 for what is not in it."""

    @property
    def round_lateness(self) -> Durations:
        """How long after its turn a device came to be probed."""

    @property
    def lag(self) -> Durations:
        """How much longer than asked the event loop slept."""


@dataclass
class RuntimeState:
    """The state itself. ``snmp_said``: when each device last answered by SNMP, and what; ``link_use``: the sites of
    links, each with the share of its speed that was in use at its last reading, 0 to 1; ``judged`` is set while every
    device has had a round.
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
    decisions_waiting: int = 0
    helpdesk: str = ""
    mail_trouble: dict[str, str] = field(default_factory=dict)
    samples: dict[tuple[str, str], Sample] = field(default_factory=dict)
    hours: dict[str, Hour] = field(default_factory=dict)
    services: dict[str, ServiceState] = field(default_factory=dict)
    snmp: dict[str, SnmpState] = field(default_factory=dict)
    snmp_said: dict[str, tuple[datetime, Reading]] = field(default_factory=dict)
    link_use: dict[str, float] = field(default_factory=dict)
    snmp_readings: Counter[str] = field(default_factory=Counter)
    snmp_rejected: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    round_lateness: Durations = field(default_factory=Durations)
    lag: Durations = field(default_factory=Durations)

    def __post_init__(self) -> None:
        self.started_mono_ns = self.clock.mono_ns()
        self.verdict = ConfigVerdict(self.clock.utc())

    @property
    def is_judged(self) -> bool:
        return self.judged.is_set()

    @property
    def office_id(self) -> str:
        return self.office.id

    def observe(self, sample: Sample) -> None:
        """Keeps the sample as the device's latest; one that was our own fault is only counted."""
        self.taken[sample.probe] += 1
        if sample.verdict is Verdict.UNKNOWN:
            self.unknown[sample.probe] += 1
        self.samples[sample.device, sample.probe] = sample
        if sample.probe != "icmp":  # the hour before an outage is one of echoes
            return
        hour = self.hours.get(sample.device)
        if hour is None:
            hour = self.hours[sample.device] = Hour()
        hour.add(sample)

    def replace_fleet(self, fleet: Fleet) -> None:
        """Goes over to other devices; drops all that is known of those that are gone."""
        gone = self.fleet.devices.keys() - fleet.devices.keys()
        self.fleet = fleet
        self.forget(gone)

    def forget(self, devices: Collection[str]) -> None:
        """Drops all that is known of these devices."""
        self.samples = {key: sample for key, sample in self.samples.items() if key[0] not in devices}
        self.hours = {device: hour for device, hour in self.hours.items() if device not in devices}
