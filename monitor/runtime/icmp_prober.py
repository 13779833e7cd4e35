"""The turning loop: who is due → one round → samples → the board → decisions."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import Decision, MonitoringGap
from monitor.probes.base import PLAIN, Probe, Shape, Target
from monitor.runtime.live import RuntimeState
from monitor.runtime.schedule import TICK_NS, Schedule
from monitor.settings.fleet import Device, Fleet
from monitor.settings.monitor_file import Probing

log = logging.getLogger(__name__)

STALL_NS = 3 * NS_PER_S
STOOD_STILL_BEFORE = reason(ReasonCode.STOOD_STILL_BEFORE)


class Prober:
    """Turns the wheel and hands every decision of the board to ``decided``.

    ``doubted`` is told which device carries a link whose far end has begun to be silent.
    """

    def __init__(
        self,
        clock: Clock,
        probe: Probe,
        board: Board,
        live: RuntimeState,
        probing: Probing,
        decided: Callable[[Sequence[Decision]], None],
    ) -> None:
        self._clock = clock
        self._probe = probe
        self._board = board
        self._live = live
        self._decided = decided
        self._rounds: set[asyncio.Task[None]] = set()
        self._unjudged: set[str] = set()
        self._distrusted: dict[str, int] = {}
        self._redated_by = timedelta(0)
        self._last_turn_boot_ns = 0
        self.doubted: Callable[[str], None] = lambda _: None
        self.configure(board.fleet, probing)

    def configure(self, fleet: Fleet, probing: Probing) -> None:
        """Puts a new fleet on the wheel; its first round comes soon, spread so that the rate is kept."""
        self._fleet, self._probing = fleet, probing
        self._targets = {device.id: _target(device) for device in (*fleet.devices.values(), *fleet.references.values())}
        self._wheel = Schedule(probing.interval_s)
        now_ns = self._clock.mono_ns()
        echoes = len(self._targets) * probing.echoes
        span_s = min(probing.interval_s, max(1.0, 2 * echoes / probing.rate_per_s))
        for device in self._targets:
            turn_ns = self._wheel.next_turn_ns(device, now_ns)
            self._wheel.put(device, now_ns + round((turn_ns - now_ns) * span_s / probing.interval_s))
        self._unjudged = {device for device in fleet.devices if self._board.last(device) is None}

    def soon(self, device: str) -> None:
        """Probes that device as soon as there is room."""
        self._wheel.put_earlier(device, self._clock.mono_ns())

    async def run(self) -> None:
        """Turns until cancelled."""
        while True:
            self._turn()
            next_ns = self._wheel.next_tick_ns()
            pause_ns = TICK_NS if next_ns is None else next_ns - self._clock.mono_ns()
            await asyncio.sleep(min(max(pause_ns, 0), NS_PER_S) / NS_PER_S)

    def _turn(self) -> None:
        now_ns, boot_ns = self._clock.mono_ns(), self._clock.boot_ns()
        if self._live.last_turn_mono_ns and boot_ns - self._last_turn_boot_ns > STALL_NS:
            self._stood_still(now_ns, boot_ns - self._last_turn_boot_ns)
        self._last_turn_boot_ns = boot_ns
        self._live.last_turn_mono_ns = now_ns
        if decisions := self._board.tick(self._clock.utc()):
            self._decided(decisions)
        due = self._wheel.due(now_ns)
        if not due:
            return
        for _, due_ns in due:
            self._live.round_late((now_ns - due_ns) / NS_PER_S)
        targets = [self._targets[device] for device, _ in due]
        self._rounds.add(task := asyncio.create_task(self._round(targets)))
        task.add_done_callback(self._round_done)

    def _stood_still(self, now_ns: int, lasted_ns: int) -> None:
        """Who slept cannot tell whether an answer was late or it was itself, and its network may still be waking: the
        rounds under way and the next one of each device judge nobody as failed. The machine's sleep counts as well,
        which the monotonic clock does not see.
        """
        log.warning("the probing loop stood still for %.1f s", lasted_ns / NS_PER_S)
        self._distrusted, self._redated_by = dict.fromkeys(self._targets, now_ns), timedelta(0)
        lasted, now_utc = timedelta(seconds=lasted_ns / NS_PER_S), self._clock.utc()
        if lasted.total_seconds() > 2 * self._probing.interval_s:
            why = reason(ReasonCode.STOOD_STILL, seconds=round(lasted.total_seconds()))
            self._decided([MonitoringGap(now_utc - lasted, now_utc, why), *self._board.slept(now_utc)])

    def redated(self, by: timedelta) -> None:
        """Another time is believed now: rounds under way bear dates of the one before, and judge nobody as failed."""
        self._distrusted = dict.fromkeys(self._targets, self._clock.mono_ns())
        self._redated_by = by

    def _round_done(self, task: asyncio.Task[None]) -> None:
        self._rounds.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a round broke off", exc_info=error)

    async def _round(self, targets: Sequence[Target]) -> None:
        missing = {target.device for target in targets}
        try:
            async for samples in self._probe.run(targets):
                for sample in samples:
                    missing.discard(sample.device)
                    self._take(sample)
        finally:
            for device in missing & self._targets.keys():  # whatever broke the round, nobody falls off the wheel
                self._again(device, self._probing.recheck_s)

    def _take(self, sample: Sample) -> None:
        if sample.device not in self._targets:
            return  # taken out of the configuration while its round was under way
        if self._distrusted and (until_ns := self._distrusted.get(sample.device)) is not None:
            if sample.started_mono_ns >= until_ns:
                del self._distrusted[sample.device]
            else:
                sample = sample._replace(started_utc=sample.started_utc + self._redated_by)
            if sample.verdict is Verdict.FAILED:
                sample = sample._replace(verdict=Verdict.UNKNOWN, reason=STOOD_STILL_BEFORE)
        self._live.record(sample)
        decisions = self._board.observe(sample)
        device = self._fleet.devices.get(sample.device)
        if device is not None:
            self._live.observe(sample)
        self._schedule_next(sample, device)
        self._unjudged.discard(sample.device)
        self._live.judged = not self._unjudged
        if decisions:
            self._decided(decisions)

    def _schedule_next(self, sample: Sample, device: Device | None) -> None:
        health = self._board.health(sample.device)
        if sample.verdict is Verdict.UNKNOWN or health.suspect or self._board.vantage.suspects(sample.device):
            self._again(sample.device, self._probing.recheck_s)
        else:
            # A turn may be taken up to a tick before its time: a round that is over by then must not come again in it.
            served_ns = max(self._clock.mono_ns(), sample.started_mono_ns + TICK_NS)
            self._wheel.put(sample.device, self._wheel.next_turn_ns(sample.device, served_ns))
        if device is not None and sample.verdict is Verdict.FAILED and health.failed.rounds == 1:
            now_ns = self._clock.mono_ns()
            for ancestor in self._fleet.ancestors(device.site):  # is it theirs? Ask before anyone is blamed
                self._wheel.put_earlier(self._fleet.sites[ancestor].gateway.id, now_ns)
            for group in self._fleet.uplinks.get(device.site, ()):  # or is it us?
                for reference in self._fleet.groups[group].references:
                    self._wheel.put_earlier(reference.id, now_ns)
            if (link := self._fleet.sites[device.site].link) is not None:
                self.doubted(link.device)  # is it the interface, or only the far end?

    def _again(self, device: str, after_s: float) -> None:
        self._wheel.put(device, self._clock.mono_ns() + round(after_s * NS_PER_S))


def _target(device: Device) -> Target:
    shape = Shape(device.ttl, device.dscp, device.payload_bytes, device.dont_fragment)
    return Target.of(device.id, device.address, PLAIN if shape == PLAIN else shape)
