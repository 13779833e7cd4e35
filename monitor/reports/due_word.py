"""Say in a few words how long a ticket has: days left or late, in time or not, or that its time is stopped. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.alerts.notices.gather import restart_of, waits_of
from monitor.charter.calendar import CalendarError
from monitor.charter.office import Office
from monitor.charter.time_left import working_days_left
from monitor.domain.message import Message, message, messages
from monitor.domain.ticket_states import UNSOLVED, S


class Dated(Protocol):
    """A ticket's dates; a row of the table and a row of a list have them alike."""

    @property
    def service(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def stage(self) -> int: ...
    @property
    def deadline_utc(self) -> datetime: ...
    @property
    def breached_utc(self) -> datetime | None: ...
    @property
    def resolved_utc(self) -> datetime | None: ...
    @property
    def anew_level(self) -> int: ...
    @property
    def anew_utc(self) -> datetime | None: ...
    @property
    def waits(self) -> Sequence[Sequence[str]]: ...


@dataclass(frozen=True, slots=True)
class DueWord:
    """How long a ticket has. ``at_utc``: the moment it is about; ``look``: '', 'warn' (soon) or 'down' (late)."""

    words: Message
    at_utc: datetime
    look: str = ""


def due_word(office: Office, ticket: Dated, now_utc: datetime) -> DueWord:
    """Return how long a ticket has, at ``now_utc``."""
    due_utc = ticket.deadline_utc
    if ticket.state not in UNSOLVED:
        return _settled(ticket)
    if ticket.state == S.WAITING and office.charter.service(ticket.service).waiting_pauses:
        return DueWord(message("its time is stopped"), due_utc)
    ends_utc = stage_ends(office, ticket)
    if ends_utc is not None and ticket.stage:
        left = _left(office, ends_utc, now_utc)
        return DueWord(message("stage {stage}: {left}", stage=ticket.stage, left=left.words), ends_utc, "down")
    return _left(office, due_utc, now_utc)


def stage_ends(office: Office, ticket: Dated) -> datetime | None:
    """Return when the present stage of the grievance chain ends; None before the first one begins."""
    if ticket.breached_utc is None:
        return None
    try:
        restart = restart_of(ticket.anew_level, ticket.anew_utc)
        stages = office.stages_from(ticket.breached_utc, restart, waits_of(ticket.waits))
    except CalendarError:
        return None
    return stages[min(max(ticket.stage, 1), len(stages)) - 1].lapses_utc if stages else None


def _settled(ticket: Dated) -> DueWord:
    if ticket.resolved_utc is None:
        return DueWord(message("withdrawn"), ticket.deadline_utc)
    if ticket.resolved_utc <= ticket.deadline_utc:
        return DueWord(message("in time"), ticket.resolved_utc)
    return DueWord(message("{length} late", length=ticket.resolved_utc - ticket.deadline_utc), ticket.resolved_utc)


def _left(office: Office, due_utc: datetime, now_utc: datetime) -> DueWord:
    days = working_days_left(due_utc, now_utc, office.calendar)
    if due_utc <= now_utc:
        if days == 0:
            return DueWord(message("late"), due_utc, "down")
        return DueWord(messages("{count} working day late", "{count} working days late", -days), due_utc, "down")
    if days == 0:
        return DueWord(message("today is the last day"), due_utc, "warn")
    return DueWord(messages("{count} working day left", "{count} working days left", days), due_utc)
