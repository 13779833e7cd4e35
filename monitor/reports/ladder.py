"""Tell the stages of a ticket as a ladder: who had it, who has it, and who would get it, with their dates. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.alerts.notices.gather import stages_of
from monitor.charter.calendar import CalendarError
from monitor.charter.office import Office
from monitor.charter.stages import StageDates
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Ticket


class Reached(StrEnum):
    """Where a rung lies: kept and missed are over, now is where the ticket stands, ahead only comes if need be."""

    KEPT = "kept"
    MISSED = "missed"
    NOW = "now"
    AHEAD = "ahead"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rung:
    """A stage; ``level`` 0 is the officer who answers for the service. ``holder``: the officer's role in the charter.

    ``estimated``: its dates lie in a year without a notified list of holidays, or only come if nothing happens.
    """

    level: int
    holder: str
    reached: Reached
    begins_utc: datetime
    ends_utc: datetime
    estimated: bool


def ladder(office: Office, ticket: Ticket) -> tuple[Rung, ...]:
    """Return the rungs of a ticket from the lowest; before its target is missed, with the dates that would follow."""
    settled = ticket.state not in UNSOLVED
    missed = ticket.breached_utc is not None
    stages = stages_of(office, ticket) or _foreseen(office, ticket)
    below = Reached.MISSED if missed else Reached.KEPT if settled else Reached.NOW
    officer = office.charter.service(ticket.service).officer
    rungs = [Rung(0, officer, below, ticket.event_utc, ticket.deadline_utc, estimated=False)]
    for stage in stages:
        reached = _reached(stage.level, ticket.stage, settled=settled)
        estimated = stage.deadline.estimated or reached is Reached.AHEAD
        rungs.append(Rung(stage.level, stage.holder, reached, stage.starts_utc, stage.lapses_utc, estimated))
    return tuple(rungs)


def _reached(level: int, present: int, *, settled: bool) -> Reached:
    if level < present:
        return Reached.MISSED
    if level == present:
        return Reached.KEPT if settled else Reached.NOW
    return Reached.NEVER if settled else Reached.AHEAD


def _foreseen(office: Office, ticket: Ticket) -> Sequence[StageDates]:
    try:
        return office.stages_from(ticket.deadline_utc)
    except CalendarError:  # the calendar ends before the chain would
        return ()
