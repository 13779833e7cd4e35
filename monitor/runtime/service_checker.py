"""Checks what sites serve (TCP, HTTP, DNS), each once a round, beside the probing loop and never in its way."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from monitor.domain.clock import NS_PER_S, Clock
from monitor.judging.board import Board
from monitor.judging.decisions import Decision
from monitor.probes.checks.checks import ServiceChecks
from monitor.probes.snmp.limits import ConcurrencyLimit, Slot
from monitor.runtime.live import RuntimeState, ServiceState
from monitor.runtime.schedule import Schedule
from monitor.settings.fleet import Fleet, Service
from monitor.settings.monitor_file import Probing

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
TIMEOUT_S = 10.0


class Attendant:
    """Works on the running event loop; hands every decision of the board to ``decided``."""

    def __init__(
        self, clock: Clock, live: RuntimeState, board: Board, decided: Callable[[Sequence[Decision]], None]
    ) -> None:
        self._clock, self._live, self._board, self._decided = clock, live, board, decided
        self._checks = ServiceChecks()
        self._room = ConcurrencyLimit(
            MOST_AT_ONCE
        )  # who has no answer soon leaves its place: the slow must not delay the others
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._services: dict[str, Service] = {}
        self._wheel = Schedule(60)

    def configure(self, fleet: Fleet, probing: Probing) -> None:
        """Puts the services of a fleet on the wheel; what is gone is shown no more."""
        self._services, self._probing = dict(fleet.services), probing
        self._checks.configure([service.check for service in self._services.values()])
        self._wheel = Schedule(probing.interval_s)
        now_ns = self._clock.mono_ns()
        for place, id_ in enumerate(self._services):
            self._wheel.put(id_, now_ns + place * NS_PER_S // MOST_AT_ONCE)
        self._live.services = {id_: state for id_, state in self._live.services.items() if id_ in self._services}

    async def run(self) -> None:
        """Turns until cancelled."""
        while True:
            now_ns = self._clock.mono_ns()
            for id_, due_ns in self._wheel.due(now_ns):
                self._wheel.put_again(id_, due_ns, now_ns)
                if id_ not in self._under_way:
                    self._under_way[id_] = task = asyncio.create_task(self._check(self._services[id_]))
                    task.add_done_callback(partial(self._done, id_))
            next_ns = self._wheel.next_tick_ns()
            pause_s = 1.0 if next_ns is None else (next_ns - self._clock.mono_ns()) / NS_PER_S
            await asyncio.sleep(min(max(pause_s, 0.0), 1.0))

    def close(self) -> None:
        """Begins no check any more."""
        self._checks.close()

    def _done(self, id_: str, task: "asyncio.Task[None]") -> None:
        if self._under_way.get(id_) is task:
            del self._under_way[id_]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("checking %s broke off", id_, exc_info=error)

    async def _check(self, service: Service) -> None:
        async with Slot(self._room):
            begun_utc, begun_mono_ns = self._clock.utc(), self._clock.mono_ns()
            outcome = await self._checks.run(service.check, TIMEOUT_S)
        if service.id not in self._services:
            return  # taken out of the configuration meanwhile
        sample = outcome.sample(service.id, service.check.kind, begun_utc, begun_mono_ns)
        self._live.services[service.id] = ServiceState(service, sample, outcome.details)
        self._live.record(sample)
        if decisions := self._board.observe(sample):
            self._decided(decisions)
        if self._board.health(service.id).suspect:
            self._wheel.put_earlier(service.id, self._clock.mono_ns() + round(self._probing.recheck_s * NS_PER_S))
