"""Probe by ICMP in a loop: due devices → one round → samples → board → decisions."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.sample import Sample, Verdict
from monitor.judging.decisions import MonitoringGap
from monitor.judging.distrust import Distrust
from monitor.logs.emit import emit
from monitor.probes.base import PLAIN, Probe, Shape, Target
from monitor.probes.icmp.engine import IcmpOptions
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.runtime.part import Part
from monitor.runtime.schedule import TICK_NS, Due, Schedule
from monitor.runtime.sink import Sink
from monitor.settings.fleet import Device, Fleet
from monitor.settings.fleet_changes import changes_between
from monitor.settings.load import Settings
from monitor.settings.monitor_file import Probing

log = logging.getLogger(__name__)

STALL_NS = 3 * NS_PER_S
FIRST_ROUND_SPAN = 1.25  # of the time that its echoes take at the rate: devices are not spread quite evenly


class EchoProbe(Probe, Protocol):
    """A probe with sockets of its own; changed ``options`` apply from the next round on."""

    options: IcmpOptions

    def open(self) -> None:
        """Open the sockets; raises NoSocket."""

    def close(self) -> None:
        """Close the sockets."""


class IcmpProber(Part):
    """The part that probes each device when due, passes results to ``sink``, and keeps them in ``live``.

    ``look_at``: called with the device that carries a link whose far end begins to fail: to be read soon.
    """

    name = "probing"

    def __init__(
        self,
        clock: Clock,
        probe: EchoProbe,
        live: RuntimeState,
        in_force: OfficeInForce,
        distrust: Distrust,
        sink: Sink,
        look_at: Callable[[str], None],
    ) -> None:
        self._clock, self._probe, self._live, self._in_force = clock, probe, live, in_force
        self._distrust, self._sink, self._look_at = distrust, sink, look_at
        self._rounds: set[asyncio.Task[None]] = set()
        self._taking = asyncio.Lock()  # a pass of the loop takes one group's samples: after a stall there are thousands
        self._unjudged: set[str] = set()
        self._fleet = Fleet({})
        self._last_turn_mono_ns = clock.mono_ns()
        self._last_turn_boot_ns: int | None = None
        self._schedule = Schedule(in_force.settings.monitor.probing.interval_s)
        self._begin(in_force.probed)

    @property
    def last_turn_mono_ns(self) -> int:
        return self._last_turn_mono_ns

    async def open(self) -> None:
        """Open the sockets; raises NoSocket, with the remedy in its message."""
        self._probe.open()

    async def close(self) -> None:
        """Close the sockets."""
        self._probe.close()

    def reconfigure(self, settings: Settings) -> None:
        """Apply other devices and another shape of rounds; a device that has not changed keeps its turn."""
        self._probe.options = icmp_options(settings.monitor.probing)
        if settings.monitor.probing == self._probing:
            self.watch(settings.fleet)
        else:
            self._begin(settings)

    def _begin(self, settings: Settings) -> None:
        """Schedule a fleet; its first round comes soon."""
        self._probing = settings.monitor.probing
        self._schedule.restart(self._probing.interval_s)
        self._aim_at(settings.fleet, settings.fleet.devices)
        self._put_soon([*settings.fleet.devices, *settings.fleet.references])

    def watch(self, fleet: Fleet) -> None:
        """Probe another fleet, or part of it; the first round of devices that come or have changed is soon."""
        before, changed = self._fleet, changes_between(self._fleet, fleet).devices
        self._aim_at(fleet, self._unjudged | changed)
        soon = []
        for id_ in {*changed, *before.references, *fleet.references}:
            was, device = _device_of(before, id_), _device_of(fleet, id_)
            if device is None:
                self._schedule.remove(id_)
            elif _is_another(was, device):
                soon.append(id_)
        self._put_soon(soon)
        self._note_judged()

    def _aim_at(self, fleet: Fleet, maybe_unjudged: Iterable[str]) -> None:
        self._fleet, last = fleet, self._live.board.last
        self._unjudged = {device for device in maybe_unjudged if device in fleet.devices and last(device) is None}

    def _device(self, id_: str) -> Device | None:
        """Return who is probed under that id; None for who is not in the configuration any more."""
        return _device_of(self._fleet, id_)

    def _put_soon(self, devices: Collection[str]) -> None:
        """Schedule devices for a round soon, spread so that the rate is kept."""
        now_ns = self._clock.mono_ns()
        echoes = len(devices) * self._probing.echoes
        span_s = min(self._probing.interval_s, max(1.0, FIRST_ROUND_SPAN * echoes / self._probing.rate_per_s))
        for device in devices:
            turn_ns = self._schedule.next_turn_ns(device, now_ns)
            self._schedule.put(device, now_ns + round((turn_ns - now_ns) * span_s / self._probing.interval_s))

    def soon(self, device: str) -> None:
        """Probe that device as soon as there is room."""
        self._schedule.put_earlier(device, self._clock.mono_ns())

    async def run(self) -> None:
        """Probe until cancelled."""
        await self._schedule.serve(self._clock, self.turn)

    def turn(self, due: Due) -> None:
        """Begin one round for all that are due, after the board's decisions by time alone."""
        now_ns, boot_ns = self._clock.mono_ns(), self._clock.boot_ns()
        if self._last_turn_boot_ns is not None and boot_ns - self._last_turn_boot_ns > STALL_NS:
            self._stalled(boot_ns - self._last_turn_boot_ns)
        self._last_turn_boot_ns = boot_ns
        self._last_turn_mono_ns = now_ns
        if decisions := self._live.board.tick(self._clock.utc()):
            self._sink.decided(decisions)
        if not due:
            return
        for _, due_ns in due:
            self._live.round_lateness.observe((now_ns - due_ns) / NS_PER_S)
        devices = [device for id_, _ in due if (device := self._device(id_)) is not None]
        self._rounds.add(task := asyncio.create_task(self._round(list(map(_target, devices)))))
        task.add_done_callback(self._round_done)

    def _stalled(self, lasted_ns: int) -> None:
        """Handle a stall of the process or a suspend of the machine, by the boot clock.

        Failed rounds become unknown.
        """
        lasted_s = round(lasted_ns / NS_PER_S, 1)
        emit(log, LogEvent.LOOP_STALLED, "the probing loop was stalled for %.1f s", lasted_s, seconds=lasted_s)
        self._in_force.distrust()
        lasted, now_utc = timedelta(seconds=lasted_ns / NS_PER_S), self._clock.utc()
        if lasted.total_seconds() > 2 * self._probing.interval_s:
            why = reason(ReasonCode.STALLED, seconds=round(lasted.total_seconds()))
            self._sink.decided(
                [MonitoringGap(now_utc - lasted, now_utc, why), *self._live.board.resume_after_stall(now_utc)]
            )

    def _round_done(self, task: asyncio.Task[None]) -> None:
        self._rounds.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            emit(log, LogEvent.ROUND_FAILED, "a round of echo requests failed", error=error)

    async def _round(self, targets: Sequence[Target]) -> None:
        missing = {target.device for target in targets}
        try:
            async for samples in self._probe.run(targets):
                async with self._taking:
                    for sample in samples:
                        missing.discard(sample.device)
                        self._take(sample)
                    await asyncio.sleep(0)
        finally:
            for id_ in missing:  # whatever broke the round, all devices stay on the wheel
                if self._device(id_) is not None:
                    self._again(id_, self._probing.recheck_s)

    def _take(self, sample: Sample) -> None:
        if self._device(sample.device) is None:
            return  # taken out of the configuration while its round was under way
        sample = self._distrust.of(sample)
        self._sink.sampled(sample)
        decisions = self._live.board.observe(sample)
        device = self._fleet.devices.get(sample.device)
        if device is not None:
            self._live.observe(sample)
        self._schedule_next(sample, device)
        self._unjudged.discard(sample.device)
        self._note_judged()
        if decisions:
            self._sink.decided(decisions)

    def _note_judged(self) -> None:
        if self._unjudged:
            self._live.judged.clear()
        elif not self._live.judged.is_set():
            self._unjudged = set()  # an emptied one keeps the room of all
            self._live.judged.set()

    def _schedule_next(self, sample: Sample, device: Device | None) -> None:
        health = self._live.board.health(sample.device)
        if sample.verdict is Verdict.UNKNOWN or health.suspect or self._live.board.uplinks.suspects(sample.device):
            self._again(sample.device, self._probing.recheck_s)
        else:
            # A turn may be taken up to a tick before its time: a round that is over by then must not come again in it.
            served_ns = max(self._clock.mono_ns(), sample.started_mono_ns + TICK_NS)
            self._schedule.put(sample.device, self._schedule.next_turn_ns(sample.device, served_ns))
        if device is not None and sample.verdict is Verdict.FAILED and health.failed.rounds == 1:
            now_ns = self._clock.mono_ns()
            for ancestor in self._fleet.ancestors(device.site):  # is it theirs? Ask before anyone is blamed
                self._schedule.put_earlier(self._fleet.sites[ancestor].gateway.id, now_ns)
            for group in self._fleet.uplinks.get(device.site, ()):  # or is it us?
                for reference in self._fleet.groups[group].references:
                    self._schedule.put_earlier(reference.id, now_ns)
            if (link := self._fleet.sites[device.site].link) is not None:
                self._look_at(link.device)  # is it the interface, or only the far end?

    def _again(self, device: str, after_s: float) -> None:
        self._schedule.put(device, self._clock.mono_ns() + round(after_s * NS_PER_S))


def _device_of(fleet: Fleet, id_: str) -> Device | None:
    return fleet.devices.get(id_) or fleet.references.get(id_)


def _is_another(before: Device | None, device: Device) -> bool:
    """Return whether it is probed in another way than before, or was not probed at all."""
    if before is device or before == device:
        return False
    return before is None or _target(before) != _target(device)


def _target(device: Device) -> Target:
    shape = Shape(device.ttl, device.dscp, device.payload_bytes, device.dont_fragment)
    return Target.of(device.id, device.address, PLAIN if shape == PLAIN else shape)


def icmp_options(probing: Probing) -> IcmpOptions:
    """Return the shape of a round from [probing]."""
    return IcmpOptions(
        echoes=probing.echoes,
        spacing_s=probing.spacing_s,
        timeout_s=probing.timeout_s,
        rate_per_s=probing.rate_per_s,
        socket=probing.socket,
    )
