"""What round-trip time is usual of a device at each hour of the week, learned from its own rounds. Pure.

Every hour with enough answered rounds leaves its median and its MAD (the median distance from the median). Of each of
the week's 168 hours the last five such pairs are kept. Usual is M, the median of their medians; how much it varies is
S, the greater of the median of their MADs and the MAD of their medians. A round is slow beyond

    M + max(mads * 1.4826 * S, least)

(1.4826 makes a standard deviation of a MAD where times are spread normally). With fewer than three weeks of an hour
nothing is said about it. One odd week changes nothing; what lasts is usual after three. An hour of outage or of loss
teaches nothing, because too few of its rounds were answered.
"""

import math
from array import array
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple

from monitor.domain.sample import Sample, Verdict

HOURS, WEEKS, FEWEST_WEEKS = 168, 5, 3
FEWEST_ROUNDS, MOST_ROUNDS = 20, 120
NORMAL = 1.4826
BASE_NS = 1_000  # times are kept as logarithms: one in 2,900 exact for medians, one in 23 for MADs
FINE, COARSE = 2_000, 16
NEVER_NS = 1 << 62
EPOCH, HOUR = datetime(1970, 1, 1, tzinfo=UTC), timedelta(hours=1)
WIDTH = HOURS * WEEKS
PACKED_BYTES = WIDTH * 3


class Limits(NamedTuple):
    """``mads``: how many MADs more than usual are slow (0: nothing ever is); ``least_ns``: but never less than that."""

    mads: float = 6.0
    least_ns: int = 10_000_000


class Usual:
    """One device: its 168 hours in two arrays of fixed size, and the rounds of the present hour."""

    __slots__ = ("hour", "limit_ns", "mads", "medians", "rounds")

    def __init__(self, packed: bytes = b"") -> None:
        self.medians, self.mads = array("H", bytes(2 * WIDTH)), array("B", bytes(WIDTH))
        if len(packed) == PACKED_BYTES:
            self.medians, self.mads = array("H", packed[: 2 * WIDTH]), array("B", packed[2 * WIDTH :])
        self.hour = -1
        self.limit_ns = NEVER_NS
        self.rounds = array("f")

    def packed(self) -> bytes:
        """All that is learned, PACKED_BYTES long, in this machine's byte order."""
        return self.medians.tobytes() + self.mads.tobytes()

    def learn(self) -> bool:
        """Keeps what the present hour has shown; False when that was too little."""
        if len(self.rounds) < FEWEST_ROUNDS:
            return False
        middle = median(self.rounds)
        place = self.hour % HOURS * WEEKS
        for values, code in (
            (self.medians, _code(middle, FINE, 65_535)),
            (self.mads, _code(_mad(self.rounds), COARSE, 255)),
        ):
            values[place : place + WEEKS] = array(values.typecode, [*values[place + 1 : place + WEEKS], code])
        return True

    def limit(self, hour: int, limits: Limits) -> int:
        """Beyond what a round of that hour is slow, in nanoseconds; NEVER_NS while too little is known."""
        place = hour % HOURS * WEEKS
        weeks = [place + week for week in range(WEEKS) if self.medians[place + week]]
        if len(weeks) < FEWEST_WEEKS or not limits.mads:
            return NEVER_NS
        medians = [_value(self.medians[week], FINE) for week in weeks]
        spread = max(median(_value(self.mads[week], COARSE) for week in weeks), _mad(medians))
        return round(median(medians) + max(limits.mads * NORMAL * spread, limits.least_ns))


@dataclass
class Baselines:
    """All devices. ``known`` grows with the fleet, by less than 4 kB a device, and by nothing else."""

    limits: Limits = Limits()  # noqa: RUF009 (a tuple)
    known: dict[str, Usual] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    _hour: int = -1
    _begins: datetime = EPOCH
    _ends: datetime = EPOCH

    def take(self, sample: Sample) -> int:
        """Learns from a round; says beyond what time it is slow, in nanoseconds."""
        rtts_ns = sample.rtts_ns
        if not rtts_ns or sample.verdict is not Verdict.OK:
            return NEVER_NS
        rtt_ns = rtts_ns[0] if len(rtts_ns) == 1 else sum(rtts_ns) // len(rtts_ns)
        if not self._begins <= sample.started_utc < self._ends:
            self._hour = (sample.started_utc - EPOCH) // HOUR
            self._begins = EPOCH + self._hour * HOUR
            self._ends = self._begins + HOUR
        usual = self.known.get(sample.device)
        if usual is None:
            usual = self.known[sample.device] = Usual()
        if usual.hour != self._hour:
            if usual.learn():
                self.changed.add(sample.device)
            usual.rounds = array("f")
            usual.hour, usual.limit_ns = self._hour, usual.limit(self._hour, self.limits)
        rounds = usual.rounds
        if len(rounds) < MOST_ROUNDS:
            rounds.append(rtt_ns)
        return usual.limit_ns

    def adjust(self, limits: Limits) -> None:
        """Goes over to other limits at once."""
        if limits != self.limits:
            self.limits = limits
            for usual in self.known.values():
                usual.limit_ns = usual.limit(usual.hour, limits)

    def forget(self, device: str) -> None:
        """It is another device now."""
        self.known.pop(device, None)
        self.changed.discard(device)

    def keep(self, devices: Container[str]) -> None:
        """Forgets all others."""
        for device in [each for each in self.known if each not in devices]:
            self.forget(device)


def _mad(values: "Sequence[float] | array[float]") -> float:
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _code(value_ns: float, steps: int, most: int) -> int:
    """A logarithm from 1 to ``most``; 0 stands for nothing."""
    return min(max(round(math.log2(max(value_ns, BASE_NS) / BASE_NS) * steps) + 1, 1), most)


def _value(code: int, steps: int) -> float:
    return BASE_NS * 2.0 ** ((code - 1) / steps) if code > 1 else 0.0
