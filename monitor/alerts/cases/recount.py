"""A calendar or charter that changes while a deadline runs: that is counted anew, and its history says so.

Only what still lies ahead is counted anew. A promise that was missed by the calendar of its day stays missed.
"""

from collections.abc import Callable
from typing import TypeVar

from monitor.alerts.notices.gather import deadline_of, deadline_of_outage
from monitor.charter.deadline import Deadline
from monitor.charter.office import Office
from monitor.i18n import formats
from monitor.store import outage_rows, ticket_history, ticket_rows
from monitor.store.models import Outage, Ticket
from monitor.store.work import Work

Counted = TypeVar("Counted", Ticket, Outage)


def open_deadlines(work: Work) -> int:
    """Counts every running deadline by the office's present charter and calendar; how many of them moved."""
    moved = 0
    for ticket in ticket_rows.running(work.session, work.now_utc):
        if words := _move(work.office, ticket, deadline_of):
            ticket_history.record(work, ticket, "recounted", words)
            moved += 1
    for outage in outage_rows.running_without_ticket(work.session, work.now_utc):
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
