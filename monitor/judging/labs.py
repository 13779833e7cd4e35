"""A lab is a router and workstations, and what is wrong with it depends on who of them is silent. Pure.

The router silent: the lab is down, and that is an outage. The router answers and no workstation does: their power is
off. Some answer: so many of so many. Outside class hours workstations are off, and that is nothing.
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
        """Whether none of them answers, although there are some."""
        return self.total > 0 and self.answering == 0


def count(workstations: Sequence[Health]) -> Count | None:
    """None while not all of them have been judged, and for a lab without any."""
    if not workstations or any(health.state is State.UNKNOWN for health in workstations):
        return None
    return Count(sum(health.state is not State.DOWN for health in workstations), len(workstations))


@dataclass
class Labs:
    """Which labs are without power, and on which day a workstation of each was last seen."""

    dark: set[str] = field(default_factory=set)
    _seen: dict[str, date] = field(default_factory=dict)

    def answered(self, site: str, at_utc: datetime) -> Iterator[WorkstationSeen]:
        """A workstation has answered; that is worth a line once a day."""
        day = (at_utc + OFFICE_CLOCK).date()
        if self._seen.get(site) != day:
            self._seen[site] = day
            yield WorkstationSeen(site, at_utc)

    def judge(
        self, site: str, found: Count | None, at_utc: datetime, *, router_up: bool, promised: bool
    ) -> Iterator[DeviceEvent]:
        """Whether the power of a lab went off or came back, as far as that matters at this hour."""
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
