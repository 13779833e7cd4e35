"""Check each service once a round, beside the probing loop."""

from collections.abc import Collection

from monitor.domain.clock import NS_PER_S, Clock
from monitor.probes.checks.checks import ServiceChecks
from monitor.probes.checks.limits import ConcurrencyLimit, Slot
from monitor.runtime.live import RuntimeState, ServiceState
from monitor.runtime.part import Part
from monitor.runtime.schedule import Due, DueTasks, Schedule
from monitor.runtime.sink import Sink
from monitor.settings.fleet import Fleet, Service
from monitor.settings.load import Settings
from monitor.settings.monitor_file import Probing

MOST_AT_ONCE = 20
TIMEOUT_S = 10.0


class ServiceChecker(Part):
    """The part that checks each service when due, passes results to ``sink``, and keeps them in ``live``."""

    name = "checks"

    def __init__(self, clock: Clock, live: RuntimeState, fleet: Fleet, probing: Probing, sink: Sink) -> None:
        self._clock, self._live, self._sink = clock, live, sink
        self._checks = ServiceChecks()
        # Who has no answer soon leaves its place: the slow must not delay the others.
        self._room = ConcurrencyLimit(MOST_AT_ONCE)
        self._schedule = Schedule(probing.interval_s)
        self._under_way = DueTasks(clock, self._schedule, "checking", self._check)
        self._last_turn_mono_ns = clock.mono_ns()
        self._begin(fleet, probing)

    @property
    def last_turn_mono_ns(self) -> int:
        return self._last_turn_mono_ns

    def reconfigure(self, settings: Settings) -> None:
        """Apply other services; results of removed ones are dropped."""
        self._begin(settings.fleet, settings.monitor.probing)
        self._live.services = {id_: state for id_, state in self._live.services.items() if id_ in self._services}

    def _begin(self, fleet: Fleet, probing: Probing) -> None:
        self._services: dict[str, Service] = dict(fleet.services)
        self._probing = probing
        self._checks.configure([service.check for service in self._services.values()])
        self._schedule.restart(probing.interval_s)
        self._put_soon(self._services)

    def watch(self, fleet: Fleet) -> None:
        """Check the services of another part of the fleet; those that come are checked soon."""
        before, self._services = self._services, dict(fleet.services)
        self._checks.configure([service.check for service in self._services.values()])
        for id_ in before.keys() - self._services.keys():
            self._schedule.remove(id_)
            self._live.services.pop(id_, None)
        self._put_soon([id_ for id_ in self._services if id_ not in before])

    def _put_soon(self, services: Collection[str]) -> None:
        now_ns = self._clock.mono_ns()
        for place, id_ in enumerate(services):
            self._schedule.put(id_, now_ns + place * NS_PER_S // MOST_AT_ONCE)

    async def run(self) -> None:
        """Check until cancelled."""
        await self._schedule.serve(self._clock, self._turn)

    async def close(self) -> None:
        """Begin no more checks."""
        self._checks.close()

    def _turn(self, due: Due) -> None:
        self._last_turn_mono_ns = self._clock.mono_ns()
        self._under_way.begin(due)

    async def _check(self, id_: str) -> None:
        service = self._services.get(id_)
        if service is None:
            return  # taken out of the configuration in this moment
        async with Slot(self._room):
            begun_utc, begun_mono_ns = self._clock.utc(), self._clock.mono_ns()
            outcome = await self._checks.run(service.check, TIMEOUT_S)
        if id_ not in self._services:
            return  # taken out of the configuration meanwhile
        sample = outcome.sample(id_, service.check.kind, begun_utc, begun_mono_ns)
        self._live.services[id_] = ServiceState(service, sample, outcome.details)
        self._sink.sampled(sample)
        if decisions := self._live.board.observe(sample):
            self._sink.decided(decisions)
        if self._live.board.health(id_).suspect:
            self._schedule.put_earlier(id_, self._clock.mono_ns() + round(self._probing.recheck_s * NS_PER_S))
