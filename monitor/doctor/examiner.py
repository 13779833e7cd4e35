"""Examine the installation while the daemon runs, one check after the other, each at its pace; readers see the last."""

import asyncio
from collections.abc import Callable, Mapping
from importlib.metadata import version

from monitor.doctor.check import Place
from monitor.doctor.checks import CHECKS
from monitor.doctor.finding import Examined
from monitor.domain.clock import NS_PER_S, Clock
from monitor.net.deadline import Cancellation
from monitor.net.pool import Pool
from monitor.runtime.live import RuntimeView
from monitor.runtime.part import Part
from monitor.settings.in_force import InForce
from monitor.settings.load import Settings
from monitor.store.database import Store

LOOK_S = 1.0


class Examiner(Part):
    """The part that examines. ``examined``: by check, replaced as a whole.

    ``last_reading``: the daemon's own word on its configuration; called in a thread. It is not read from the file that
    commands have it from: that holds all sites as text, and would be parsed anew for each check.
    """

    name = "doctor"

    def __init__(
        self,
        clock: Clock,
        live: RuntimeView,
        store: Store,
        settings: Settings,
        last_reading: Callable[[], InForce | None],
    ) -> None:
        self._clock, self._live, self._store, self._settings = clock, live, store, settings
        self._last_reading = last_reading
        self.version = version("upazila-monitor")  # of what runs: another may be installed meanwhile
        self._since_mono_ns = clock.mono_ns()
        self._looked_mono_ns: dict[str, int] = {}
        self._thread = Pool("doctor", threads=1)
        self._cancellation = Cancellation()
        self.examined: Mapping[str, Examined] = {}

    def reconfigure(self, settings: Settings) -> None:
        """Look at everything again: another configuration may have mended it."""
        self._settings = settings
        self._since_mono_ns = self._clock.mono_ns()
        self._looked_mono_ns = {}

    async def run(self) -> None:
        """Examine what is due, until cancelled."""
        while True:
            name = next_due(self._looked_mono_ns, self._since_mono_ns, self._clock.mono_ns())
            if name is None:
                await asyncio.sleep(LOOK_S)
            else:
                await self._examine(name)

    async def _examine(self, name: str) -> None:
        looked = self._looked_mono_ns
        looked[name] = self._clock.mono_ns()  # of this configuration: with another it is due again
        found = await asyncio.wrap_future(self._thread.submit(self._look, name))
        self.examined = {**self.examined, name: found}

    def _look(self, name: str) -> Examined:
        office, daemon, cancellation = self._live.office, self._last_reading(), self._cancellation
        place = Place(self._settings, office, self._clock, daemon, self._store, self.version, cancellation)
        return CHECKS[name].examine(place)

    async def close(self) -> None:
        """End what is asked of other machines, and begin nothing more."""
        self._cancellation.cancel()
        self._thread.close()


def next_due(looked_mono_ns: Mapping[str, int], since_mono_ns: int, now_mono_ns: int) -> str | None:
    """Return a check that is due, None for none: at first after a while, then at its pace. Pure."""
    for name, check in CHECKS.items():
        last_ns = looked_mono_ns.get(name)
        from_ns, wait_s = (since_mono_ns, check.pace.first_s) if last_ns is None else (last_ns, check.pace.every_s)
        if now_mono_ns - from_ns >= wait_s * NS_PER_S:
            return name
    return None
