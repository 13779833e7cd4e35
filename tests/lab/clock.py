"""A wall clock that can be stepped, for one process alone: the machine's own is never touched.

libfaketime stands between the process and the C library and reads its offset from a file, anew at every look at the
clock. Monotonic and boot time stay what they are, as when an operator or NTP steps the real clock.
"""

from pathlib import Path

from tests.lab.namespace import LabError

LIBRARIES = Path("/usr/lib")


class WallClock:
    """Start a process in ``environment``, then step its clock."""

    def __init__(self, folder: Path) -> None:
        found = sorted(LIBRARIES.glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            raise LabError("stepping a process's clock needs libfaketime: apt-get install faketime")
        self._file = folder / "wall-clock"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(found[0]),
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
