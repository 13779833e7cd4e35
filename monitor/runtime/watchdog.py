"""Measure the event loop's lag, and feed systemd's watchdog only while every part turns."""

import asyncio
from collections.abc import Callable, Mapping

from monitor.domain.clock import NS_PER_S, Clock
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part, stale
from monitor.runtime.systemd import Systemd

EVERY_S = 0.5


class Watchdog(Part):
    """The part that does. ``ages``: seconds since each part's last turn."""

    name = "watchdog"

    def __init__(
        self, clock: Clock, live: RuntimeState, systemd: Systemd, ages: Callable[[], Mapping[str, float]]
    ) -> None:
        self._clock, self._live, self._systemd, self._ages = clock, live, systemd, ages

    async def run(self) -> None:
        """Check twice a second, until cancelled."""
        while True:
            asked_ns = self._clock.mono_ns()
            await asyncio.sleep(EVERY_S)
            self._live.lag.observe((self._clock.mono_ns() - asked_ns) / NS_PER_S - EVERY_S)
            # A database that refuses to write is reported, not restarted: the decisions wait in this process's memory.
            if self._live.store_refuses or not stale(self._ages()):
                self._systemd.watchdog()
