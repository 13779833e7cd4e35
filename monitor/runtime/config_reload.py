"""Reload the configuration on request; a bad one changes nothing and is logged."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from monitor.domain.clock import Clock
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime import gc_tuning, private_network
from monitor.runtime.config_verdicts import ConfigVerdicts
from monitor.runtime.part import Part
from monitor.runtime.subprocess_load import load_in_subprocess
from monitor.runtime.systemd import Systemd
from monitor.settings.installation import Installation
from monitor.settings.problems import ConfigError

log = logging.getLogger(__name__)


class ConfigReload(Part):
    """The part that reads ``directory`` after each `ask`; a valid installation and its sources go to ``take_over``."""

    name = "reload"

    def __init__(
        self,
        clock: Clock,
        directory: Path,
        verdicts: ConfigVerdicts,
        systemd: Systemd,
        take_over: Callable[[Installation, Mapping[str, bytes]], None],
    ) -> None:
        self._clock, self._directory, self._verdicts, self._systemd = clock, directory, verdicts, systemd
        self._take_over = take_over
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
            installation, sources = await load_in_subprocess(self._directory)
            private_network.check_settings(installation.host)
        except ConfigError as error:
            self._verdicts.refuse(error.problems, asked_mono_ns)
            for problem in error.problems:
                path, line, key = problem.file, problem.line, problem.key
                emit(log, LogEvent.CONFIG_FAULT, "%s", problem, path=path, line=line, key=key)
            count, text = len(error.problems), "%d error(s); the running configuration stays in force"
            emit(log, LogEvent.CONFIG_REFUSED, text, count, count=count)
            return
        self._take_over(installation, sources)
        self._verdicts.accept(sources, asked_mono_ns)
        fleet = installation.host.fleet
        sites, devices = len(fleet.sites), len(fleet.devices)
        text = "configuration read again: %d sites, %d devices"
        emit(log, LogEvent.CONFIG_RELOADED, text, sites, devices, sites=sites, devices=devices)
        del installation, fleet, sources  # before what the one before took is given back
        await asyncio.wrap_future(self._thread.submit(gc_tuning.trim_heap))

    async def close(self) -> None:
        """Release the thread."""
        self._thread.close()
