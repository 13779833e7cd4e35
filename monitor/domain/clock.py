"""Wall and monotonic time, injected everywhere, and the virtual clock of tests and simulations.

Three time bases, never mixed; names say which one a value belongs to:

=============  ===========================================  =============================================
suffix         clock                                        used for
=============  ===========================================  =============================================
``_mono_ns``   CLOCK_MONOTONIC                              round-trip times, cadence, I/O deadlines
``_boot_ns``   CLOCK_BOOTTIME (counts suspend)              age across a suspend; seeing a wall clock step
``_utc``       CLOCK_REALTIME as an aware UTC datetime      what is stored and shown; charter arithmetic
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
    """Where time comes from; pure code never asks, it is told."""

    def utc(self) -> datetime:
        """Wall time, aware, in UTC."""

    def mono_ns(self) -> int:
        """Monotonic nanoseconds; stands still while the machine is suspended."""

    def boot_ns(self) -> int:
        """Monotonic nanoseconds that go on counting while the machine is suspended."""


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
    """A clock that moves only when told to, for tests and simulations."""

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
        """Lets time pass on all three clocks."""
        self.now_utc += timedelta(seconds=seconds)
        self.mono += round(seconds * NS_PER_S)
        self.boot += round(seconds * NS_PER_S)

    def step(self, seconds: float) -> None:
        """Steps the wall clock alone, as an operator or NTP does."""
        self.now_utc += timedelta(seconds=seconds)

    def suspend(self, seconds: float) -> None:
        """Puts the machine to sleep: wall and boot time go on, monotonic time stands still."""
        self.now_utc += timedelta(seconds=seconds)
        self.boot += round(seconds * NS_PER_S)
