"""What samples have told about each device and each link's interface."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.domain.sample import Sample, Verdict
from monitor.judging.health import NO_ROW, Health, Row, Rules, State, Transition, judge, suspect

UNJUDGED = Health()


@dataclass
class Known:
    """By the id of the device or interface."""

    healths: dict[str, Health] = field(default_factory=dict)
    last: dict[str, Sample] = field(default_factory=dict)
    last_good: dict[str, Sample] = field(default_factory=dict)

    def health(self, device: str) -> Health:
        """Unknown before its first sample."""
        return self.healths.get(device, UNJUDGED)

    def take(self, sample: Sample, rules: Rules, slow_ns: int | None) -> tuple[Health, Transition | None]:
        """Keeps what a sample that is not ``unknown`` makes of its device's health."""
        device = sample.device
        before = self.healths.get(device, UNJUDGED)
        health, transition = judge(before, sample, rules, slow_ns)
        self.last[device] = sample
        if sample.verdict is Verdict.OK:
            self.last_good[device] = sample
        if health is not before:
            self.healths[device] = health
        return health, transition

    def worst(self, devices: tuple[str, ...]) -> Health:
        """Of those that must be up: one that is down before one in doubt before a degraded one before the first."""
        if len(devices) == 1:
            return self.healths.get(devices[0], UNJUDGED)
        found = [self.health(each) for each in devices]
        for bad in (lambda h: h.state is State.DOWN, lambda h: h.suspect, lambda h: h.state is State.DEGRADED):
            for health in found:
                if bad(health):
                    return health
        return found[0]

    def restore_down(self, device: str, since_utc: datetime | None, rules: Rules) -> None:
        """It was down before a restart, and is until it proves otherwise."""
        self.healths[device] = Health(State.DOWN, since_utc, failed=Row(rules.down_after, since_utc))

    def restore_suspect(self, device: str, since_utc: datetime) -> None:
        """It was silent before a restart, which led to nothing yet: it must prove it anew."""
        self.healths[device] = Health(failed=Row(0, since_utc))

    def suspect_down(self, devices: Iterable[str]) -> None:
        """Those that are down must prove it anew."""
        self.suspect(device for device in devices if self.health(device).state is State.DOWN)

    def suspect(self, devices: Iterable[str]) -> None:
        """Those that are down, or on the way to it, must fail as many rounds anew."""
        for device in devices:
            if device in self.healths:
                self.healths[device] = suspect(self.healths[device])

    def failing_since(self, devices: Iterable[str]) -> datetime | None:
        """The first failed round of the oldest row of failed ones among them, whether it is certain or not."""
        return min(
            (since for each in devices if (since := self.health(each).failed.since_utc) is not None), default=None
        )

    def reset(self, devices: Iterable[str], *, also_down: bool) -> None:
        """Takes back what was not yet certain; ``also_down``: and what was certain and led to nothing yet."""
        for device in devices:
            health = self.healths.get(device)
            if health is None:
                continue
            if also_down:
                self.healths[device] = UNJUDGED
            elif health.state is not State.DOWN and health.failed is not NO_ROW:
                self.healths[device] = replace(health, failed=NO_ROW, poor=NO_ROW)

    def forget(self, device: str) -> None:
        """All of it."""
        for known in (self.healths, self.last, self.last_good):
            known.pop(device, None)
