"""Read the SNMP devices once an interval each, beside the probing loop."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.sample import Verdict
from monitor.judging.links import LinkRules
from monitor.judging.snmp import SnmpJudge, SnmpState
from monitor.logs.emit import emit
from monitor.probes.snmp.agents import Agents
from monitor.probes.snmp.modules import Series, read_modules
from monitor.probes.snmp.port_check import is_port_closed
from monitor.probes.snmp.reading import LONGEST_READ_S, Reading, read
from monitor.probes.snmp.session import CredentialsError, GarbledError, Session, SilentError, SnmpError
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.runtime.schedule import Due, DueTasks, Schedule
from monitor.runtime.sink import Sink
from monitor.settings.fleet import Device, Fleet
from monitor.settings.load import Settings
from monitor.settings.modules_section import shipped_modules

log = logging.getLogger(__name__)

STARTS_PER_S, MOST_PORT_CHECKS = 50, 50
UNREAD_FOR_NS = 3_600 * NS_PER_S


def link_rules(settings: Settings) -> LinkRules:
    """Return the limits by which links are judged, from [snmp]."""
    judging = settings.monitor.judging
    return LinkRules(judging.degraded_utilisation, judging.degraded_errors_per_s)


def _read_by_snmp(fleet: Fleet) -> dict[str, Device]:
    return {id_: device for id_, device in fleet.devices.items() if device.snmp}


class SnmpPoller(Part):
    """The part that reads each device when due, passes results to ``sink``, and keeps them in ``live``."""

    name = "snmp"

    def __init__(self, clock: Clock, live: RuntimeState, settings: Settings, sink: Sink) -> None:
        self._clock, self._live, self._settings, self._sink = clock, live, settings, sink
        self._judge = SnmpJudge(live.board, link_rules(settings), sink.sampled, sink.measured)
        self._port_checks = asyncio.Semaphore(MOST_PORT_CHECKS)  # each is a socket of its own
        self._silent_since: dict[str, int] = {}
        self._unread: dict[str, tuple[tuple[str, ...], int]] = {}  # until when it is not asked for these
        self._schedule = Schedule(settings.monitor.snmp.interval_s)
        self._readings = DueTasks(clock, self._schedule, "reading", self._read)  # however slow an agent is
        self._last_turn_mono_ns = clock.mono_ns()

    @property
    def last_turn_mono_ns(self) -> int:
        return self._last_turn_mono_ns

    async def open(self) -> None:
        """Open the sockets; the first readings come soon, spread over some seconds."""
        self._begin()

    def _begin(self) -> None:
        """Schedule all devices that are read, with the secrets as they are in their files now.

        A device that was due earlier stays so: however often the configuration changes, each has its turn.
        """
        snmp = self._settings.monitor.snmp
        self._agents = Agents(snmp, self._settings.home, self._live.snmp_rejected)
        self._agents.open()
        self._devices = _read_by_snmp(self._settings.fleet)
        self._modules = list({**shipped_modules(), **self._settings.monitor.modules}.values())
        was_due_ns = self._schedule.restart(snmp.interval_s)
        now_ns, pause_ns = self._clock.mono_ns(), NS_PER_S // STARTS_PER_S
        for place, id_ in enumerate(self._devices):
            soon_ns = now_ns + place * pause_ns % self._schedule.interval_ns
            self._schedule.put(id_, min(was_due_ns.get(id_, soon_ns), soon_ns))

    async def close(self) -> None:
        """Cancel what is under way."""
        self._cancel_readings()

    def _cancel_readings(self) -> None:
        self._readings.cancel()
        self._agents.close()

    def reconfigure(self, settings: Settings) -> None:
        """Restart with these settings and the secrets as they are in their files now."""
        self._cancel_readings()
        self._settings = settings
        self._begin()
        self._live.snmp = {id_: state for id_, state in self._live.snmp.items() if id_ in self._devices}
        self._live.snmp_said = {id_: said for id_, said in self._live.snmp_said.items() if id_ in self._devices}
        self._silent_since.clear()
        self._unread.clear()
        self._judge.rules = link_rules(settings)
        self._judge.forget(self._devices)
        self._live.link_use = self._judge.used

    def watch(self, fleet: Fleet) -> None:
        """Read the devices of another part of the fleet; those that come are read soon, and those that go no more."""
        before, self._devices = self._devices, _read_by_snmp(fleet)
        self._settings = replace(self._settings, fleet=fleet)
        for id_ in before.keys() - self._devices.keys():
            self._schedule.remove(id_)
            self._live.snmp.pop(id_, None)
            self._live.snmp_said.pop(id_, None)
        now_ns, pause_ns = self._clock.mono_ns(), NS_PER_S // STARTS_PER_S
        for place, id_ in enumerate(self._devices.keys() - before.keys()):
            self._schedule.put(id_, now_ns + place * pause_ns % self._schedule.interval_ns)
        self._judge.forget(self._devices)
        self._live.link_use = self._judge.used

    @property
    def agents(self) -> Agents:
        """Return the sessions' clients in force."""
        return self._agents

    def soon(self, device: str) -> None:
        """Read that device as soon as there is room, if it is one that is read.

        Before an extra reading it rests for as long as the reading before took: a small switch has other work in a
        storm of traps.
        """
        self._readings.soon(device)

    async def run(self) -> None:
        """Read until cancelled."""
        await self._schedule.serve(self._clock, self._turn)

    def _turn(self, due: Due) -> None:
        self._last_turn_mono_ns = self._clock.mono_ns()
        self._readings.begin(due)

    async def _read(self, id_: str) -> None:
        device = self._devices.get(id_)
        if device is None:
            return  # it has gone in this moment
        begun_utc, begun_mono_ns = self._clock.utc(), self._clock.mono_ns()
        state = await self._state(device, begun_mono_ns)
        if id_ not in self._devices:
            return  # another daemon reads it by now
        ended_mono_ns = self._clock.mono_ns()
        rests_until_ns = 2 * ended_mono_ns - begun_mono_ns
        self._readings.rest(id_, rests_until_ns)
        self._note(device, state, begun_utc)
        decisions = self._judge.of(device, state, begun_utc, begun_mono_ns)
        self._live.restarts, self._live.link_use = self._judge.restarts, self._judge.used
        if decisions:
            self._sink.decided(decisions)
        if self._judge.suspect(id_):
            recheck_ns = round(self._settings.monitor.probing.recheck_s * NS_PER_S)
            self._schedule.put_earlier(id_, max(ended_mono_ns + recheck_ns, rests_until_ns))

    async def _state(self, device: Device, begun_mono_ns: int) -> SnmpState:
        try:
            session = self._agents.session(device.snmp, device.address, device.snmp_port, device.snmp_source)
            async with asyncio.timeout(LONGEST_READ_S):
                reading = await self._agents.hold(read(session, skip=self._skipped(device.id)))
            unread = set(self._skipped(device.id))
            series = await self._series(device, session, reading, unread)
            reading = replace(reading, unread=(*reading.unread, *sorted(unread.difference(reading.unread))))
            self._remember_unread(device.id, reading.unread, begun_mono_ns)
            self._silent_since.pop(device.id, None)
            return SnmpState("ok", None, reading, series)
        except CredentialsError as error:
            return SnmpState("credentials", error.reason)
        except GarbledError as error:
            return SnmpState("error", error.reason)
        except SilentError as error:
            return await self._without_answer(device, begun_mono_ns, error.reason)
        except SnmpError as error:
            return SnmpState("error", error.reason)
        except TimeoutError:
            return SnmpState("error", reason(ReasonCode.SNMP_TOO_SLOW, seconds=float(LONGEST_READ_S)))

    def _skipped(self, device: str) -> Collection[str]:
        """Return the objects for which it timed out recently: requesting each again would cost a timeout."""
        unread, until_ns = self._unread.get(device, ((), 0))
        return unread if self._clock.mono_ns() < until_ns else ()

    def _remember_unread(self, device: str, unread: tuple[str, ...], now_ns: int) -> None:
        if not unread:
            self._unread.pop(device, None)
        elif not self._skipped(device):
            self._unread[device] = unread, now_ns + UNREAD_FOR_NS

    async def _without_answer(self, device: Device, begun_mono_ns: int, why: Reason) -> SnmpState:
        """Return what a timeout means: over v2c a wrong community looks the same.

        A device that has answered echoes since, and does not report the port closed, most likely has another community.
        """
        since_ns = self._silent_since.setdefault(device.id, begun_mono_ns)
        echoes = self._live.echoes.get(device.id)
        alive = echoes is not None and echoes.verdict is Verdict.OK and echoes.started_mono_ns > since_ns
        snmp = self._settings.monitor.snmp
        if not alive or device.snmp not in snmp.v2c:
            return SnmpState("silent", why)
        where = {"address": str(device.address)}
        async with self._port_checks:
            if await is_port_closed(device.address, device.snmp_port, snmp.timeout_s):
                return SnmpState("silent", reason(ReasonCode.SNMP_NO_AGENT, **where, port=device.snmp_port))
        return SnmpState("credentials", reason(ReasonCode.SNMP_OTHER_COMMUNITY, **where))

    async def _series(self, device: Device, session: Session, reading: Reading, unread: set[str]) -> Sequence[Series]:
        """Read the modules' series; an agent that times out on its maker's objects still counts as read.

        ``unread``: as in `read_modules`.
        """
        try:
            async with asyncio.timeout(LONGEST_READ_S):
                kind = str(reading.system.get("sysObjectID", ""))
                return await self._agents.hold(read_modules(session, kind, self._modules, unread))
        except (SnmpError, TimeoutError) as error:
            text = "%s: its modules could not be read: %s"
            emit(log, LogEvent.SNMP_MODULES_UNREAD, text, device.id, error, site=device.site, device=device.id)
            return ()

    def _note(self, device: Device, state: SnmpState, at_utc: datetime) -> None:
        """Keep the reading for readers; the first one is logged."""
        before = self._live.snmp.get(device.id)
        self._live.snmp[device.id] = state
        if state.reading is not None:
            self._live.snmp_said[device.id] = at_utc, state.reading
        self._live.snmp_readings[state.outcome] += 1
        if before is None and state.outcome == "ok":
            emit(log, LogEvent.SNMP_READ, "%s: read by SNMP", device.id, site=device.site, device=device.id)
