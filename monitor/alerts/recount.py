"""A calendar or charter that changes while a deadline runs: that is counted anew, and its history says so.

Only what still lies ahead is counted anew. A promise that was missed by the calendar of its day stays missed.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts import audit
from monitor.alerts.office import Office
from monitor.alerts.states import MONITOR, UNSOLVED
from monitor.charter import text
from monitor.charter.deadline import target_deadline
from monitor.store.models import Outage, Ticket


def open_deadlines(session: Session, office: Office, now_utc: datetime) -> int:
    """Counts every running deadline by the office's present charter and calendar; how many of them moved."""
    return _of_tickets(session, office, now_utc) + _of_outages(session, office, now_utc)


def _of_tickets(session: Session, office: Office, now_utc: datetime) -> int:
    moved = 0
    running = select(Ticket).where(
        Ticket.state.in_(UNSOLVED), Ticket.breached_utc.is_(None), Ticket.deadline_utc > now_utc
    )
    for ticket in session.scalars(running.order_by(Ticket.id)):
        due_utc = _due(office, ticket.service, ticket.event_utc, ticket.event_utc)
        if due_utc is None or due_utc == ticket.deadline_utc:
            continue
        audit.record(session, ticket, MONITOR, "recounted", _words(ticket.deadline_utc, due_utc), now_utc)
        ticket.deadline_utc = due_utc
        moved += 1
    return moved


def _of_outages(session: Session, office: Office, now_utc: datetime) -> int:
    """Those that have no ticket yet: what is noted with them goes into its history when it is opened."""
    moved = 0
    running = select(Outage).where(
        Outage.ended_utc.is_(None), Outage.ticket_id.is_(None), Outage.deadline_utc > now_utc
    )
    for outage in session.scalars(running.order_by(Outage.id)):
        due_utc = _due(office, outage.service, outage.started_utc, outage.confirmed_utc)
        if due_utc is None or due_utc == outage.deadline_utc:
            continue
        at = text.moment_text(now_utc, "en")
        outage.recounted += f"{at}: {_words(outage.deadline_utc, due_utc)}\n"
        outage.deadline_utc = due_utc
        moved += 1
    return moved


def _due(office: Office, service: str, started_utc: datetime, confirmed_utc: datetime) -> datetime | None:
    """None for a service that the charter has no more: what was promised then stays promised."""
    promised = office.charter.services.get(service)
    if promised is None:
        return None
    return target_deadline(
        promised.target, started_utc=started_utc, confirmed_utc=confirmed_utc, calendar=office.calendar
    ).due_utc


def _words(before_utc: datetime, after_utc: datetime) -> str:
    before, after = text.moment_text(before_utc, "en"), text.moment_text(after_utc, "en")
    return f"the charter or the office calendar has changed: due {after}, no longer {before}"
