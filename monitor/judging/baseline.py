"""Learn each device's usual round-trip time for every hour of the week, and judge rounds against it. Pure.

Every hour with at least ``FEWEST_ROUNDS`` answered rounds leaves its median and its MAD (median absolute deviation). Of
each of the week's 168 hours the last five such pairs are kept. M is the median of their medians; S is the greater of
the median of their MADs and the MAD of their medians. A round is slow beyond

    M + max(mads * 1.4826 * S, least)

(1.4826 × MAD estimates the standard deviation of a normal distribution). With fewer than three weeks of an hour there
is no limit for it. One unusual week changes nothing; a lasting change becomes usual after three. Hours of outage or
loss leave nothing, because too few of their rounds were answered.
"""

import math
from array import array
from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple, Self

import zstandard

from monitor.domain.sample import Sample, Verdict

HOURS, WEEKS, FEWEST_WEEKS = 168, 5, 3
FEWEST_ROUNDS, MOST_ROUNDS = 20, 120
ROOM = array("f", bytes(4 * 60))  # for an hour's rounds at once: grown by each, it would leave holes in the heap
NORMAL = 1.4826
BASE_NS = 1_000  # times are kept as logarithms: one in 2,900 exact for medians, one in 23 for MADs
FINE, COARSE = 2_000, 16
NEVER_NS = 1 << 62
EPOCH, HOUR = datetime(1970, 1, 1, tzinfo=UTC), timedelta(hours=1)
WIDTH = HOURS * WEEKS
PACKED_BYTES = WIDTH * 3
_COMPRESSOR = zstandard.ZstdCompressor(level=1, write_content_size=False)  # both for the thread that judges alone
_DECOMPRESSOR = zstandard.ZstdDecompressor()


class Limits(NamedTuple):
    """Where slow begins: ``mads`` deviations above the usual time, but at least ``least_ns`` nanoseconds above it.

    With 0 ``mads`` nothing is ever slow.
    """

    mads: float = 6.0
    least_ns: int = 10_000_000


class Week(NamedTuple):
    """What was learned of a device: for each of 168 hours the medians and the MADs of the last weeks; 0 for none."""

    medians: "array[int]"
    mads: "array[int]"

    @classmethod
    def of(cls, packed: bytes) -> Self:
        """Return what was packed; nothing learned where it was damaged."""
        if len(packed) != PACKED_BYTES:
            packed = _unpacked(packed)
        return cls(array("H", packed[: 2 * WIDTH]), array("B", packed[2 * WIDTH :]))

    def packed(self) -> bytes:
        """Return it compressed, in this machine's byte order; as it is, ``PACKED_BYTES`` bytes, if that is no shorter.

        A day takes some 150 bytes, a week 700, and all five weeks 2,100.
        """
        whole = self.medians.tobytes() + self.mads.tobytes()
        return min(whole, _COMPRESSOR.compress(whole), key=len)


def _unpacked(packed: bytes) -> bytes:
    with suppress(zstandard.ZstdError):
        whole = _DECOMPRESSOR.decompress(packed, PACKED_BYTES)
        if len(whole) == PACKED_BYTES:
            return whole
    return bytes(PACKED_BYTES)


class Usual:
    """The statistics of one device, and the rounds of the present hour: the first ``count`` of ``rounds``.

    ``packed``: a `Week`, which is needed once an hour; replaced as a whole, so that any thread may take it.
    """

    __slots__ = ("count", "hour", "limit_ns", "packed", "rounds")

    def __init__(self, packed: bytes = b"") -> None:
        self.packed = packed
        self.hour = -1
        self.limit_ns = NEVER_NS
        self.count = 0
        self.rounds = array("f")

    def learn(self) -> bool:
        """Store median and MAD of the present hour; False when it has fewer than ``FEWEST_ROUNDS``."""
        if self.count < FEWEST_ROUNDS:
            return False
        rounds = self.rounds[: self.count]
        week, middle = Week.of(self.packed), median(rounds)
        place = self.hour % HOURS * WEEKS
        for values, code in (
            (week.medians, _code(middle, FINE, 65_535)),
            (week.mads, _code(_mad(rounds), COARSE, 255)),
        ):
            values[place : place + WEEKS] = array(values.typecode, [*values[place + 1 : place + WEEKS], code])
        self.packed = week.packed()
        return True

    def limit(self, hour: int, limits: Limits) -> int:
        """Return the time in nanoseconds beyond which a round of that hour is slow; ``NEVER_NS`` with too few weeks."""
        if not self.packed or not limits.mads:
            return NEVER_NS
        learned, place = Week.of(self.packed), hour % HOURS * WEEKS
        weeks = [place + week for week in range(WEEKS) if learned.medians[place + week]]
        if len(weeks) < FEWEST_WEEKS:
            return NEVER_NS
        medians = [_value(learned.medians[week], FINE) for week in weeks]
        spread = max(median(_value(learned.mads[week], COARSE) for week in weeks), _mad(medians))
        return round(median(medians) + max(limits.mads * NORMAL * spread, limits.least_ns))


@dataclass
class Baselines:
    """The statistics of all devices: less than 3 kB each. ``changed``: devices with values that are not stored yet."""

    limits: Limits = Limits()  # noqa: RUF009 (a tuple)
    known: dict[str, Usual] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    _hour: int = -1
    _begins: datetime = EPOCH
    _ends: datetime = EPOCH

    def take(self, sample: Sample) -> int:
        """Learn from a round; return the time in nanoseconds beyond which it is slow."""
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
            usual.count = 0
            usual.hour, usual.limit_ns = self._hour, usual.limit(self._hour, self.limits)
        count = usual.count
        if count < MOST_ROUNDS:
            if count == len(usual.rounds):
                usual.rounds += ROOM
            usual.rounds[count] = rtt_ns
            usual.count = count + 1
        return usual.limit_ns

    def adjust(self, limits: Limits) -> None:
        """Apply other limits at once."""
        if limits != self.limits:
            self.limits = limits
            for usual in self.known.values():
                usual.limit_ns = usual.limit(usual.hour, limits)

    def forget(self, device: str) -> None:
        """Drop a device's statistics: another device has its address now."""
        self.known.pop(device, None)
        self.changed.discard(device)

    def keep(self, devices: Container[str], but: Container[str]) -> None:
        """Drop the statistics of all devices that are not in ``devices``, and of those that are in ``but``."""
        for device in [each for each in self.known if each not in devices or each in but]:
            self.forget(device)


def _mad(values: "Sequence[float] | array[float]") -> float:
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _code(value_ns: float, steps: int, most: int) -> int:
    """Encode a time as a logarithm from 1 to ``most``; 0 means no value."""
    return min(max(round(math.log2(max(value_ns, BASE_NS) / BASE_NS) * steps) + 1, 1), most)


def _value(code: int, steps: int) -> float:
    return BASE_NS * 2.0 ** ((code - 1) / steps) if code > 1 else 0.0
