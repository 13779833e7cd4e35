"""Keep a device's last hour, minute by minute: round-trip time and loss, in about six hundred bytes.

Times are kept with eleven bits, so one in two thousand off at most.

Failed rounds are kept apart until something answers again: they may be the beginning of an outage, and the hour before
an outage must not include it.
"""

import math
from array import array
from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

from monitor.domain import evidence
from monitor.domain.sample import Sample, Verdict

MINUTES = 60
MOST_SENT = 0xFFFF
MOST_MS = 65_504.0  # the greatest number that has a place in 16 bits
_MINUTE = Struct("=HHee")  # echoes sent and lost, slowest_ms (NaN: None), mean_ms
_NOTHING = _MINUTE.pack(0, 0, math.nan, 0.0) * MINUTES
BARS = "▁▂▃▄▅▆▇█"
LOST, NOTHING_STORED = "×", "·"


class Minute(NamedTuple):
    """One minute: echoes sent and lost, and round-trip times in milliseconds.

    ``slowest_ms``: of the slowest round (None: nothing answered); ``mean_ms``: of all answers.
    """

    sent: int
    lost: int
    slowest_ms: float | None = None
    mean_ms: float = 0.0

    @property
    def loss(self) -> float:
        """Return the share lost, 0 to 1."""
        return self.lost / self.sent if self.sent else 0.0


class Hour:
    """A ring of the minutes up to the newest, and the failed rounds since the last answer, if any."""

    __slots__ = ("_failed", "_failed_since_s", "_newest", "_ring")

    def __init__(self) -> None:
        self._ring = bytearray(_NOTHING)
        self._newest = 0  # since 1970
        self._failed: array[int] | None = None  # minute and echoes sent, alternately
        self._failed_since_s = math.nan

    def add(self, sample: Sample) -> None:
        """Add a round; an ``unknown`` one is skipped."""
        if sample.verdict is Verdict.UNKNOWN:
            return
        started_s = sample.started_utc.timestamp()
        minute = int(started_s) // 60
        if sample.verdict is Verdict.FAILED:
            self._fail(started_s, minute, sample.sent)
            return
        if self._failed:
            for failed_minute, sent in zip(self._failed[::2], self._failed[1::2], strict=True):
                self._put(failed_minute, Minute(sent, sent))
            self._failed, self._failed_since_s = None, math.nan
        slowest_ms = None if sample.rtt_ns is None else sample.rtt_ns / 1e6
        mean_ms = sum(sample.rtts_ns) / 1e6 / max(sample.received, 1)
        self._put(minute, Minute(sample.sent, sample.sent - sample.received, slowest_ms, mean_ms))

    def _fail(self, started_s: float, minute: int, sent: int) -> None:
        if self._failed is None:
            self._failed, self._failed_since_s = array("I"), started_s
        if self._failed and self._failed[-2] == minute:
            self._failed[-1] = min(self._failed[-1] + sent, MOST_SENT)
        else:
            self._failed.extend((minute, sent))
            del self._failed[: -2 * MINUTES]

    def _put(self, minute: int, added: Minute) -> None:
        if minute <= self._newest - MINUTES:
            return  # the clock was set back: what is later stays
        begun = range(max(self._newest, minute - MINUTES) + 1, minute + 1)
        if len(begun) == MINUTES:  # as of all devices at a start, which is not to cost sixty times as much
            self._ring[:] = _NOTHING
        else:
            for each in begun:
                _MINUTE.pack_into(self._ring, _place(each), 0, 0, math.nan, 0.0)
        self._newest = max(self._newest, minute)
        sent, lost, slowest_ms, mean_ms = _MINUTE.unpack_from(self._ring, _place(minute))
        answered, more = sent - lost, added.sent - added.lost
        if added.slowest_ms is not None and not slowest_ms >= added.slowest_ms:  # a NaN is never greater
            slowest_ms = min(added.slowest_ms, MOST_MS)
        if more:
            mean_ms = min((mean_ms * answered + added.mean_ms * more) / (answered + more), MOST_MS)
        sent, lost = min(sent + added.sent, MOST_SENT), min(lost + added.lost, MOST_SENT)
        _MINUTE.pack_into(self._ring, _place(minute), sent, lost, slowest_ms, mean_ms)

    def before(self, at_s: float) -> list[Minute | None]:
        """Return the 60 minutes up to that wall time, oldest first; None for one without a round.

        They end at the first of the failed rounds since the last answer, if that is earlier.
        """
        last = int(min(at_s, self._failed_since_s) if self._failed else at_s) // 60
        found: list[Minute | None] = []
        for minute in range(last - MINUTES + 1, last + 1):
            sent, lost, slowest_ms, mean_ms = _MINUTE.unpack_from(self._ring, _place(minute))
            there = Minute(sent, lost, None if math.isnan(slowest_ms) else slowest_ms, mean_ms)
            found.append(there if sent and self._newest - MINUTES < minute <= self._newest else None)
        return found


def _place(minute: int) -> int:
    return minute % MINUTES * _MINUTE.size


def chart(minutes: Sequence[Minute | None]) -> str:
    """Return one character per minute: a bar for the time, × for total loss, · for no round."""
    times = [minute.slowest_ms for minute in minutes if minute is not None and minute.slowest_ms is not None]
    top = max(times, default=0.0) or 1.0
    return "".join(_letter(minute, top) for minute in minutes)


def _letter(minute: Minute | None, top: float) -> str:
    if minute is None:
        return NOTHING_STORED
    if minute.slowest_ms is None:
        return LOST
    return BARS[min(int(minute.slowest_ms / top * len(BARS)), len(BARS) - 1)]


def summary(minutes: Sequence[Minute | None]) -> evidence.Hour | None:
    """Return the chart, its figures, and the minutes as (slowest answer in ms, share lost).

    Figures weigh every echo alike, whichever minute it was in. None when there was no round at all.
    """
    known = [minute for minute in minutes if minute is not None]
    sent, lost = sum(minute.sent for minute in known), sum(minute.lost for minute in known)
    if not sent:
        return None
    sum_ms = sum(minute.mean_ms * (minute.sent - minute.lost) for minute in known)
    times = [minute.slowest_ms for minute in known if minute.slowest_ms is not None]
    return evidence.Hour(
        chart=chart(minutes),
        rtt_ms_mean=round(sum_ms / (sent - lost), 3) if sent > lost else None,
        rtt_ms_max=round(max(times), 3) if times else None,
        loss=round(lost / sent, 4),
        minutes=tuple(minute and (_rounded(minute.slowest_ms), round(minute.loss, 3)) for minute in minutes),
    )


def _rounded(rtt_ms: float | None) -> float | None:
    return None if rtt_ms is None else round(rtt_ms, 2)
