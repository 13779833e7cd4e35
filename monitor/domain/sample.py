"""One probe's result: the single shape that every probe returns and that judging reads."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.domain.reasons import Reason


class Verdict(StrEnum):
    """What a probe saw.

    ``unknown`` is our own fault (no socket, a late loop, a full buffer) and never judges a device.
    """

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Sample(NamedTuple):
    """The result of one round against one device.

    ``sent`` and ``received`` count echoes (or requests); ``rtts_ns`` holds one round-trip time in
    nanoseconds for each answer, in order of sending. ``reason`` says why a verdict is not ``ok``
    and is None otherwise; ``poor`` why an ``ok`` one was not as it should be, where that is not for
    loss or time.
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
        """Share of echoes lost, 0.0 to 1.0; 0.0 when none was sent."""
        return (self.sent - self.received) / self.sent if self.sent else 0.0

    @property
    def rtt_ns(self) -> int | None:
        """Mean round-trip time in nanoseconds; None when nothing answered."""
        return sum(self.rtts_ns) // len(self.rtts_ns) if self.rtts_ns else None


def milliseconds(rtt_ms: float, decimals: int) -> str:
    """Writes a round-trip time with so many decimals, without its unit: '0.021'. Less than the last: '< 0.001'."""
    least = 10.0**-decimals
    return f"{rtt_ms:.{decimals}f}" if rtt_ms >= least else f"< {least:.{decimals}f}"
