"""Read wall and monotonic time, by a clock that is passed in; and the virtual clock of tests and simulations.

Three time bases, never mixed; names say which one a value belongs to:

=============  ===========================================  ============================================= suffix
clock                                        used for =============  ===========================================
============================================= ``_mono_ns``   CLOCK_MONOTONIC                              round-trip
times, cadence, I/O deadlines ``_boot_ns``   CLOCK_BOOTTIME (counts suspend)              age across a suspend; seeing a
wall clock step ``_utc``       CLOCK_REALTIME as an aware UTC datetime      what is stored and shown; charter arithmetic
=============  ===========================================  =============================================
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

NS_PER_S = 1_000_000_000
DHAKA = ZoneInfo("Asia/Dhaka")  # of every time that people read


class Clock(Protocol):
    """A source of time. Pure code takes times as arguments instead."""

    def utc(self) -> datetime:
        """Return the wall time, aware, in UTC."""

    def mono_ns(self) -> int:
        """Return monotonic nanoseconds; they stop while the machine is suspended."""

    def boot_ns(self) -> int:
        """Return monotonic nanoseconds that include the time suspended."""


class SystemClock:
    """The machine's clocks."""

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    def boot_ns(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


@dataclass
class VirtualClock:
    """A clock that moves only by its methods, for tests and simulations."""

    now_utc: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    mono: int = 1_000 * NS_PER_S
    boot: int = 1_000 * NS_PER_S

    def utc(self) -> datetime:
        return self.now_utc

    def mono_ns(self) -> int:
        return self.mono

    def boot_ns(self) -> int:
        return self.boot

    def advance(self, seconds: float) -> None:
        """Advance all three clocks."""
        self.now_utc += timedelta(seconds=seconds)
        self.mono += round(seconds * NS_PER_S)
        self.boot += round(seconds * NS_PER_S)

    def step(self, seconds: float) -> None:
        """Step the wall clock alone, as an operator or NTP does."""
        self.now_utc += timedelta(seconds=seconds)

    def suspend(self, seconds: float) -> None:
        """Suspend the machine: wall and boot time advance, monotonic time does not."""
        self.now_utc += timedelta(seconds=seconds)
        self.boot += round(seconds * NS_PER_S)
