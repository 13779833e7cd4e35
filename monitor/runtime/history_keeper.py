"""Summarise echo rounds by five minutes, and write them once an hour into the file of the history.

What is newer stands in memory, some 700 bytes a device. A file that refuses is logged once, and costs summaries only.
"""

import asyncio
import logging
from array import array
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import ceil

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.sample import Sample, Verdict
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime.part import Part
from monitor.settings.history_section import History
from monitor.settings.load import Settings
from monitor.store.history.file import COARSE_S, FINE_S, HistoryFile, HistoryRefuses, Kept
from monitor.store.history.summaries import Echoes, Traffic

log = logging.getLogger(__name__)

WRITE_EVERY_S = 3_600.0
LOOK_S = 5.0
OLD_S = 7_200
DAYS_A_YEAR = 365.25
MOST_SLOTS = 24  # of one device in memory: two hours, when the file refuses

Summaries = Mapping[str, Mapping[datetime, Echoes | Traffic]]


class Rounds:
    """The rounds of one device: those of the present five minutes, and the summaries that are not written yet."""

    __slots__ = ("_counts", "_finished", "_rtts_us", "_slot", "_slots")

    def __init__(self) -> None:
        self._slot = 0  # the number of the present five minutes since 1970
        self._counts = array("H", [0] * 5)  # as `Echoes` has them
        self._rtts_us = array("I")
        self._slots, self._finished = array("I"), array("H")

    def add(self, sample: Sample) -> None:
        """Add a round; one from before the present five minutes (a clock that was put back) counts into these."""
        slot = int(sample.started_utc.timestamp()) // FINE_S
        if slot > self._slot:
            self.finish()
            self._slot = slot
        which = {Verdict.OK: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: 2}[sample.verdict]
        for index, count in ((which, 1), (3, sample.sent), (4, sample.sent - sample.received)):
            self._counts[index] = min(self._counts[index] + count, 0xFFFE)
        self._rtts_us.extend(min(rtt_ns // 1_000, 0xFFFFFFFF) for rtt_ns in sample.rtts_ns)

    def finish(self) -> None:
        """End the present five minutes."""
        if any(self._counts):
            self._slots.append(self._slot)
            self._finished.extend(self._summary().codes())
            if len(self._slots) > MOST_SLOTS:
                del self._slots[0], self._finished[: Echoes.COLUMNS]
            self._counts, self._rtts_us = array("H", [0] * 5), array("I")

    def _summary(self) -> Echoes:
        answered, failed, unknown, sent, lost = self._counts
        times = sorted(self._rtts_us)
        if not times:
            return Echoes(answered, failed, unknown, sent, lost)
        return Echoes(answered, failed, unknown, sent, lost, times[0], times[len(times) // 2], times[-1])

    def finished(self) -> dict[datetime, Echoes]:
        """Return the finished summaries by the beginning of their five minutes."""
        found = {}
        for index, slot in enumerate(self._slots):
            codes = self._finished[index * Echoes.COLUMNS : (index + 1) * Echoes.COLUMNS]
            if (summary := Echoes.of(codes)) is not None:
                found[datetime.fromtimestamp(slot * FINE_S, UTC)] = summary
        return found

    def forget(self, until_slot: int) -> None:
        """Drop the finished summaries up to that slot: they are written."""
        keep = [index for index, slot in enumerate(self._slots) if slot > until_slot]
        finished = [self._finished[i * Echoes.COLUMNS : (i + 1) * Echoes.COLUMNS] for i in keep]
        self._slots = array("I", [self._slots[i] for i in keep])
        self._finished = array("H", [code for codes in finished for code in codes])

    def is_old(self, now_s: int) -> bool:
        """Return whether there was no round for two hours: the device was taken out of the configuration."""
        return now_s - self._slot * FINE_S > OLD_S and not self._slots

    @property
    def last_finished(self) -> int:
        """Return the number of the last finished slot; 0 without one."""
        return self._slots[-1] if self._slots else 0


class HistoryKeeper(Part):
    """The part that keeps summaries. ``take`` is called on the event loop; the file is written in a thread."""

    name = "history"

    def __init__(self, clock: Clock, file: HistoryFile, section: History) -> None:
        self._clock, self._file, self._section = clock, file, section
        self._rounds: dict[str, Rounds] = {}
        self._thread = Pool("history", threads=1)
        self._written_ns = clock.mono_ns()
        self._failing = False

    def reconfigure(self, settings: Settings) -> None:
        """Keep as configured; devices that are gone are forgotten once they are written."""
        self._section = settings.monitor.history

    async def open(self) -> None:
        """Open the file; what refuses is logged."""
        if not self._section.is_on:
            return
        await self._do(self._file.open)
        if self._file.set_aside:
            emit(log, LogEvent.HISTORY_SET_ASIDE, "the history was damaged; it is kept as %s", self._file.set_aside)

    def take(self, sample: Sample) -> None:
        """Add a round of echoes to its device's summaries; other probes are skipped."""
        if sample.probe == "icmp" and self._section.is_on:
            rounds = self._rounds.get(sample.device)
            if rounds is None:
                rounds = self._rounds[sample.device] = Rounds()
            rounds.add(sample)

    def recent(self, device: str) -> dict[datetime, Echoes]:
        """Return a device's summaries that are not written yet."""
        rounds = self._rounds.get(device)
        return {} if rounds is None else rounds.finished()

    async def run(self) -> None:
        """Write once an hour, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self._clock.mono_ns() - self._written_ns >= WRITE_EVERY_S * NS_PER_S:
                await self.write()

    async def close(self) -> None:
        """Write what is finished."""
        for rounds in self._rounds.values():
            rounds.finish()
        await self.write()
        self._thread.close()

    async def write(self) -> None:
        """Write all finished summaries, and delete what is older than is kept."""
        self._written_ns, section = self._clock.mono_ns(), self._section
        if not section.is_on:
            self._rounds.clear()
            return
        batch = {device: rounds.finished() for device, rounds in self._rounds.items() if rounds.last_finished}
        last = {device: self._rounds[device].last_finished for device in batch}
        now_utc = self._clock.utc()

        def write() -> None:
            if not self._file.is_there:
                self._file.open()  # it was off, or taken away
            self._file.add("fine", batch)
            self._file.add("coarse", {device: hourly(summaries) for device, summaries in batch.items()})
            self._file.prune(now_utc, Kept(section.days, ceil(section.years * DAYS_A_YEAR)))

        if await self._do(write):
            for device, slot in last.items():
                if device in self._rounds:
                    self._rounds[device].forget(slot)
            silent = [device for device, rounds in self._rounds.items() if rounds.is_old(int(now_utc.timestamp()))]
            for device in silent:
                del self._rounds[device]

    async def _do(self, job: Callable[[], None]) -> bool:
        """Do a job in the thread; return whether the file took it. A refusal is logged once."""
        try:
            await asyncio.wrap_future(self._thread.submit(job))
        except HistoryRefuses as error:
            if not self._failing:
                emit(log, LogEvent.HISTORY_REFUSES, "summaries cannot be kept in %s: %s", self._file.path, error)
            self._failing = True
            return False
        self._failing = False
        return True


def hourly(summaries: Mapping[datetime, Echoes]) -> dict[datetime, Echoes]:
    """Return the summaries of whole hours, from those of five minutes."""
    by_hour: dict[datetime, list[Echoes]] = {}
    for at_utc, summary in summaries.items():
        hour = datetime.fromtimestamp(int(at_utc.timestamp()) // COARSE_S * COARSE_S, UTC)
        by_hour.setdefault(hour, []).append(summary)
    merged = ((hour, Echoes.merged(parts)) for hour, parts in by_hour.items())
    return {hour: summary for hour, summary in merged if summary is not None}
