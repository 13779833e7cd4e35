"""Represent one probe's result: the shape that every probe returns and judging reads."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.domain.reasons import Reason


class Verdict(StrEnum):
    """The verdict of a round.

    ``unknown`` is our own fault (no socket, a stalled loop, a full buffer) and never judges a device.
    """

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Sample(NamedTuple):
    """The result of one round against one device.

    ``sent`` and ``received`` count echoes (or requests); ``rtts_ns``: one round-trip time in nanoseconds for each
    answer, in order of sending. ``reason``: why a verdict is not ``ok``, else None; ``poor``: what is wrong with an
    ``ok`` one, apart from loss or time.
    """

    device: str
    probe: str
    started_utc: datetime
    started_mono_ns: int
    verdict: Verdict
    sent: int = 0
    received: int = 0
    rtts_ns: tuple[int, ...] = ()
    reason: Reason | None = None
    poor: Reason | None = None

    @property
    def loss(self) -> float:
        """Return the share of echoes lost, 0.0 to 1.0; 0.0 when none was sent."""
        return (self.sent - self.received) / self.sent if self.received < self.sent else 0.0

    @property
    def rtt_ns(self) -> int | None:
        """Return the mean round-trip time in nanoseconds; None when nothing answered."""
        return sum(self.rtts_ns) // len(self.rtts_ns) if self.rtts_ns else None


def milliseconds(rtt_ms: float, decimals: int) -> str:
    """Return a round-trip time with so many decimals, without its unit: '0.021'; less than the last: '< 0.001'."""
    least = 10.0**-decimals
    return f"{rtt_ms:.{decimals}f}" if rtt_ms >= least else f"< {least:.{decimals}f}"
