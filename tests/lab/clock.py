"""Clocks of one process alone, that can be stepped or run fast: the machine's own is never touched.

libfaketime stands between the process and the C library and reads its offset from a file, anew at every look at the
clock. Monotonic and boot time stay what they are, as when an operator or NTP steps the real clock.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path

from tests.lab.namespace import LabError

LIBRARIES = Path("/usr/lib")


def library() -> Path:
    """libfaketime's, for programs with threads; raises LabError where it is not installed."""
    found = sorted(LIBRARIES.glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise LabError("another clock for a process needs libfaketime: apt-get install faketime")
    return found[0]


class FastClock:
    """Clocks that run ``factor`` times as fast: wall, monotonic and boot time alike, with all that waits by them.

    Each process that is started gets an environment of its own, for it begins at the moment that is now.
    """

    def __init__(self, begins_utc: datetime, factor: int) -> None:
        self._begins_utc, self._factor = begins_utc, factor
        self._begun_mono_s = time.monotonic()

    def now_utc(self) -> datetime:
        """The moment that it is by these clocks."""
        return self._begins_utc + timedelta(seconds=(time.monotonic() - self._begun_mono_s) * self._factor)

    def real_s_until(self, at_utc: datetime) -> float:
        """How many real seconds are left until then; negative when it is over."""
        return (at_utc - self.now_utc()).total_seconds() / self._factor

    def environment(self) -> dict[str, str]:
        """For a process that is started now."""
        return {
            "LD_PRELOAD": str(library()),
            "TZ": "UTC",  # in which libfaketime reads the next line
            "FAKETIME": f"@{self.now_utc():%Y-%m-%d %H:%M:%S} x{self._factor}",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }


class WallClock:
    """Start a process in ``environment``, then step its clock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "wall-clock"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # A workaround for old C libraries; with newer ones it turns waiting for Python's lock into spinning for it.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }

    def set(self, ahead_s: int) -> None:
        """Puts the clock so many seconds ahead of the machine's, or behind."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead_s:+d}\n", encoding="ascii")
        new.replace(self._file)
