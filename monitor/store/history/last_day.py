"""Keep a device's last 24 hours by the minute, below a byte each: the slowest round-trip time, and any loss of echoes.

A time is kept by its logarithm, twelve per cent a step from ten microseconds on: enough for a picture of a day.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import exp, log
from sys import getsizeof
from typing import NamedTuple

import zstandard

from monitor.domain.sample import Sample, Verdict

HOUR, DAY_HOURS = 60, 24  # minutes, hours
MINUTES = DAY_HOURS * HOUR
NOTHING, SILENT = 0, 255  # no round that counts; rounds, and none answered
STEPS, LEAST_US = 127, 10.0
_STEP = log(1.12)
_COMPRESSOR = zstandard.ZstdCompressor(level=1, write_content_size=False)  # for the event loop alone


class DayMinute(NamedTuple):
    """One minute. ``rtt_us``: of its slowest round, None when nothing answered; ``is_lossy``: an echo was lost."""

    rtt_us: float | None
    is_lossy: bool


class _Parts(NamedTuple):
    """What is kept of a device. ``hour``: the number of its newest hour since 1970, whose minutes are ``open``.

    ``sealed``: the 24 hours before that, compressed; b"" for nothing.
    """

    hour: int
    sealed: bytes
    open: bytearray

    def codes(self) -> bytes:
        """Return the codes of all 25 hours."""
        before = zstandard.ZstdDecompressor().decompress(self.sealed, MINUTES) if self.sealed else bytes(MINUTES)
        return before + self.open


class LastDay:
    """The minutes of a day. Written on the event loop; a reader in another thread may see one minute too old.

    Whole hours are sealed: a day in which a link is as noisy as links are takes less than half a byte a minute.
    """

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts = _Parts(0, b"", bytearray(HOUR))

    def add(self, sample: Sample) -> None:
        """Add a round; an ``unknown`` one, and one from before the newest 24 hours, is skipped."""
        if sample.verdict is Verdict.UNKNOWN:
            return
        hour, minute = divmod(int(sample.started_utc.timestamp()) // 60, HOUR)
        if hour > self._parts.hour:
            self._begin(hour)
        if hour == self._parts.hour:
            codes = self._parts.open
            codes[minute] = _together(codes[minute], _code_of(sample))
        elif (at := MINUTES - (self._parts.hour - hour) * HOUR + minute) >= 0:  # the clock was put back
            whole = bytearray(self._parts.codes())
            whole[at] = _together(whole[at], _code_of(sample))
            self._parts = self._parts._replace(sealed=_sealed(whole[:MINUTES]))

    def minutes(self, now_utc: datetime) -> Iterator[tuple[datetime, DayMinute]]:
        """Yield the minutes with a round in the 24 hours up to now, oldest first, by their beginning."""
        parts = self._parts
        now, first = int(now_utc.timestamp()) // 60, parts.hour * HOUR - MINUTES
        codes = parts.codes()
        newest = first + len(codes.rstrip(bytes([NOTHING]))) - 1
        for minute in range(max(now, newest) - MINUTES + 1, min(now, newest) + 1):
            if minute >= first and (code := codes[minute - first]) != NOTHING:
                yield datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute), _minute_of(code)

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes."""
        return sum(map(getsizeof, (self, self._parts, self._parts.sealed, self._parts.open)))

    def _begin(self, hour: int) -> None:
        passed = min(hour - self._parts.hour, DAY_HOURS + 1)
        before = (self._parts.codes() + bytes(HOUR * (passed - 1)))[-MINUTES:]
        self._parts = _Parts(hour, _sealed(before), bytearray(HOUR))


def _sealed(codes: bytes | bytearray) -> bytes:
    return _COMPRESSOR.compress(codes) if any(codes) else b""


def _code_of(sample: Sample) -> int:
    if not sample.rtts_ns:
        return SILENT
    time_us = sum(sample.rtts_ns) / len(sample.rtts_ns) / 1_000
    step = 0 if time_us <= LEAST_US else min(round(log(time_us / LEAST_US) / _STEP), STEPS - 1)
    return 1 + step + (STEPS if sample.received < sample.sent else 0)


def _together(first: int, second: int) -> int:
    """Return the code of two rounds of one minute: the slower time, and any loss."""
    if NOTHING in (first, second):
        return first or second
    if first == second == SILENT:
        return SILENT
    step = max((code - 1) % STEPS for code in (first, second) if code != SILENT)
    return 1 + step + (STEPS if max(first, second) > STEPS else 0)


def _minute_of(code: int) -> DayMinute:
    if code == SILENT:
        return DayMinute(None, is_lossy=True)
    return DayMinute(LEAST_US * exp((code - 1) % STEPS * _STEP), is_lossy=code > STEPS)
