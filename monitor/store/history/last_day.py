"""Keep a device's last 24 hours by the minute, a byte each: the slowest round-trip time, and whether echoes got lost.

A time is kept by its logarithm, twelve per cent a step from ten microseconds on: enough for a picture of a day.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import exp, log
from typing import NamedTuple

from monitor.domain.sample import Sample, Verdict

MINUTES = 1_440
NOTHING, SILENT = 0, 255  # no round that counts; rounds, and none answered
STEPS, LEAST_US = 127, 10.0
_STEP = log(1.12)


class DayMinute(NamedTuple):
    """One minute. ``rtt_us``: of its slowest round, None when nothing answered; ``is_lossy``: an echo was lost."""

    rtt_us: float | None
    is_lossy: bool


class LastDay:
    """A ring of minutes. Written on the event loop; a reader in another thread may see one minute too old."""

    __slots__ = ("_codes", "_last")

    def __init__(self) -> None:
        self._codes = bytearray(MINUTES)
        self._last = 0  # the number of its newest minute since 1970

    def add(self, sample: Sample) -> None:
        """Add a round; an ``unknown`` one, and one of another minute than the newest ones, is skipped."""
        if sample.verdict is Verdict.UNKNOWN:
            return
        minute = int(sample.started_utc.timestamp()) // 60
        if minute > self._last:
            for passed in range(max(self._last + 1, minute - MINUTES + 1), minute + 1):
                self._codes[passed % MINUTES] = NOTHING
            self._last = minute
        elif minute <= self._last - MINUTES:
            return
        at = minute % MINUTES
        self._codes[at] = _together(self._codes[at], _code_of(sample))

    def minutes(self, now_utc: datetime) -> Iterator[tuple[datetime, DayMinute]]:
        """Yield the minutes with a round in the 24 hours up to now, oldest first, by their beginning."""
        now = int(now_utc.timestamp()) // 60
        for minute in range(max(now, self._last) - MINUTES + 1, min(now, self._last) + 1):
            if minute > self._last - MINUTES and (code := self._codes[minute % MINUTES]) != NOTHING:
                yield datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute), _minute_of(code)


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
