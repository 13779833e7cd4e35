"""A device's last hour, minute by minute: the round-trip time and what was lost, in a few hundred bytes."""

import math
from array import array
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from monitor.sample import Sample, Verdict

MINUTES = 60
BARS = "▁▂▃▄▅▆▇█"
LOST, NOTHING = "×", "·"


class Minute(NamedTuple):
    """The slowest round-trip time in milliseconds (None: nothing answered) and the greatest share lost, 0 to 1."""

    rtt_ms: float | None
    loss: float


class Hour:
    """A ring of minutes; one that had several rounds keeps the worst of them."""

    __slots__ = ("_loss", "_minutes", "_rtt_ms")

    def __init__(self) -> None:
        self._minutes = array("I", [0] * MINUTES)
        self._rtt_ms = array("f", [math.nan] * MINUTES)
        self._loss = array("f", [0.0] * MINUTES)

    def add(self, sample: Sample) -> None:
        """Takes a round in; one that was our own fault says nothing."""
        if sample.verdict is Verdict.UNKNOWN:
            return
        minute = int(sample.started_utc.timestamp()) // 60
        at = minute % MINUTES
        rtt_ms = math.nan if sample.rtt_ns is None else sample.rtt_ns / 1e6
        if self._minutes[at] == minute:
            self._loss[at] = max(self._loss[at], sample.loss)
            if not self._rtt_ms[at] >= rtt_ms:  # a NaN is never greater
                self._rtt_ms[at] = self._rtt_ms[at] if math.isnan(rtt_ms) else rtt_ms
        else:
            self._minutes[at], self._rtt_ms[at], self._loss[at] = minute, rtt_ms, sample.loss

    def minutes(self, now_s: float) -> list[Minute | None]:
        """The 60 minutes up to that time of the wall clock, oldest first; None for one without a round."""
        last = int(now_s) // 60
        found: list[Minute | None] = []
        for minute in range(last - MINUTES + 1, last + 1):
            at = minute % MINUTES
            known = self._minutes[at] == minute
            rtt_ms = self._rtt_ms[at]
            found.append(Minute(None if math.isnan(rtt_ms) else rtt_ms, self._loss[at]) if known else None)
        return found


def chart(minutes: Sequence[Minute | None]) -> str:
    """One letter a minute: a bar for the time it took, × for what was lost altogether, · for no round."""
    times = [minute.rtt_ms for minute in minutes if minute is not None and minute.rtt_ms is not None]
    top = max(times, default=0.0) or 1.0
    return "".join(_letter(minute, top) for minute in minutes)


def _letter(minute: Minute | None, top: float) -> str:
    if minute is None:
        return NOTHING
    if minute.rtt_ms is None:
        return LOST
    return BARS[min(int(minute.rtt_ms / top * len(BARS)), len(BARS) - 1)]


def summary(minutes: Sequence[Minute | None]) -> dict[str, object]:
    """The chart, its figures, and the minutes as [slowest answer in ms, share lost], as plain JSON values.

    Empty when there was no round at all.
    """
    known = [minute for minute in minutes if minute is not None]
    if not known:
        return {}
    times = [minute.rtt_ms for minute in known if minute.rtt_ms is not None]
    return {
        "chart": chart(minutes),
        "rtt_ms_median": round(median(times), 3) if times else None,
        "rtt_ms_max": round(max(times), 3) if times else None,
        "loss": round(sum(minute.loss for minute in known) / len(known), 4),
        "minutes": [minute and [_rounded(minute.rtt_ms), round(minute.loss, 3)] for minute in minutes],
    }


def _rounded(rtt_ms: float | None) -> float | None:
    return None if rtt_ms is None else round(rtt_ms, 2)
