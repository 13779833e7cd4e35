"""What is known at this moment, kept for readers: each device's last sample, and how the daemon itself is doing."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.charter.office import Office
from monitor.domain.clock import Clock
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.snmp import SnmpState
from monitor.probes.snmp.reading import Reading
from monitor.runtime.last_hour import Hour
from monitor.settings.fleet import Fleet, Service
from monitor.settings.in_force import ConfigVerdict

ALIVE_S = 45.0  # who has not turned for so long stands still
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


def stale(ages: Mapping[str, float]) -> list[str]:
    """The parts that stand still, by how many seconds ago each turned last."""
    return [part for part, age_s in ages.items() if age_s >= ALIVE_S]


@dataclass
class RuntimeState:
    """Fed on the event loop by the daemon, read there by the page and the exposition."""

    clock: Clock
    fleet: Fleet = field(default_factory=lambda: Fleet({}))
    board: Board | None = None
    instance: str = ""
    verdict: Callable[[], ConfigVerdict] = field(init=False)
    judged: bool = False
    last_turn_mono_ns: int = 0
    clock_suspect: Callable[[], bool] = bool
    store_refuses: Callable[[], str] = str
    decisions_waiting: Callable[[], int] = int
    store_faults: list[str] = field(default_factory=list)
    office: Callable[[], Office | None] = lambda: None
    helpdesk: str = ""
    rejected: Callable[[], Mapping[str, int]] = dict
    record: Callable[[Sample], None] = lambda _: None
    samples: dict[tuple[str, str], Sample] = field(default_factory=dict)
    hours: dict[str, Hour] = field(default_factory=dict)
    services: dict[str, ServiceState] = field(default_factory=dict)
    snmp: dict[str, SnmpState] = field(default_factory=dict)
    snmp_said: dict[str, tuple[datetime, Reading]] = field(default_factory=dict)
    snmp_readings: Counter[str] = field(default_factory=Counter)
    snmp_rejected: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    round_lateness: Durations = field(default_factory=Durations)
    lag: Durations = field(default_factory=Durations)

    written_mono_ns: Callable[[], int] | None = None
    outbox_seen_mono_ns: Callable[[], int] | None = None
    mail_trouble: Callable[[], Mapping[str, str]] = dict

    def __post_init__(self) -> None:
        self.started_mono_ns = self.clock.mono_ns()
        accepted = ConfigVerdict(self.clock.utc())
        self.verdict = lambda: accepted

    @property
    def office_id(self) -> str:
        """The office's id, which all that is told outside carries; '' before there is an office."""
        office = self.office()
        return office.id if office else ""

    def ages(self) -> dict[str, float]:
        """How many seconds ago each part that must never stand still turned last; nothing outside counts."""
        turned_mono_ns = {"probing": self.last_turn_mono_ns}
        if self.written_mono_ns is not None:
            turned_mono_ns["writing"] = self.written_mono_ns()
        if self.outbox_seen_mono_ns is not None:
            turned_mono_ns["outbox"] = self.outbox_seen_mono_ns()
        now_ns = self.clock.mono_ns()
        return {part: max(now_ns - turned_ns, 0) / 1e9 for part, turned_ns in turned_mono_ns.items()}

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

    def forget(self, devices: Iterable[str]) -> None:
        """Drops all that is known of devices that are gone."""
        gone = set(devices)
        self.samples = {key: sample for key, sample in self.samples.items() if key[0] not in gone}
        self.hours = {device: hour for device, hour in self.hours.items() if device not in gone}

    def round_late(self, seconds: float) -> None:
        """How long after its turn a device came to be probed."""
        self.round_lateness.observe(seconds)

    def loop_lag(self, seconds: float) -> None:
        """How much longer than asked the event loop slept."""
        self.lag.observe(seconds)

    def turned_s_ago(self) -> float:
        """How long ago the probing loop turned last, in seconds."""
        return (self.clock.mono_ns() - self.last_turn_mono_ns) / 1e9
