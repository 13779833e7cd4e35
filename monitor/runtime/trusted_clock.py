"""Provide the daemon's time: the wall clock's while it is trusted, else the time passed since it was.

All dates of this program (samples, decisions, histories, notices, names of copies) come from this clock, so that a step
of the wall clock, however short, is seen by `judging.clock_trust` alone.
"""

import ctypes
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from monitor.domain.clock import NS_PER_S, Clock
from monitor.judging.clock_trust import ClockReading, ClockTrust, first_trust

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_ID_VARIABLE = "UPAZILA_MONITOR_BOOT_ID"  # set by the unit, whose sandbox hides the file
TIMESYNCD_SAYS_SO = Path("/run/systemd/timesync/synchronized")
TIME_ERROR = 5  # what adjtimex(2) returns while nothing keeps the clock
TORN_NS = NS_PER_S // 10


def boot_id() -> str:
    """Return the id of this boot of the machine, 32 hexadecimal digits; empty where there is none."""
    try:
        id_ = BOOT_ID.read_text(encoding="ascii")
    except OSError:
        id_ = os.environ.get(BOOT_ID_VARIABLE, "")
    return id_.strip().replace("-", "")


def kernel_says_synchronised() -> bool:
    """Return whether NTP keeps the wall clock, by adjtimex(2) or else systemd-timesyncd's file."""
    state = _ADJTIMEX(ctypes.create_string_buffer(512))  # all zeros: asks, and sets nothing
    return TIMESYNCD_SAYS_SO.exists() if state < 0 else state != TIME_ERROR


class TrustedClock:
    """A `Clock` over another one. ``trust`` is replaced as a whole, by the writer. Thread-safe."""

    def __init__(self, clock: Clock, boot: str, synchronised: Callable[[], bool] = kernel_says_synchronised) -> None:
        self._clock, self._boot, self._synchronised = clock, boot, synchronised
        self.trust: ClockTrust = first_trust(None, self.look())

    def begin(self, stored: ClockTrust | None, word: ClockReading | None) -> ClockTrust:
        """Continue from the trust of the run before."""
        self.trust = first_trust(stored, self.look(), word)
        return self.trust

    def look(self) -> ClockReading:
        """Read the clocks as they are, trusted or not."""
        wall_utc, boot_ns = self._read()
        return ClockReading(wall_utc, boot_ns, self._boot, self._synchronised())

    def utc(self) -> datetime:
        return self.trust.date(*self._read())

    def mono_ns(self) -> int:
        return self._clock.mono_ns()

    def boot_ns(self) -> int:
        return self._clock.boot_ns()

    def _read(self) -> tuple[datetime, int]:
        """Read wall and boot time of one moment: a suspend between the two would look like a step."""
        while True:
            before_ns, wall_utc, after_ns = self._clock.boot_ns(), self._clock.utc(), self._clock.boot_ns()
            if after_ns - before_ns < TORN_NS:
                return wall_utc, after_ns


_ADJTIMEX: Callable[[object], int] = ctypes.CDLL(None).adjtimex
