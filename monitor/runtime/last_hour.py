"""Keep a device's last hour, minute by minute: round-trip time and loss, in about a thousand bytes.

Failed rounds are kept apart until something answers again: they may be the beginning of an outage, and the hour before
an outage must not include it.
"""

import math
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from monitor.domain import evidence
from monitor.domain.sample import Sample, Verdict

MINUTES = 60
BARS = "▁▂▃▄▅▆▇█"
LOST, NOTHING_STORED = "×", "·"


class Minute(NamedTuple):
    """One minute: echoes sent and lost, and round-trip times in milliseconds.

    ``slowest_ms``: of the slowest round (None: nothing answered); ``sum_ms``: of all answers together.
    """

    sent: int
    lost: int
    slowest_ms: float | None = None
    sum_ms: float = 0.0

    @property
    def loss(self) -> float:
        """Return the share lost, 0 to 1."""
        return self.lost / self.sent if self.sent else 0.0


class Hour:
    """A ring of minutes, and the failed rounds since the last answer, if any."""

    __slots__ = (
        "_failed",
        "_failed_minutes",
        "_failed_since_s",
        "_lost",
        "_minutes",
        "_sent",
        "_slowest_ms",
        "_sum_ms",
    )

    def __init__(self) -> None:
        self._minutes = array("I", [0] * MINUTES)
        self._sent, self._lost = array("H", [0] * MINUTES), array("H", [0] * MINUTES)
        self._slowest_ms, self._sum_ms = array("f", [math.nan] * MINUTES), array("f", [0.0] * MINUTES)
        self._failed_since_s = math.nan
        self._failed, self._failed_minutes = array("H"), array("I")

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
            for sent, failed_minute in zip(self._failed, self._failed_minutes, strict=True):
                self._put(failed_minute, Minute(sent, sent))
            self._failed, self._failed_minutes, self._failed_since_s = array("H"), array("I"), math.nan
        times_ms = [rtt_ns / 1e6 for rtt_ns in sample.rtts_ns]
        slowest_ms = None if sample.rtt_ns is None else sample.rtt_ns / 1e6
        self._put(minute, Minute(sample.sent, sample.sent - sample.received, slowest_ms, sum(times_ms)))

    def _fail(self, started_s: float, minute: int, sent: int) -> None:
        if not self._failed:
            self._failed_since_s = started_s
        if self._failed_minutes and self._failed_minutes[-1] == minute:
            self._failed[-1] = min(self._failed[-1] + sent, 0xFFFF)
        else:
            self._failed.append(min(sent, 0xFFFF))
            self._failed_minutes.append(minute)
            del self._failed[:-MINUTES], self._failed_minutes[:-MINUTES]

    def _put(self, minute: int, added: Minute) -> None:
        at = minute % MINUTES
        if self._minutes[at] != minute:
            if self._minutes[at] > minute:
                return  # the clock was set back: what is later stays
            self._minutes[at], self._sent[at], self._lost[at] = minute, 0, 0
            self._slowest_ms[at], self._sum_ms[at] = math.nan, 0.0
        self._sent[at] = min(self._sent[at] + added.sent, 0xFFFF)
        self._lost[at] = min(self._lost[at] + added.lost, 0xFFFF)
        self._sum_ms[at] += added.sum_ms
        if added.slowest_ms is not None and not self._slowest_ms[at] >= added.slowest_ms:  # a NaN is never greater
            self._slowest_ms[at] = added.slowest_ms

    def before(self, at_s: float) -> list[Minute | None]:
        """Return the 60 minutes up to that wall time, oldest first; None for one without a round.

        They end at the first of the failed rounds since the last answer, if that is earlier.
        """
        last = int(min(at_s, self._failed_since_s) if self._failed else at_s) // 60
        found: list[Minute | None] = []
        for minute in range(last - MINUTES + 1, last + 1):
            at = minute % MINUTES
            slowest_ms = self._slowest_ms[at]
            known = Minute(
                self._sent[at], self._lost[at], None if math.isnan(slowest_ms) else slowest_ms, self._sum_ms[at]
            )
            found.append(known if self._minutes[at] == minute else None)
        return found


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
    times = [minute.slowest_ms for minute in known if minute.slowest_ms is not None]
    return evidence.Hour(
        chart=chart(minutes),
        rtt_ms_mean=round(sum(minute.sum_ms for minute in known) / (sent - lost), 3) if sent > lost else None,
        rtt_ms_max=round(max(times), 3) if times else None,
        loss=round(lost / sent, 4),
        minutes=tuple(minute and (_rounded(minute.slowest_ms), round(minute.loss, 3)) for minute in minutes),
    )


def _rounded(rtt_ms: float | None) -> float | None:
    return None if rtt_ms is None else round(rtt_ms, 2)
