"""Detect the loss of an uplink by reference addresses beyond it. Pure.

A group of sites lies behind one uplink and has references there. While all of them fail, the group is *blind*: its
samples are unknown, nothing opens or closes, and the time counts as unmonitored. Judging resumes when a reference has
answered three rounds in a row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.sample import Sample, Verdict
from monitor.judging.decisions import Decision, UplinkBack, UplinkLost

GOOD_ROUNDS = 3


@dataclass(slots=True)
class _Reference:
    """Consecutive rounds of a reference, and the start of the first failed one."""

    silent_since_utc: datetime | None = None
    answered: int = 0


@dataclass
class UplinkHealth:
    """The state of all uplinks. ``references``: group → ids of its references; ``blind``: group → since when."""

    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blind: dict[str, datetime] = field(default_factory=dict)
    _known: dict[str, _Reference] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._group_of = {each: group for group, ids in self.references.items() for each in ids}

    def watches(self, device: str) -> bool:
        """Return whether this is a reference and no device of the fleet."""
        return device in self._group_of

    def suspects(self, device: str) -> bool:
        """Return whether a reference should be probed again soon."""
        known = self._known.get(device)
        return known is not None and (known.silent_since_utc is not None or self._group_of[device] in self.blind)

    def seen(self) -> frozenset[str]:
        """Return the groups beyond whose uplinks something answers; for any thread."""
        answering = {self._group_of[each] for each, known in list(self._known.items()) if known.answered}
        return frozenset(answering.difference(dict(self.blind)))

    def observe(self, sample: Sample) -> list[Decision]:
        """Take in a reference's sample; return a decision when its uplink is lost or back."""
        group = self._group_of[sample.device]
        known = self._known.setdefault(sample.device, _Reference())
        if sample.verdict is Verdict.OK:
            known.silent_since_utc, known.answered = None, known.answered + 1
        elif sample.verdict is Verdict.FAILED:
            known.silent_since_utc, known.answered = known.silent_since_utc or sample.started_utc, 0
        else:
            return []
        return list(self._judge(group, sample.started_utc))

    def drop_gone(self, now_utc: datetime) -> list[Decision]:
        """End the blindness of groups that were removed from the configuration."""
        return [UplinkBack(group, self.blind.pop(group), now_utc) for group in set(self.blind) - set(self.references)]

    def _judge(self, group: str, at_utc: datetime) -> Iterable[Decision]:
        known = [self._known.get(each, _Reference()) for each in self.references[group]]
        if group not in self.blind:
            silent = [each.silent_since_utc for each in known if each.silent_since_utc is not None]
            if len(silent) == len(known):
                self.blind[group] = max(silent)  # until then one of them still answered
                yield UplinkLost(group, self.blind[group])
        elif any(each.answered >= GOOD_ROUNDS for each in known):
            yield UplinkBack(group, self.blind.pop(group), at_utc)
