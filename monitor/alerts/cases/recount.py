"""Recompute running deadlines when the calendar or charter changes, with a line in the history.

Only deadlines still ahead are recomputed. A target missed by the calendar of its day stays missed.
"""

from collections.abc import Callable
from typing import TypeVar

from monitor.alerts.notices.gather import deadline_of, deadline_of_outage
from monitor.charter.deadline import Deadline
from monitor.charter.office import Office
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.store import outage_rows, ticket_history, ticket_rows
from monitor.store.models import DeadlineRecount, Outage, Ticket
from monitor.store.work import Work

Counted = TypeVar("Counted", Ticket, Outage)


def open_deadlines(work: Work) -> int:
    """Recompute every running deadline by the office's present charter and calendar; return how many moved."""
    moved = 0
    for ticket in ticket_rows.running(work.session, work.now_utc):
        if (change := _move(work.office, ticket, deadline_of)) is not None:
            ticket_history.record(work, ticket, "recounted", reason=change)
            moved += 1
    for outage in outage_rows.running_without_ticket(work.session, work.now_utc):
        if (change := _move(work.office, outage, deadline_of_outage)) is not None:
            outage.recounts.append(DeadlineRecount(at_utc=work.now_utc, reason=change))  # for its ticket, if it comes
            moved += 1
    return moved


def _move(office: Office, row: Counted, count: Callable[[Office, Counted], Deadline]) -> Reason | None:
    """Move the row's deadline; return the change as a reason, None when there is none."""
    if row.service not in office.charter.services:  # what was promised then stays promised
        return None
    before_utc, row.deadline_utc = row.deadline_utc, count(office, row).due_utc
    if row.deadline_utc == before_utc:
        return None
    return reason(ReasonCode.DEADLINE_MOVED, before=before_utc, after=row.deadline_utc)
