"""Reads the devices that speak SNMP, each once an interval, beside the probing loop and never in its way."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.sample import Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import Decision
from monitor.judging.links import LinkRules
from monitor.judging.snmp import SnmpJudge, SnmpState
from monitor.probes.icmp.engine import IcmpProbe
from monitor.probes.snmp.agents import Agents
from monitor.probes.snmp.modules import Series, read_modules
from monitor.probes.snmp.port_check import is_port_closed
from monitor.probes.snmp.reading import LONGEST_READ_S, Reading, read
from monitor.probes.snmp.session import CredentialsError, GarbledError, Session, SilentError, SnmpError
from monitor.runtime.live import RuntimeState
from monitor.runtime.schedule import Schedule
from monitor.settings.fleet import Device
from monitor.settings.load import Settings
from monitor.settings.modules_section import shipped_modules

log = logging.getLogger(__name__)

STARTS_PER_S, MOST_KNOCKS = 50, 50
UNREAD_FOR_NS = 3_600 * NS_PER_S


def link_rules(settings: Settings) -> LinkRules:
    """How the interfaces of links are judged."""
    judging = settings.monitor.judging
    return LinkRules(judging.degraded_utilisation, judging.degraded_errors_per_s)


class Poller:
    """Works on the running event loop between `open` and `close`."""

    def __init__(
        self,
        clock: Clock,
        live: RuntimeState,
        settings: Settings,
        board: Board,
        decided: Callable[[Sequence[Decision]], None],
    ) -> None:
        self._clock = clock
        self._decided = decided
        self._meaning = SnmpJudge(board, link_rules(settings), live.record)
        live.restarts = self._meaning.restarts
        self._live = live
        self._settings = settings
        self._knocking = asyncio.Semaphore(MOST_KNOCKS)  # each is a socket of its own
        self._reads: dict[str, asyncio.Task[None]] = {}
        self._rested_ns: dict[str, int] = {}  # until then a device may rest that was just read
        self._asked_meanwhile: set[str] = set()
        self._silent_since: dict[str, int] = {}
        self._unread: dict[str, tuple[tuple[str, ...], int]] = {}  # until when it is not asked for these
        self._wheel = Schedule(settings.monitor.snmp.interval_s)

    def open(self) -> None:
        """Makes ready to ask; the first reads come soon, spread over some seconds.

        Who was due even earlier stays so: however often the configuration changes, everybody has a turn.
        """
        snmp = self._settings.monitor.snmp
        self._agents = Agents(snmp, self._settings.home, self._live.snmp_rejected)
        self._agents.open()
        self._devices = {id_: device for id_, device in self._settings.fleet.devices.items() if device.snmp}
        self._modules = list({**shipped_modules(), **self._settings.monitor.modules}.values())
        before, self._wheel = self._wheel, Schedule(snmp.interval_s)
        now_ns, pause_ns = self._clock.mono_ns(), NS_PER_S // STARTS_PER_S
        for place, id_ in enumerate(self._devices):
            soon_ns = now_ns + place * pause_ns % self._wheel.interval_ns
            due_ns = before.due_ns(id_)
            self._wheel.put(id_, soon_ns if due_ns is None else min(due_ns, soon_ns))

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
        self._live.snmp_said = {id_: said for id_, said in self._live.snmp_said.items() if id_ in self._devices}
        for known in (self._silent_since, self._rested_ns, self._asked_meanwhile, self._unread):
            known.clear()
        self._meaning.rules = link_rules(settings)
        self._meaning.forget(self._devices)

    def busy_links(self) -> list[tuple[str, float]]:
        """The sites of links, each with the share of its speed that was in use at its last reading, 0 to 1."""
        return list(self._meaning.used.items())

    @property
    def agents(self) -> Agents:
        """The credentials in force."""
        return self._agents

    def soon(self, device: str) -> None:
        """Reads that device as soon as there is room, if it is one that is read.

        What is under way may have passed what has changed since: it is read once more. Whoever is asked out of turn
        rests first for as long as the reading before took: a small switch has other work in a storm of traps.
        """
        if device in self._reads:
            self._asked_meanwhile.add(device)
        else:
            self._wheel.put_earlier(device, max(self._clock.mono_ns(), self._rested_ns.get(device, 0)))

    async def run(self) -> None:
        """Turns until cancelled."""
        while True:
            now_ns = self._clock.mono_ns()
            for id_, due_ns in self._wheel.due(now_ns):
                self._wheel.put_again(id_, due_ns, now_ns)
                if id_ not in self._reads:  # one question at a time to an agent, however slow it is
                    self._reads[id_] = task = asyncio.create_task(self._read(self._devices[id_]))
                    task.add_done_callback(partial(self._done, id_))
            next_ns = self._wheel.next_tick_ns()
            pause_s = 1.0 if next_ns is None else (next_ns - self._clock.mono_ns()) / NS_PER_S
            await asyncio.sleep(min(max(pause_s, 0.0), 1.0))

    def _done(self, id_: str, task: "asyncio.Task[None]") -> None:
        if self._reads.get(id_) is task:
            del self._reads[id_]
            if id_ in self._asked_meanwhile:
                self._asked_meanwhile.discard(id_)
                self.soon(id_)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("reading %s broke off", id_, exc_info=error)

    async def _read(self, device: Device) -> None:
        begun_utc, begun_mono_ns = self._clock.utc(), self._clock.mono_ns()
        state = await self._state(device, begun_mono_ns)
        ended_mono_ns = self._clock.mono_ns()
        self._rested_ns[device.id] = 2 * ended_mono_ns - begun_mono_ns
        self._note(device, state, begun_utc)
        if decisions := self._meaning.of(device, state, begun_utc, begun_mono_ns):
            self._decided(decisions)
        if self._meaning.suspect(device.id):
            recheck_ns = round(self._settings.monitor.probing.recheck_s * NS_PER_S)
            self._wheel.put_earlier(device.id, max(ended_mono_ns + recheck_ns, self._rested_ns[device.id]))

    async def _state(self, device: Device, begun_mono_ns: int) -> SnmpState:
        try:
            session = self._agents.session(device.snmp, device.address, device.snmp_port, device.snmp_source)
            async with asyncio.timeout(LONGEST_READ_S):
                reading = await read(session, skip=self._skipped(device.id))
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
            return await self._silence(device, begun_mono_ns, error.reason)
        except SnmpError as error:
            return SnmpState("error", error.reason)
        except TimeoutError:
            return SnmpState("error", reason(ReasonCode.SNMP_TOO_SLOW, seconds=float(LONGEST_READ_S)))

    def _skipped(self, device: str) -> Collection[str]:
        """The objects at which it fell silent lately: asking for each again would cost a time-out every reading."""
        unread, until_ns = self._unread.get(device, ((), 0))
        return unread if self._clock.mono_ns() < until_ns else ()

    def _remember_unread(self, device: str, unread: tuple[str, ...], now_ns: int) -> None:
        if not unread:
            self._unread.pop(device, None)
        elif not self._skipped(device):
            self._unread[device] = unread, now_ns + UNREAD_FOR_NS

    async def _silence(self, device: Device, begun_mono_ns: int, why: Reason) -> SnmpState:
        """What silence means: over v2c it is all that a wrong community gives to see.

        Who answers echoes since then, and does not say that nobody listens there, most likely has another one.
        """
        since_ns = self._silent_since.setdefault(device.id, begun_mono_ns)
        echoes = self._live.samples.get((device.id, IcmpProbe.name))
        alive = echoes is not None and echoes.verdict is Verdict.OK and echoes.started_mono_ns > since_ns
        snmp = self._settings.monitor.snmp
        if not alive or device.snmp not in snmp.v2c:
            return SnmpState("silent", why)
        where = {"address": str(device.address)}
        async with self._knocking:
            if await is_port_closed(device.address, device.snmp_port, snmp.timeout_s):
                return SnmpState("silent", reason(ReasonCode.SNMP_NO_AGENT, **where, port=device.snmp_port))
        return SnmpState("credentials", reason(ReasonCode.SNMP_OTHER_COMMUNITY, **where))

    async def _series(self, device: Device, session: Session, reading: Reading, unread: set[str]) -> Sequence[Series]:
        """What the modules find; an agent that chokes on its maker's objects has still been read.

        ``unread``: as in `read_modules`.
        """
        try:
            async with asyncio.timeout(LONGEST_READ_S):
                kind = str(reading.system.get("sysObjectID", ""))
                return await read_modules(session, kind, self._modules, unread)
        except (SnmpError, TimeoutError) as error:
            log.debug("%s: its modules could not be read: %s", device.id, error)
            return ()

    def _note(self, device: Device, state: SnmpState, at_utc: datetime) -> None:
        """Keeps it for the readers; the first reading is told in the log."""
        before = self._live.snmp.get(device.id)
        self._live.snmp[device.id] = state
        if state.reading is not None:
            self._live.snmp_said[device.id] = at_utc, state.reading
        self._live.snmp_readings[state.outcome] += 1
        if before is None and state.outcome == "ok":
            log.info("%s: read by SNMP", device.id)
