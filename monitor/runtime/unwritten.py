"""Hold summaries that are not in the file of the history yet: of a device's rounds, an interface's traffic, a UPS.

Written on the event loop, and read from any thread: what a reader takes is replaced as a whole, never changed.
"""

import struct
from array import array
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Generic, TypeVar

from monitor.domain.sample import Sample, Verdict
from monitor.judging.links import Passage
from monitor.judging.power import UpsReading
from monitor.store.history.rows import FINE_S
from monitor.store.history.summaries import Echoes, Summary, Traffic, UpsPower

OLD_S = 7_200
MOST_SLOTS = 24  # of one series in memory: two hours, when the file refuses
LONGEST_PASSAGE_S = 900.0  # a mean over more than three times five minutes is no rate of five minutes
MOST_COUNT = 0xFFFE
_NO_ROUND = (0,) * 5  # the counts as `Echoes` has them
_WHICH = {Verdict.OK: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: 2}
_PACKED = struct.Struct(f"<I{Echoes.width()}H")  # the number of the slot, and the summary's codes

Kind = TypeVar("Kind", bound=Summary)


class Rounds:
    """The rounds of one device: those of the present five minutes, and the summaries that are not written yet."""

    __slots__ = ("_finished", "_present", "_slot")

    def __init__(self) -> None:
        self._slot = 0  # the number of the present five minutes since 1970
        self._present = array("I", _NO_ROUND)  # the counts, then each round-trip time in microseconds
        self._finished = b""

    def add(self, sample: Sample) -> None:
        """Add a round; one from before the present five minutes (a clock that was put back) counts into these."""
        slot = slot_of(sample.started_utc)
        if slot > self._slot:
            self.finish()
            self._slot = slot
        present = self._present
        for index, count in ((_WHICH[sample.verdict], 1), (3, sample.sent), (4, sample.sent - sample.received)):
            if count:
                present[index] = min(present[index] + count, MOST_COUNT)
        present.extend([min(rtt_ns // 1_000, 0xFFFFFFFF) for rtt_ns in sample.rtts_ns])

    def finish(self) -> None:
        """End the present five minutes."""
        if any(self._present):
            finished = self._finished + _PACKED.pack(self._slot, *self._summary().codes())
            self._finished = finished[-MOST_SLOTS * _PACKED.size :]
            self._present = array("I", _NO_ROUND)

    def _summary(self) -> Echoes:
        answered, failed, unknown, sent, lost, *times = self._present
        times.sort()
        if not times:
            return Echoes(answered, failed, unknown, sent, lost)
        return Echoes(answered, failed, unknown, sent, lost, times[0], times[len(times) // 2], times[-1])

    def finished(self) -> dict[datetime, Echoes]:
        """Return the finished summaries by the beginning of their five minutes."""
        return {
            begins_of(slot): summary
            for slot, *codes in _PACKED.iter_unpack(self._finished)
            if (summary := Echoes.of(codes)) is not None
        }

    def forget(self, until_slot: int) -> None:
        """Drop the finished summaries up to that slot: they are written."""
        kept = (each for each in _PACKED.iter_unpack(self._finished) if each[0] > until_slot)
        self._finished = b"".join(_PACKED.pack(*each) for each in kept)

    def is_old(self, now_s: int) -> bool:
        """Return whether there was no round for two hours: the device was taken out of the configuration.

        What the file has refused for so long is dropped with it, as the oldest of those that are there is.
        """
        return now_s - self._slot * FINE_S > OLD_S

    @property
    def last_finished(self) -> int:
        """Return the number of the last finished slot; 0 without one."""
        return int(_PACKED.unpack(self._finished[-_PACKED.size :])[0]) if self._finished else 0


class Readings(Generic[Kind]):
    """The summaries of one interface or UPS that are not written yet, the present five minutes among them.

    They may be written in parts: the file adds what comes to what is there of the same five minutes.
    """

    __slots__ = ("_slots", "_writing")

    def __init__(self) -> None:
        self._slots: Mapping[int, Kind] = {}
        self._writing: Mapping[int, Kind] = {}

    def add(self, slot: int, summary: Kind) -> None:
        """Add to what is known of that slot; the oldest are dropped beyond `MOST_SLOTS`."""
        self._slots = _latest(_sum(self._slots, {slot: summary}))

    def unwritten(self) -> dict[datetime, Kind]:
        """Return all summaries by the beginning of their five minutes."""
        return {begins_of(slot): summary for slot, summary in _sum(self._writing, self._slots).items()}

    def begin_writing(self) -> dict[datetime, Kind]:
        """Return what is to be written now; it counts as unwritten until `end_writing`."""
        self._writing, self._slots = _latest(_sum(self._writing, self._slots)), {}
        return {begins_of(slot): summary for slot, summary in self._writing.items()}

    def end_writing(self) -> None:
        """Forget what was to be written: it is."""
        self._writing = {}

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is left to write."""
        return not (self._slots or self._writing)


def slot_of(at_utc: datetime) -> int:
    """Return the number of the five minutes since 1970 in which a time lies."""
    return int(at_utc.timestamp()) // FINE_S


def begins_of(slot: int) -> datetime:
    """Return when the five minutes of that number begin."""
    return datetime.fromtimestamp(slot * FINE_S, UTC)


def traffic_of(passage: Passage) -> Iterator[tuple[int, Traffic]]:
    """Yield what passed by the five minutes in which it did; nothing of a passage too long to be such a rate."""
    if passage.seconds > LONGEST_PASSAGE_S:
        return
    until_s = passage.until_utc.timestamp()
    begins_s = until_s - passage.seconds
    for slot in range(int(begins_s) // FINE_S, int(until_s) // FINE_S + 1):
        seconds = min(until_s, (slot + 1) * FINE_S) - max(begins_s, slot * FINE_S)
        if seconds > 0:
            yield slot, Traffic(seconds, passage.rates.in_bps, passage.rates.out_bps)


def power_of(reading: UpsReading) -> tuple[int, UpsPower]:
    """Return a reading of a UPS as a summary, and its five minutes."""
    return slot_of(reading.at_utc), UpsPower(1, int(reading.on_battery), reading.charge)


def _sum(first: Mapping[int, Kind], second: Mapping[int, Kind]) -> dict[int, Kind]:
    whole = dict(first)
    for slot, summary in second.items():
        merged = type(summary).merged([whole[slot], summary]) if slot in whole else summary
        whole[slot] = summary if merged is None else merged
    return whole


def _latest(slots: Mapping[int, Kind]) -> dict[int, Kind]:
    return {slot: slots[slot] for slot in sorted(slots)[-MOST_SLOTS:]}
