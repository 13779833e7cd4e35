"""Define what is kept of a stretch of time: summaries of echo rounds, and of an interface's traffic. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar, Protocol, Self

from monitor.domain.log_scale import NONE, code_of, value_of

MOST = 0xFFFE  # of a count


class Summary(Protocol):
    """A summary that can be packed into columns of 16 bits."""

    COLUMNS: ClassVar[int]

    def codes(self) -> Sequence[int]:
        """Return its columns."""

    @classmethod
    def of(cls, codes: Sequence[int]) -> Self | None:
        """Return the summary of columns; None for a stretch without any."""


@dataclass(frozen=True, slots=True)
class Echoes:
    """The rounds of echoes of one device: how many answered, failed, and were unknown (our own fault).

    ``sent`` and ``lost`` count echoes; the round-trip times are microseconds, None when nothing answered.
    """

    COLUMNS: ClassVar[int] = 8

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
    def merged(cls, parts: Iterable["Echoes"]) -> "Echoes | None":
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


@dataclass(frozen=True, slots=True)
class Traffic:
    """What passed an interface, in bits per second: the mean of a stretch, computed from counters."""

    COLUMNS: ClassVar[int] = 2

    in_bps: float | None
    out_bps: float | None

    def codes(self) -> Sequence[int]:
        return code_of(self.in_bps), code_of(self.out_bps)

    @classmethod
    def of(cls, codes: Sequence[int]) -> Self | None:
        found = cls(*map(value_of, codes))
        return None if found.in_bps is None and found.out_bps is None else found

    @classmethod
    def merged(cls, parts: Iterable["Traffic"]) -> "Traffic | None":
        """Return the mean of several stretches of equal length; None for none."""
        every = list(parts)
        incoming = [part.in_bps for part in every if part.in_bps is not None]
        outgoing = [part.out_bps for part in every if part.out_bps is not None]
        if not (incoming or outgoing):
            return None
        return cls(
            sum(incoming) / len(incoming) if incoming else None, sum(outgoing) / len(outgoing) if outgoing else None
        )
