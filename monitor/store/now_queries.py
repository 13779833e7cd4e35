"""Query what the first page shows: open outages with their tickets, tickets by due date, and the latest events."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from monitor.domain.reasons import Reason
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Outage, Ticket


@dataclass(frozen=True, slots=True)
class OpenTrouble:
    """An open outage with what became of its ticket. ``affected``: the sites that are behind it now."""

    id: int
    site: str
    service: str
    started_utc: datetime
    silent_since_utc: datetime
    deadline_utc: datetime
    reason: Reason | None
    cause: str
    cause_why: Reason | None
    affected: tuple[str, ...]
    version: int
    excuse: str
    ticket: str | None
    ticket_state: str
    ticket_version: int
    acknowledged_until_utc: datetime | None


@dataclass(frozen=True, slots=True)
class DueTicket:
    """An open ticket, as a list by due date shows it; without its requester."""

    number: str
    service: str
    site: str | None
    source: str
    state: str
    stage: int
    deadline_utc: datetime


def troubles(session: Session) -> list[OpenTrouble]:
    """Return all open outages, the one with the earliest deadline first."""
    query = select(Outage).where(Outage.ended_utc.is_(None)).order_by(Outage.deadline_utc, Outage.id)
    rows = session.scalars(query.options(selectinload(Outage.ticket), selectinload(Outage.affected)))
    return [_trouble(row) for row in rows]


def due_tickets(session: Session, limit: int) -> list[DueTicket]:
    """Return the open tickets with the earliest deadlines."""
    query = select(Ticket).where(Ticket.state.in_(UNSOLVED)).order_by(Ticket.deadline_utc, Ticket.id).limit(limit)
    return [_due(row) for row in session.scalars(query)]


def open_count(session: Session) -> int:
    """Count the open tickets."""
    return session.scalar(select(func.count()).where(Ticket.state.in_(UNSOLVED))) or 0


def since(session: Session, from_utc: datetime) -> list[tuple[str, datetime, datetime | None]]:
    """Return the outages that began after ``from_utc``, newest first: site, start, end (None: it lasts)."""
    query = select(Outage.site, Outage.started_utc, Outage.ended_utc).where(Outage.started_utc > from_utc)
    rows = session.execute(query.order_by(Outage.started_utc.desc()).limit(500))
    return [(site, started_utc, ended_utc) for site, started_utc, ended_utc in rows]


def _trouble(row: Outage) -> OpenTrouble:
    ticket = row.ticket
    return OpenTrouble(
        row.id,
        row.site,
        row.service,
        row.started_utc,
        row.silent_since_utc,
        row.deadline_utc,
        row.reason,
        row.cause,
        row.cause_why,
        tuple(each.site for each in row.affected if each.until_utc is None),
        row.version,
        row.excuse,
        ticket.number if ticket else None,
        ticket.state if ticket else "",
        ticket.version if ticket else 0,
        ticket.acknowledged_until_utc if ticket else None,
    )


def _due(row: Ticket) -> DueTicket:
    return DueTicket(row.number, row.service, row.site, row.source, row.state, row.stage, row.deadline_utc)
