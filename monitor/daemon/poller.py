"""Reads the devices that speak SNMP, each once an interval, beside the probing loop and never in its way.

What goes wrong here is a fact about SNMP and is told as one: it never makes a device down.
"""

import asyncio
import logging
from functools import partial

from monitor.clock import NS_PER_S, Clock
from monitor.judging.restarts import Uptime, restarted
from monitor.metrics.live import Live, SnmpState
from monitor.probes.snmp.agents import Agents
from monitor.probes.snmp.modules import read_modules
from monitor.probes.snmp.reading import Reading, read
from monitor.probes.snmp.session import CredentialsError, SilentError, SnmpError
from monitor.probes.wheel import Wheel
from monitor.settings.fleet import Device
from monitor.settings.load import Settings
from monitor.settings.modules_section import shipped_modules

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50
LONGEST_READ_S = 30.0


class Poller:
    """Works on the running event loop between `open` and `close`."""

    def __init__(self, clock: Clock, live: Live, settings: Settings) -> None:
        self._clock = clock
        self._live = live
        self._settings = settings
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._ages: dict[str, tuple[Uptime, int]] = {}
        self._reads: dict[str, asyncio.Task[None]] = {}

    def open(self) -> None:
        """Makes ready to ask; the first reads come soon, spread over some seconds."""
        snmp = self._settings.monitor.snmp
        self._agents = Agents(snmp, self._settings.home)
        self._agents.open()
        self._devices = {id_: device for id_, device in self._settings.fleet.devices.items() if device.snmp}
        self._modules = list({**shipped_modules(), **self._settings.monitor.modules}.values())
        self._wheel = Wheel(snmp.interval_s)
        now_ns = self._clock.mono_ns()
        for place, id_ in enumerate(self._devices):
            self._wheel.put(id_, now_ns + place * NS_PER_S // MOST_AT_ONCE)

    def close(self) -> None:
        """Breaks off what is under way."""
        for task in self._reads.values():
            task.cancel()
        self._reads.clear()
        self._agents.close()

    def configure(self, settings: Settings) -> None:
        """Begins anew with these settings and the secrets as they are in their files now."""
        self.close()
        self._settings = settings
        self.open()
        self._live.snmp = {id_: state for id_, state in self._live.snmp.items() if id_ in self._devices}
        self._ages = {id_: age for id_, age in self._ages.items() if id_ in self._devices}

    async def run(self) -> None:
        """Turns until cancelled."""
        while True:
            now_ns = self._clock.mono_ns()
            for id_, _ in self._wheel.due(now_ns):
                self._wheel.put(id_, self._wheel.next_turn_ns(id_, now_ns))
                if id_ not in self._reads:  # one question at a time to an agent, however slow it is
                    self._reads[id_] = task = asyncio.create_task(self._read(self._devices[id_]))
                    task.add_done_callback(partial(self._done, id_))
            next_ns = self._wheel.next_tick_ns()
            pause_s = 1.0 if next_ns is None else (next_ns - self._clock.mono_ns()) / NS_PER_S
            await asyncio.sleep(min(max(pause_s, 0.0), 1.0))

    def _done(self, id_: str, task: "asyncio.Task[None]") -> None:
        if self._reads.get(id_) is task:
            del self._reads[id_]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("reading %s broke off", id_, exc_info=error)

    async def _read(self, device: Device) -> None:
        begun_mono_ns = self._clock.mono_ns()
        try:
            async with self._room, asyncio.timeout(LONGEST_READ_S):
                session = self._agents.session(device.snmp, device.address, device.snmp_port)
                reading = await read(session)
                kind = str(reading.system.get("sysObjectID", ""))
                self._note(device, SnmpState("ok", "", reading, await read_modules(session, kind, self._modules)))
                self._note_age(device, reading, begun_mono_ns)
        except CredentialsError as error:
            self._note(device, SnmpState("credentials", str(error)))
        except SilentError as error:
            self._note(device, SnmpState("silent", str(error)))
        except SnmpError as error:
            self._note(device, SnmpState("error", str(error)))
        except TimeoutError:
            self._note(device, SnmpState("error", f"it could not be read within {LONGEST_READ_S:g} s"))

    def _note_age(self, device: Device, reading: Reading, mono_ns: int) -> None:
        """Tells a restart since the reading before, and remembers the age for the next."""
        ticks = reading.system.get("sysUpTime_ticks")
        age = Uptime(ticks if isinstance(ticks, int) else None, reading.engine_time_s)
        before, before_mono_ns = self._ages.get(device.id, (age, mono_ns))
        if restarted(before, age, (mono_ns - before_mono_ns) / NS_PER_S):
            self._live.restarts[device.id] += 1
            log.warning("%s: restarted since the reading before", device.id)
        self._ages[device.id] = (age, mono_ns)

    def _note(self, device: Device, state: SnmpState) -> None:
        """Keeps it for the readers, and tells a change."""
        before = self._live.snmp.get(device.id)
        self._live.snmp[device.id] = state
        if before is None or before.outcome != state.outcome:
            if state.outcome == "ok":
                log.info("%s: read by SNMP", device.id)
            else:
                log.warning("%s: not read by SNMP (%s): %s", device.id, state.outcome, state.why)
