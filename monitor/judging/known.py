"""Keep what samples have shown of each device and each link's interface."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.domain.sample import Sample, Verdict
from monitor.judging.health import NO_ROW, UNJUDGED, Health, Row, Rules, State, Transition, judge, suspect
from monitor.judging.touched import Touched


@dataclass
class Known:
    """Health and last sample by the id of the device or interface.

    ``answered``: the last sample that was ok of those whose last one was not. ``touched``: whose health may have
    changed the state of its site.
    """

    healths: dict[str, Health] = field(default_factory=dict)
    last: dict[str, Sample] = field(default_factory=dict)
    answered: dict[str, Sample] = field(default_factory=dict)
    touched: Touched = field(default_factory=Touched)

    def health(self, device: str) -> Health:
        """Return the health; UNKNOWN before the first sample."""
        return self.healths.get(device, UNJUDGED)

    def take(self, sample: Sample, rules: Rules, slow_ns: int | None) -> tuple[Health, Transition | None]:
        """Update a device's health by a sample that is not ``unknown``."""
        device = sample.device
        before = self.healths.get(device, UNJUDGED)
        health, transition = judge(before, sample, rules, slow_ns)
        if sample.verdict is not Verdict.OK:
            self._keep_answer(device)
        elif self.answered:
            self.answered.pop(device, None)
        self.last[device] = sample
        if health is not before:
            self._set(device, health)
        return health, transition

    def last_good(self, device: str) -> Sample | None:
        """Return the last sample that was ok; None without any."""
        last = self.last.get(device)
        return last if last is not None and last.verdict is Verdict.OK else self.answered.get(device)

    def _keep_answer(self, device: str) -> None:
        """Keep what was answered last beside the sample that comes."""
        last = self.last.get(device)
        if last is not None and last.verdict is Verdict.OK:
            self.answered[device] = last

    def worst(self, devices: tuple[str, ...]) -> Health:
        """Return the worst health of a site's vital devices.

        Down before suspect before degraded before the first one's.
        """
        if len(devices) == 1:
            return self.healths.get(devices[0], UNJUDGED)
        found = [self.health(each) for each in devices]
        for bad in (lambda h: h.state is State.DOWN, lambda h: h.suspect, lambda h: h.state is State.DEGRADED):
            for health in found:
                if bad(health):
                    return health
        return found[0]

    def restore_down(self, device: str, since_utc: datetime | None, rules: Rules) -> None:
        """Restore a device that was down before a restart, until its samples say otherwise."""
        self._set(device, Health(State.DOWN, since_utc, failed=Row(rules.down_after, since_utc)))

    def restore_suspect(self, device: str, since_utc: datetime) -> None:
        """Restore a device that failed before a restart without being attributed.

        It must fail ``down_after`` rounds again.
        """
        self._set(device, Health(failed=Row(0, since_utc)))

    def suspect_down(self, devices: Iterable[str]) -> None:
        """Make the devices that are down fail ``down_after`` rounds again."""
        self.suspect(device for device in devices if self.health(device).state is State.DOWN)

    def suspect(self, devices: Iterable[str]) -> None:
        """Make devices that are down, or failing, fail ``down_after`` rounds again; since when is kept."""
        for device in devices:
            if device in self.healths:
                self._set(device, suspect(self.healths[device]))

    def failing_since(self, devices: Iterable[str]) -> datetime | None:
        """Return the start of the oldest row of failed rounds among them, confirmed or not."""
        return min(
            (since for each in devices if (since := self.health(each).failed.since_utc) is not None), default=None
        )

    def reset(self, devices: Iterable[str], *, also_down: bool) -> None:
        """Clear unconfirmed failures; with ``also_down`` also confirmed ones that were not attributed yet."""
        for device in devices:
            health = self.healths.get(device)
            if health is None:
                continue
            if also_down:
                self._set(device, UNJUDGED)
            elif health.state is not State.DOWN and health.failed is not NO_ROW:
                self._set(device, replace(health, failed=NO_ROW, poor=NO_ROW))

    def forget(self, device: str) -> None:
        """Drop all that is known of the device."""
        self.forget_health(device)
        for samples in (self.last, self.answered):
            samples.pop(device, None)

    def forget_health(self, device: str) -> None:
        """Drop the health of the device, which is UNKNOWN then; its samples stay."""
        if self.healths.pop(device, None) is not None:
            self.touched.add(device)

    def _set(self, device: str, health: Health) -> None:
        before = self.healths.get(device, UNJUDGED)
        self.healths[device] = health
        if health.state is not before.state or health.suspect is not before.suspect:  # all that `worst` goes by
            self.touched.add(device)
