"""The time that the daemon goes by: the wall clock's while it is believed, else what has gone by since it was.

Whatever is dated here (samples, decisions, histories, letters, the names of copies) is dated by this clock, so that a
jump of the wall clock, however short, is never seen by anybody but `judging.clock_trust`.
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
    """The identity of this boot of the machine, in 32 hexadecimal digits; empty where nobody tells."""
    try:
        told = BOOT_ID.read_text(encoding="ascii")
    except OSError:
        told = os.environ.get(BOOT_ID_VARIABLE, "")
    return told.strip().replace("-", "")


def kernel_says_synchronised() -> bool:
    """Whether NTP keeps the wall clock: by adjtimex(2), or where that is forbidden by systemd-timesyncd's own sign."""
    state = _ADJTIMEX(ctypes.create_string_buffer(512))  # all zeros: asks, and sets nothing
    return TIMESYNCD_SAYS_SO.exists() if state < 0 else state != TIME_ERROR


class TrustedClock:
    """A `Clock` over another one. ``trust`` is replaced as a whole, by the writer; may be asked by any thread."""

    def __init__(self, clock: Clock, boot: str, synchronised: Callable[[], bool] = kernel_says_synchronised) -> None:
        self._clock, self._boot, self._synchronised = clock, boot, synchronised
        self.trust: ClockTrust = first_trust(None, self.look())

    def begin(self, stored: ClockTrust | None, word: ClockReading | None) -> ClockTrust:
        """Goes on from what the run before thought of the clock."""
        self.trust = first_trust(stored, self.look(), word)
        return self.trust

    def look(self) -> ClockReading:
        """One reading of the clocks as they are, whether they are believed or not."""
        wall_utc, boot_ns = self._read()
        return ClockReading(wall_utc, boot_ns, self._boot, self._synchronised())

    def utc(self) -> datetime:
        return self.trust.date(*self._read())

    def mono_ns(self) -> int:
        return self._clock.mono_ns()

    def boot_ns(self) -> int:
        return self._clock.boot_ns()

    def _read(self) -> tuple[datetime, int]:
        """Wall and boot time of one moment: whoever was suspended between the two would see a jump that was none."""
        while True:
            before_ns, wall_utc, after_ns = self._clock.boot_ns(), self._clock.utc(), self._clock.boot_ns()
            if after_ns - before_ns < TORN_NS:
                return wall_utc, after_ns


_ADJTIMEX: Callable[[object], int] = ctypes.CDLL(None).adjtimex
