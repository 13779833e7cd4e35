"""A calendar or charter that changes while a deadline runs: that is counted anew, and its history says so.

Only what still lies ahead is counted anew. A promise that was missed by the calendar of its day stays missed.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select

from monitor.alerts.notices.gather import deadline_of, deadline_of_outage
from monitor.charter.deadline import Deadline
from monitor.charter.office import Office
from monitor.domain.ticket_states import UNSOLVED
from monitor.i18n import formats
from monitor.store import ticket_history
from monitor.store.models import Outage, Ticket
from monitor.store.work import Work

Counted = TypeVar("Counted", Ticket, Outage)


def open_deadlines(work: Work) -> int:
    """Counts every running deadline by the office's present charter and calendar; how many of them moved."""
    moved = 0
    unmissed = select(Ticket).where(
        Ticket.state.in_(UNSOLVED), Ticket.breached_utc.is_(None), Ticket.deadline_utc > work.now_utc
    )
    for ticket in work.session.scalars(unmissed.order_by(Ticket.id)):
        if words := _move(work.office, ticket, deadline_of):
            ticket_history.record(work, ticket, "recounted", words)
            moved += 1
    without_ticket = select(Outage).where(
        Outage.ended_utc.is_(None), Outage.ticket_id.is_(None), Outage.deadline_utc > work.now_utc
    )
    for outage in work.session.scalars(without_ticket.order_by(Outage.id)):
        if words := _move(work.office, outage, deadline_of_outage):
            outage.recounted += (
                f"{formats.moment_text(work.now_utc, 'en')}: {words}\n"  # for the ticket's history, if it comes
            )
            moved += 1
    return moved


def _move(office: Office, row: Counted, count: Callable[[Office, Counted], Deadline]) -> str:
    """Moves the row's deadline to where it belongs; the history's words for it, '' when it stood there already."""
    if row.service not in office.charter.services:  # what was promised then stays promised
        return ""
    before_utc, row.deadline_utc = row.deadline_utc, count(office, row).due_utc
    if row.deadline_utc == before_utc:
        return ""
    before, after = formats.moment_text(before_utc, "en"), formats.moment_text(row.deadline_utc, "en")
    return f"the charter or the office calendar has changed: due {after}, no longer {before}"
