"""Reload the configuration on request; a bad one changes nothing and is logged."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial

from monitor.domain.clock import Clock
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime import gc_tuning, private_network
from monitor.runtime.config_verdicts import ConfigVerdicts
from monitor.runtime.part import Part
from monitor.runtime.subprocess_load import Known, load_again
from monitor.runtime.systemd import Systemd
from monitor.settings.changed_offices import Reading, digests_of
from monitor.settings.installation import Installation
from monitor.settings.problems import ConfigError

log = logging.getLogger(__name__)


class ConfigReload(Part):
    """The part that reads the folder in force after each `ask`; what was read and is valid goes to ``take_over``.

    ``in_force``: what the installation is now; ``sources``: its files.
    """

    name = "reload"

    def __init__(
        self,
        clock: Clock,
        verdicts: ConfigVerdicts,
        systemd: Systemd,
        in_force: Callable[[], Installation],
        sources: Mapping[str, bytes],
        take_over: Callable[[Reading], None],
    ) -> None:
        self._clock, self._verdicts, self._systemd = clock, verdicts, systemd
        self._in_force, self._take_over = in_force, take_over
        self._known = Known(digests_of(sources))
        self._asked = asyncio.Event()
        self._thread = Pool("reload", threads=1)

    def ask(self) -> None:
        """Request a reload; a request during one causes another."""
        self._asked.set()

    async def run(self) -> None:
        """Reload at each request, until cancelled."""
        while await self._asked.wait():
            self._asked.clear()
            self._systemd.reloading()
            await self._read()
            self._systemd.ready()

    async def _read(self) -> None:
        asked_mono_ns = self._clock.mono_ns()
        try:
            before = self._in_force()
            reading = await load_again(before.host.directory, before, self._known)
            private_network.check_settings(reading.installation)
        except ConfigError as error:
            await self._apart(partial(self._verdicts.refuse, error.problems, asked_mono_ns))
            for problem in error.problems:
                path, line, key = problem.file, problem.line, problem.key
                emit(log, LogEvent.CONFIG_FAULT, "%s", problem, path=path, line=line, key=key)
            count, text = len(error.problems), "%d error(s); the running configuration stays in force"
            emit(log, LogEvent.CONFIG_REFUSED, text, count, count=count)
            return
        self._take_over(reading)
        fleet = reading.installation.host.fleet
        await self._apart(partial(self._keep, reading, asked_mono_ns))
        sites, devices = len(fleet.sites), len(fleet.devices)
        text = "configuration read again: %d sites, %d devices"
        emit(log, LogEvent.CONFIG_RELOADED, text, sites, devices, sites=sites, devices=devices)
        del before, reading, fleet  # before what the one before took is given back
        await self._apart(gc_tuning.trim_heap)

    def _keep(self, reading: Reading, asked_mono_ns: int) -> None:
        """Record what is in force now: the files of 100,000 sites take a second to write."""
        self._known = Known(reading.over(self._known.files, digests_of(reading.sources)), reading.sites)
        self._verdicts.accept(reading, asked_mono_ns)

    async def _apart(self, work: Callable[[], None]) -> None:
        """Do it in the part's own thread, while the loop goes on."""
        await asyncio.wrap_future(self._thread.submit(work))

    async def close(self) -> None:
        """Release the thread."""
        self._thread.close()
