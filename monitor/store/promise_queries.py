"""Query how the charter's promises were kept: counts by service within a span of time, and the tickets of stages.

A promise is missed at its deadline and kept at the end of its case, so each counts once, in the span in which that
happened. Excused outages, outages that ended otherwise than by recovering, and what was withdrawn are none.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select

from monitor.domain.ticket_states import UNSOLVED, S, TicketSource
from monitor.store.models import Outage, Ticket
from monitor.store.session import Session

MOST_LENGTHS = 20_000  # cases whose length is read; of more, the newest

_COUNTED = (Outage.excuse == "") & (Outage.ended_utc.is_(None) | (Outage.end_reason == "recovered"))
_ASKED = (Ticket.source != TicketSource.OUTAGE) & (Ticket.state != S.WITHDRAWN)


class _Kind(NamedTuple):
    """What promises are made for: outages or requests, with their columns."""

    service: Any
    started: Any
    deadline: Any
    ended: Any
    counts: ColumnElement[bool]


KINDS = (
    (_Kind(Outage.service, Outage.started_utc, Outage.deadline_utc, Outage.ended_utc, _COUNTED), Outage),
    (_Kind(Ticket.service, Ticket.event_utc, Ticket.deadline_utc, Ticket.resolved_utc, _ASKED), Ticket),
)
"""What promises are made for, and the tables of it."""


class StagedTicket(NamedTuple):
    """A ticket whose promised time was missed, with what the dates of its stages are computed from."""

    stage: int
    breached_utc: datetime
    resolved_utc: datetime | None
    anew_level: int
    anew_utc: datetime | None
    waits: list[Any]


def kept(session: Session, since_utc: datetime, until_utc: datetime) -> dict[str, int]:
    """Count the promises kept after ``since_utc``, up to ``until_utc``, by service."""
    return _counts(
        session,
        lambda kind: (kind.ended > since_utc) & (kind.ended <= until_utc) & (kind.ended <= kind.deadline),
    )


def missed(session: Session, since_utc: datetime, until_utc: datetime) -> dict[str, int]:
    """Count the promises missed after ``since_utc``, up to ``until_utc``, by service."""
    return _counts(session, lambda kind: missed_in(kind, since_utc, until_utc))


def missed_in(kind: _Kind, since_utc: datetime, until_utc: datetime) -> ColumnElement[bool]:
    """Return the condition that a promise was missed after ``since_utc``, up to ``until_utc``."""
    was_late = kind.ended.is_(None) | (kind.ended > kind.deadline)
    in_span: ColumnElement[bool] = (kind.deadline > since_utc) & (kind.deadline <= until_utc) & was_late
    return in_span


def _counts(session: Session, which: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, _ in KINDS:
        query = select(kind.service, func.count()).where(kind.counts, which(kind)).group_by(kind.service)
        for service, count in session.execute(query):
            found[service] = found.get(service, 0) + count
    return found


def lengths(session: Session, since_utc: datetime, until_utc: datetime) -> Iterator[tuple[str, float]]:
    """Yield service and length in seconds of the cases that ended in the span, the newest of each kind first."""
    for kind, _ in KINDS:
        query = select(kind.service, kind.started, kind.ended).where(
            kind.counts, kind.ended > since_utc, kind.ended <= until_utc
        )
        for service, started, ended in session.execute(query.order_by(kind.ended.desc()).limit(MOST_LENGTHS)):
            yield service, (ended - started).total_seconds()


def last_missed(session: Session, since_utc: datetime, until_utc: datetime, service: str) -> str | None:
    """Return the number of the ticket whose promise of that service was missed last in the span."""
    (outage, _), (request, _) = KINDS
    queries: tuple[Select[Any, Any], ...] = (
        select(Outage.deadline_utc, Ticket.number).join(Ticket, Outage.ticket_id == Ticket.id).where(outage.counts),
        select(Ticket.deadline_utc, Ticket.number).where(request.counts),
    )
    rows: list[tuple[datetime, str]] = []
    for kind, query in zip((outage, request), queries, strict=True):
        narrowed = query.where(kind.service == service, missed_in(kind, since_utc, until_utc))
        rows += [(at, number) for at, number in session.execute(narrowed.order_by(kind.deadline.desc()).limit(1))]
    return max(rows)[1] if rows else None


def open_now(session: Session) -> dict[str, int]:
    """Count the unsolved tickets of each service."""
    query = select(Ticket.service, func.count()).where(Ticket.state.in_(UNSOLVED)).group_by(Ticket.service)
    return dict(session.execute(query).all())


def staged(session: Session, since_utc: datetime) -> list[StagedTicket]:
    """Return the tickets that reached a stage and are open, or were resolved after ``since_utc``."""
    query = select(
        Ticket.stage, Ticket.breached_utc, Ticket.resolved_utc, Ticket.anew_level, Ticket.anew_utc, Ticket.waits
    ).where(
        Ticket.stage > 0,
        Ticket.breached_utc.is_not(None),
        Ticket.state != S.WITHDRAWN,
        Ticket.resolved_utc.is_(None) | (Ticket.resolved_utc > since_utc),
    )
    return [StagedTicket(*row) for row in session.execute(query)]
