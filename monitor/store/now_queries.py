"""Query what the first page shows: open outages with their tickets, tickets by due date, and the latest events."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from monitor.domain.reasons import Reason
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Outage, Ticket

MOST_CHANGED = 5_000  # outages, and tickets, that are looked through for what changed lately


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


class Changed(NamedTuple):
    """An outage that began or ended lately. ``ended_utc``: None while it lasts."""

    site: str
    started_utc: datetime
    ended_utc: datetime | None


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


def since(session: Session, from_utc: datetime) -> list[Changed]:
    """Return the outages that began after ``from_utc``, newest first; at most MOST_CHANGED."""
    query = select(Outage.site, Outage.started_utc, Outage.ended_utc).where(Outage.started_utc > from_utc)
    return [Changed(*row) for row in session.execute(query.order_by(Outage.started_utc.desc()).limit(MOST_CHANGED))]


def changed_since(session: Session, from_utc: datetime) -> list[Changed]:
    """Return the outages that began or ended after ``from_utc``, the earliest first; at most MOST_CHANGED."""
    query = select(Outage.site, Outage.started_utc, Outage.ended_utc)
    query = query.where((Outage.started_utc > from_utc) | (Outage.ended_utc > from_utc))
    return [Changed(*row) for row in session.execute(query.order_by(Outage.started_utc, Outage.id).limit(MOST_CHANGED))]


def tickets_since(session: Session, from_utc: datetime) -> tuple[int, int]:
    """Count the tickets that were opened, and those that were resolved, after ``from_utc``: of the latest alone."""
    query = select(Ticket.opened_utc, Ticket.resolved_utc).order_by(Ticket.id.desc()).limit(MOST_CHANGED)
    rows = session.execute(query).all()
    opened = sum(opened_utc > from_utc for opened_utc, _ in rows)
    return opened, sum(resolved_utc is not None and resolved_utc > from_utc for _, resolved_utc in rows)


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
