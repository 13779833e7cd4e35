"""Define what is kept of a stretch of time: summaries of echo rounds, an interface's traffic, a UPS's power. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple, Protocol, Self

from monitor.domain.log_scale import NONE, code_of, value_of

MOST = 0xFFFE  # of a count


class Summary(Protocol):
    """A summary that can be packed into columns of 16 bits, one of each field, and merged with others of its kind."""

    @classmethod
    def width(cls) -> int:
        """Return how many columns it has."""

    def codes(self) -> Sequence[int]:
        """Return its columns."""

    @classmethod
    def of(cls, codes: Sequence[int]) -> Self | None:
        """Return the summary of columns; None for a stretch without any."""

    @classmethod
    def every(cls, columns: Sequence[Sequence[int]]) -> Iterator[Self | None]:
        """Yield the summaries of whole columns, as `of` does of one stretch; many times as fast as that."""

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self | None:
        """Return the summary of several stretches; None for none."""


class Echoes(NamedTuple):
    """The rounds of echoes of one device: how many answered, failed, and were unknown (our own fault).

    ``sent`` and ``lost`` count echoes; the round-trip times are microseconds, None when nothing answered.
    """

    answered: int
    failed: int
    unknown: int
    sent: int
    lost: int
    fastest_us: float | None = None
    median_us: float | None = None
    slowest_us: float | None = None

    @property
    def loss(self) -> float | None:
        """Return the share of echoes lost, 0 to 1; None when none was sent."""
        return self.lost / self.sent if self.sent else None

    @classmethod
    def width(cls) -> int:
        return len(cls._fields)

    def codes(self) -> Sequence[int]:
        counts = (self.answered, self.failed, self.unknown, self.sent, self.lost)
        times = (self.fastest_us, self.median_us, self.slowest_us)
        return (*(min(count, MOST) for count in counts), *map(code_of, times))

    @classmethod
    def of(cls, codes: Sequence[int]) -> Self | None:
        if codes[0] == NONE:
            return None
        return cls(*codes[:5], *map(value_of, codes[5:]))

    @classmethod
    def every(cls, columns: Sequence[Sequence[int]]) -> Iterator[Self | None]:
        counts, times = columns[:5], [map(value_of, column) for column in columns[5:]]
        found = map(cls._make, zip(*counts, *times, strict=True))
        return (None if one[0] == NONE else one for one in found) if NONE in columns[0] else found

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self | None:
        """Return the summary of several stretches; its median is that of their medians. None for none."""
        every = list(parts)
        if not every:
            return None
        medians = [part.median_us for part in every if part.median_us is not None]
        return cls(
            sum(part.answered for part in every),
            sum(part.failed for part in every),
            sum(part.unknown for part in every),
            sum(part.sent for part in every),
            sum(part.lost for part in every),
            min((part.fastest_us for part in every if part.fastest_us is not None), default=None),
            median(medians) if medians else None,
            max((part.slowest_us for part in every if part.slowest_us is not None), default=None),
        )


class Traffic(NamedTuple):
    """What passed an interface, in bits per second: the mean over ``seconds`` of a stretch, computed from counters."""

    seconds: float
    in_bps: float | None
    out_bps: float | None

    @classmethod
    def width(cls) -> int:
        return len(cls._fields)

    def codes(self) -> Sequence[int]:
        return min(round(self.seconds), MOST), code_of(self.in_bps), code_of(self.out_bps)

    @classmethod
    def of(cls, codes: Sequence[int]) -> Self | None:
        if codes[0] == NONE:
            return None
        return cls(float(codes[0]), *map(value_of, codes[1:]))

    @classmethod
    def every(cls, columns: Sequence[Sequence[int]]) -> Iterator[Self | None]:
        rates = [map(value_of, column) for column in columns[1:]]
        for seconds, *both in zip(columns[0], *rates, strict=True):
            yield None if seconds == NONE else cls(float(seconds), *both)

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self | None:
        """Return the mean over all their seconds; None for none."""
        every = list(parts)
        if not every:
            return None
        seconds = sum(part.seconds for part in every)
        incoming = _mean([(part.seconds, part.in_bps) for part in every])
        return cls(seconds, incoming, _mean([(part.seconds, part.out_bps) for part in every]))


class UpsPower(NamedTuple):
    """The readings of a UPS: how many there were, how many of them on battery, and its lowest charge in per cent."""

    readings: int
    on_battery: int
    lowest_charge: int | None = None

    @classmethod
    def width(cls) -> int:
        return len(cls._fields)

    def codes(self) -> Sequence[int]:
        charge = NONE if self.lowest_charge is None else self.lowest_charge
        return min(self.readings, MOST), min(self.on_battery, MOST), charge

    @classmethod
    def of(cls, codes: Sequence[int]) -> Self | None:
        if codes[0] == NONE:
            return None
        return cls(codes[0], codes[1], None if codes[2] == NONE else codes[2])

    @classmethod
    def every(cls, columns: Sequence[Sequence[int]]) -> Iterator[Self | None]:
        return map(cls.of, zip(*columns, strict=True))

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self | None:
        """Return the summary of several stretches; None for none."""
        every = list(parts)
        if not every:
            return None
        charges = [part.lowest_charge for part in every if part.lowest_charge is not None]
        readings, on_battery = sum(part.readings for part in every), sum(part.on_battery for part in every)
        return cls(readings, on_battery, min(charges, default=None))


def _mean(weighed: Sequence[tuple[float, float | None]]) -> float | None:
    """Return the mean of what is known, by its seconds; None when nothing is."""
    known = [(seconds, value) for seconds, value in weighed if value is not None]
    whole = sum(seconds for seconds, _ in known)
    return sum(seconds * value for seconds, value in known) / whole if whole else None
