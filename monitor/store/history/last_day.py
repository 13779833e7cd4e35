"""Keep a device's last 24 hours by the minute, below a byte each: the slowest round-trip time, and any loss of echoes.

A time is kept by its logarithm, twelve per cent a step from ten microseconds on: enough for a picture of a day.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import exp, log
from sys import getsizeof
from typing import NamedTuple, Self

import zstandard

from monitor.domain.sample import Sample, Verdict

HOUR, DAY_HOURS = 60, 24  # minutes, hours
MINUTES = DAY_HOURS * HOUR
NOTHING, SILENT = 0, 255  # no round that counts; rounds, and none answered
STEPS, LEAST_US = 127, 10.0
_STEP = log(1.12)
_NUMBER = 4  # bytes of the number of an hour
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
    open: bytes
    sealed: bytes

    @classmethod
    def of(cls, kept: bytes) -> Self:
        """Return the parts of one piece of memory."""
        return cls(int.from_bytes(kept[:_NUMBER]), kept[_NUMBER : _NUMBER + HOUR], kept[_NUMBER + HOUR :])

    def kept(self) -> bytes:
        """Return them in one piece: half of what they take apart, and no holes between those of many devices."""
        return b"".join((self.hour.to_bytes(_NUMBER), self.open, self.sealed))

    def codes(self) -> bytearray:
        """Return the codes of all 25 hours."""
        before = zstandard.ZstdDecompressor().decompress(self.sealed, MINUTES) if self.sealed else bytes(MINUTES)
        return bytearray(before + self.open)


class LastDay:
    """The minutes of a day. Written on the event loop; a reader in another thread may see one minute too old.

    Whole hours are sealed: a day in which a link is as noisy as links are takes less than half a byte a minute.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept = _Parts(0, bytes(HOUR), b"").kept()  # replaced as a whole

    def add(self, sample: Sample) -> None:
        """Add a round; an ``unknown`` one, and one from before the newest 24 hours, is skipped."""
        if sample.verdict is Verdict.UNKNOWN:
            return
        hour, minute = divmod(int(sample.started_utc.timestamp()) // 60, HOUR)
        parts = _Parts.of(self._kept)
        if hour > parts.hour:
            parts = _begun(parts, hour)
        if hour == parts.hour:
            parts = parts._replace(open=_with(bytearray(parts.open), minute, sample))
        elif (at := MINUTES - (parts.hour - hour) * HOUR + minute) >= 0:  # the clock was put back
            parts = parts._replace(sealed=_sealed(_with(parts.codes(), at, sample)[:MINUTES]))
        self._kept = parts.kept()

    def minutes(self, now_utc: datetime) -> Iterator[tuple[datetime, DayMinute]]:
        """Yield the minutes with a round in the 24 hours up to now, oldest first, by their beginning."""
        parts = _Parts.of(self._kept)
        now, first = int(now_utc.timestamp()) // 60, parts.hour * HOUR - MINUTES
        codes = parts.codes()
        newest = first + len(codes.rstrip(bytes([NOTHING]))) - 1
        for minute in range(max(now, newest) - MINUTES + 1, min(now, newest) + 1):
            if minute >= first and (code := codes[minute - first]) != NOTHING:
                yield datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute), _minute_of(code)

    @property
    def size(self) -> int:
        """Return how many bytes of memory it takes."""
        return getsizeof(self) + getsizeof(self._kept)


def _begun(parts: _Parts, hour: int) -> _Parts:
    """Return the parts with a new hour begun, and those before it sealed."""
    passed = hour - parts.hour
    if passed > DAY_HOURS:  # as of a device's first round
        return _Parts(hour, bytes(HOUR), b"")
    return _Parts(hour, bytes(HOUR), _sealed((parts.codes() + bytes(HOUR * (passed - 1)))[-MINUTES:]))


def _with(codes: bytearray, at: int, sample: Sample) -> bytes:
    codes[at] = _together(codes[at], _code_of(sample))
    return bytes(codes)


def _sealed(codes: bytes | bytearray) -> bytes:
    return _COMPRESSOR.compress(codes) if codes.count(NOTHING) < len(codes) else b""


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
