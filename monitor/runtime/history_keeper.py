"""Summarise rounds, traffic and UPS readings by five minutes, and write them once an hour into the history's file.

What is newer stands in memory, and so do the last 24 hours of each device by the minute. A file that refuses is logged
once, and costs summaries only.
"""

import asyncio
import logging
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from math import ceil
from typing import TypeVar

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.sample import Sample
from monitor.judging.links import Passage
from monitor.judging.power import UpsReading
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime.part import Part
from monitor.runtime.unwritten import Kind, Readings, Rounds, power_of, traffic_of
from monitor.settings.fleet import Fleet
from monitor.settings.load import Settings
from monitor.store.history.counting import count_use
from monitor.store.history.file import HistoryFile, HistoryRefuses, Kept
from monitor.store.history.last_day import DayMinute, LastDay
from monitor.store.history.names import ups_series
from monitor.store.history.summaries import Summary, Traffic, UpsPower

log = logging.getLogger(__name__)

WRITE_EVERY_S = 3_600.0
LOOK_S = 5.0
LAST_WRITE_S = 3.0  # when the daemon stops: 100,000 devices' would take half a minute
GONE_S = 300.0  # who takes a site out by mistake has so long to put it back, and nothing of its day is lost
DAYS_A_YEAR = 365.25
PORTION = 200  # series written in one transaction: the loop and other writers get their turn between two

T = TypeVar("T")


class HistoryKeeper(Part):
    """The part that keeps summaries. `take` and `measured` are called on the event loop; a thread writes the file."""

    name = "history"

    def __init__(self, clock: Clock, file: HistoryFile, settings: Settings) -> None:
        self._clock, self._file = clock, file
        self._section, self._fleet = settings.monitor.history, settings.fleet
        self._gone: dict[str, int] = {}  # devices that were taken out, and when, by the monotonic clock
        self._rounds: dict[str, Rounds] = {}
        self._days: dict[str, LastDay] = {}
        self._traffic: dict[str, Readings[Traffic]] = {}
        self._power: dict[str, Readings[UpsPower]] = {}
        self._thread = Pool("history", threads=1)
        self._written_ns = clock.mono_ns()
        self._failing = False

    def reconfigure(self, settings: Settings) -> None:
        """Keep as configured; devices that are gone are written and forgotten after `GONE_S`."""
        before, probed, now_ns = _probed(self._fleet), _probed(settings.fleet), self._clock.mono_ns()
        gone = dict.fromkeys(before - probed, now_ns) | self._gone
        self._gone = {device: since_ns for device, since_ns in gone.items() if device not in probed}
        self._section, self._fleet = settings.monitor.history, settings.fleet

    async def open(self) -> None:
        """Open the file; what refuses is logged."""
        if not self._section.is_on:
            return
        await self._do(self._file.open)
        if self._file.set_aside:
            emit(log, LogEvent.HISTORY_SET_ASIDE, "the history was damaged; it is kept as %s", self._file.set_aside)

    def take(self, sample: Sample) -> None:
        """Add a round of echoes to its device's summaries; other probes are skipped."""
        if sample.probe != "icmp":
            return
        day = self._days.get(sample.device)
        if day is None:
            day = self._days[sample.device] = LastDay()
        day.add(sample)
        if self._section.is_on:
            rounds = self._rounds.get(sample.device)
            if rounds is None:
                rounds = self._rounds[sample.device] = Rounds()
            rounds.add(sample)

    def measured(self, measured: Passage | UpsReading) -> None:
        """Add what passed an interface, or a reading of a UPS, to its summaries."""
        if not self._section.is_on:
            return
        if isinstance(measured, Passage):
            traffic = self._traffic.setdefault(measured.link, Readings())
            for slot, summary in traffic_of(measured):
                traffic.add(slot, summary)
        else:
            self._power.setdefault(ups_series(measured.device), Readings()).add(*power_of(measured))

    def unwritten(self, series: str) -> Mapping[datetime, Summary]:
        """Return a series' summaries of five minutes that are not in the file yet. From any thread."""
        if (rounds := self._rounds.get(series)) is not None:
            return rounds.finished()
        readings = self._traffic.get(series) or self._power.get(series)
        return {} if readings is None else readings.unwritten()

    def last_day(self, device: str, now_utc: datetime) -> Sequence[tuple[datetime, DayMinute]]:
        """Return a device's minutes with a round in the last 24 hours, oldest first. From any thread."""
        day = self._days.get(device)
        return [] if day is None else list(day.minutes(now_utc))

    async def run(self) -> None:
        """Write once an hour, and what is gone when it is to be forgotten, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.forget_gone()
            if self._clock.mono_ns() - self._written_ns >= WRITE_EVERY_S * NS_PER_S:
                await self.write()

    async def close(self) -> None:
        """Write what there is, as far as `LAST_WRITE_S` reaches: what is left is lost, as at a kill."""
        for rounds in self._rounds.values():
            rounds.finish()
        try:
            async with asyncio.timeout(LAST_WRITE_S):
                await self.write()
        except TimeoutError:
            emit(log, LogEvent.HISTORY_CUT_SHORT, "not all summaries could be written in %g s", LAST_WRITE_S)
        self._thread.close()

    async def write(self) -> None:
        """Write all finished summaries, count what days and months are over, and delete what is older than is kept."""
        self._written_ns, section, now_utc = self._clock.mono_ns(), self._section, self._clock.utc()
        if not section.is_on:
            self._rounds, self._traffic, self._power = {}, {}, {}
            self._forget_silent(now_utc)
            return
        for names in _portions(self._rounds):
            await self._write_rounds(names)
        for names in _portions(self._traffic):
            await self._write_readings(self._traffic, names)
        for names in _portions(self._power):
            await self._write_readings(self._power, names)
        if self._file.is_there:
            await self._do(partial(count_use, self._file, self._links(), now_utc, section.days))
            await self._do(partial(self._file.join_hours, now_utc))
            await self._do(partial(self._file.prune, now_utc, Kept(section.days, ceil(section.years * DAYS_A_YEAR))))
        self._forget_silent(now_utc)

    async def forget_gone(self) -> None:
        """Write and forget the devices that were taken out of the configuration `GONE_S` ago.

        What the file refuses waits for the next hour; where sites come and go, all else would grow until then.
        """
        until_ns = self._clock.mono_ns() - int(GONE_S * NS_PER_S)
        gone = [device for device, since_ns in self._gone.items() if since_ns <= until_ns]
        for device in gone:
            del self._gone[device]
            self._days.pop(device, None)
        if not gone or not self._section.is_on:  # then `write` drops what there is
            return
        rounds = {device: self._rounds[device] for device in gone if device in self._rounds}
        for each in rounds.values():
            each.finish()
        for names in _portions(rounds):
            await self._write_rounds(names)
        probed = _probed(self._fleet)  # one may have come back while others were written
        for device, each in rounds.items():
            if not each.last_finished and device not in probed:
                del self._rounds[device]
        await self._forget_readings(self._traffic, set(self._links()))
        await self._forget_readings(self._power, {ups_series(device) for device in self._fleet.devices})

    def _add(self, batch: Mapping[str, Mapping[datetime, Summary]]) -> None:
        if not self._file.is_there:  # it was taken away, or none were kept
            self._file.open()
        self._file.add(batch)

    async def _write_rounds(self, devices: Sequence[str]) -> None:
        last = {device: self._rounds[device].last_finished for device in devices}
        batch = {device: self._rounds[device].finished() for device, slot in last.items() if slot}
        if batch and await self._do(partial(self._add, batch)):
            for device in batch:
                self._rounds[device].forget(last[device])

    async def _write_readings(self, readings: Mapping[str, Readings[Kind]], names: Sequence[str]) -> None:
        batch = {name: readings[name].begin_writing() for name in names}
        if batch and await self._do(partial(self._add, batch)):
            for name in batch:
                readings[name].end_writing()

    async def _forget_readings(self, readings: dict[str, Readings[Kind]], kept: Container[str]) -> None:
        """Write what there is of others than those, and forget it."""
        others = [name for name in readings if name not in kept]
        for first in range(0, len(others), PORTION):
            await self._write_readings(readings, others[first : first + PORTION])
        for name in others:
            if readings[name].is_empty:
                del readings[name]

    def _links(self) -> list[str]:
        return [link.id for links in self._fleet.links.values() for link in links]

    def _forget_silent(self, now_utc: datetime) -> None:
        """Drop the devices that have not been probed for two hours, and what is written of links and UPSes gone."""
        now_s = int(now_utc.timestamp())
        for device in [device for device, rounds in self._rounds.items() if rounds.is_old(now_s)]:
            del self._rounds[device]
        probed = _probed(self._fleet)
        self._days = {device: day for device, day in self._days.items() if device in probed}
        self._traffic = {link: traffic for link, traffic in self._traffic.items() if not traffic.is_empty}
        self._power = {series: power for series, power in self._power.items() if not power.is_empty}

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


def _probed(fleet: Fleet) -> set[str]:
    """Return the names of all who get echoes."""
    return {*fleet.devices, *fleet.references}


def _portions(names: Mapping[str, T]) -> Iterator[Sequence[str]]:
    """Yield the names by portions, as they are at the beginning."""
    every = list(names)
    for first in range(0, len(every), PORTION):
        yield every[first : first + PORTION]
