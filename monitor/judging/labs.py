"""Judge a lab by its router and workstations: lab down, power off, or so many of so many on. Pure.

Router down: the lab is down, which is an outage. Router up and no workstation answers: the power is off. Some answer: a
count. Outside class hours workstations are switched off, which is no event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from monitor.domain.event_kinds import EventKind
from monitor.domain.reasons import ReasonCode, reason
from monitor.judging.decisions import DeviceEvent, WorkstationSeen
from monitor.judging.health import Health, State

OFFICE_CLOCK = timedelta(hours=6)  # a day of the lab is a day in Dhaka


class Count(NamedTuple):
    """Workstations: how many answer, how many there are."""

    answering: int
    total: int

    @property
    def power_off(self) -> bool:
        """Return whether none of them answers, although there are some."""
        return self.total > 0 and self.answering == 0


def count(workstations: Sequence[Health]) -> Count | None:
    """Count the answering workstations; None while not all are judged, and for a lab without any."""
    if not workstations or any(health.state is State.UNKNOWN for health in workstations):
        return None
    return Count(sum(health.state is not State.DOWN for health in workstations), len(workstations))


@dataclass
class Labs:
    """The labs without power, and the day on which a workstation of each was last seen."""

    dark: set[str] = field(default_factory=set)
    _seen: dict[str, date] = field(default_factory=dict)

    def drop(self, site: str) -> None:
        """Forget a lab."""
        self.dark.discard(site)
        self._seen.pop(site, None)

    def answered(self, site: str, at_utc: datetime) -> Iterator[WorkstationSeen]:
        """Note that a workstation answered; yield at most one decision a day."""
        day = (at_utc + OFFICE_CLOCK).date()
        if self._seen.get(site) != day:
            self._seen[site] = day
            yield WorkstationSeen(site, at_utc)

    def judge(
        self, site: str, found: Count | None, at_utc: datetime, *, router_up: bool, promised: bool
    ) -> Iterator[DeviceEvent]:
        """Yield a change of the lab's power within service hours (``promised``)."""
        if found is None:
            return
        if site in self.dark and not found.power_off:
            self.dark.discard(site)
            why = reason(ReasonCode.WORKSTATIONS_ANSWER, answering=found.answering, total=found.total)
            yield DeviceEvent(site, "", EventKind.LAB_POWER_ON, why, at_utc)
        elif site not in self.dark and found.power_off and router_up and promised:
            self.dark.add(site)
            why = reason(ReasonCode.NO_WORKSTATION, total=found.total)
            yield DeviceEvent(site, "", EventKind.LAB_POWER_OFF, why, at_utc)
