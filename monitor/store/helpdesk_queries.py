"""What is mirrored to a help desk and what is not yet: asked of the database every time, never remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session

from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import HelpdeskTicket, Ticket, TicketEvent

ACTOR = "helpdesk"  # who did what was done there: 'helpdesk', or 'helpdesk/NAME'
FARTHEST = timedelta(days=2)
WATCHED = timedelta(days=30)  # so long after it was solved, somebody may still reopen a ticket there


@dataclass(frozen=True, slots=True)
class MirrorView:
    """Where one ticket stands there, what it is still to be told, and what went wrong last; ``pending``: events."""

    number: str
    state: str
    outside_id: str
    status: str
    pending: int
    looked_utc: datetime | None
    attempts: int
    next_try_utc: datetime
    last_error: str


@dataclass(frozen=True, slots=True)
class MirrorTotals:
    """How many tickets stand there, how many wait to be told of something, since when, and how many were refused."""

    mirrored: int
    pending: int
    oldest_utc: datetime | None
    refused: int
    last_error: str


def unsynced() -> ColumnElement[bool]:
    """Whether an event is still to be told there: what was done there is not."""
    from_there = or_(TicketEvent.actor == ACTOR, TicketEvent.actor.startswith(f"{ACTOR}/"))
    return and_(
        TicketEvent.ticket_id == HelpdeskTicket.ticket_id, TicketEvent.id > HelpdeskTicket.told_event_id, ~from_there
    )


def pending() -> ColumnElement[bool]:
    """Whether a mirrored ticket waits to be told of something; its `Ticket` must be joined."""
    return or_(
        HelpdeskTicket.outside_id == "",
        HelpdeskTicket.agreed_state != Ticket.state,
        exists().where(unsynced()).correlate(HelpdeskTicket),
    )


def watched(now_utc: datetime) -> ColumnElement[bool]:
    """Whether somebody may still do something to it there; its `Ticket` must be joined."""
    return or_(Ticket.state.in_(UNSOLVED), Ticket.resolved_utc > now_utc - WATCHED)


def mirrored(session: Session, desk: str, limit: int = 1_000) -> list[MirrorView]:
    """The tickets that stand in this help desk or ought to, what is owed first, then the newest."""
    count = select(func.count()).where(unsynced()).correlate(HelpdeskTicket).scalar_subquery()
    query = (
        select(HelpdeskTicket, Ticket.number, Ticket.state, count)
        .join(Ticket)
        .where(HelpdeskTicket.desk == desk)
        .order_by(~pending(), HelpdeskTicket.id.desc())
        .limit(limit)
    )
    return [
        MirrorView(
            number,
            state,
            row.outside_id,
            row.agreed_status if row.outside_id else "",
            events,
            row.looked_utc,
            row.attempts,
            row.next_try_utc,
            row.last_error,
        )
        for row, number, state, events in session.execute(query)
    ]


def totals(session: Session, desk: str) -> MirrorTotals:
    """The state of the mirror in five figures."""
    here = HelpdeskTicket.desk == desk
    count = select(func.count()).select_from(HelpdeskTicket).join(Ticket)
    first = select(func.min(TicketEvent.at_utc)).where(unsynced()).correlate(HelpdeskTicket).scalar_subquery()
    failed = select(HelpdeskTicket.last_error).where(here, HelpdeskTicket.last_error != "")
    oldest = select(func.min(func.coalesce(first, Ticket.opened_utc))).select_from(HelpdeskTicket).join(Ticket)
    return MirrorTotals(
        mirrored=session.scalar(count.where(here, HelpdeskTicket.outside_id != "")) or 0,
        pending=session.scalar(count.where(here, pending())) or 0,
        oldest_utc=session.scalar(oldest.where(here, pending())),
        refused=session.scalar(count.where(here, HelpdeskTicket.attempts > 0, HelpdeskTicket.away.is_(False))) or 0,
        last_error=session.scalar(failed.order_by(HelpdeskTicket.next_try_utc.desc()).limit(1)) or "",
    )


def unlisted(session: Session, desk: str) -> list[int]:
    """The tickets that belong on the list and are not: all new ones, and what is unsolved of the old.

    A help desk is not filled with what was over before it came; but what opens and ends while it is away is told.
    """
    here = HelpdeskTicket.desk == desk
    newest = session.scalar(select(func.max(HelpdeskTicket.ticket_id)).where(here))
    after = Ticket.id > newest if newest is not None else false()
    query = select(Ticket.id).where(or_(Ticket.state.in_(UNSOLVED), after))
    query = query.where(Ticket.id.not_in(select(HelpdeskTicket.ticket_id).where(here)))
    return list(session.scalars(query.order_by(Ticket.id)))


def next_in_turn(session: Session, desk: str, now_utc: datetime) -> tuple[HelpdeskTicket, str, bool] | None:
    """What is owed first, then what is to be looked at, then what failed before: row, number, whether it owes."""
    fine, next_try = HelpdeskTicket.attempts == 0, HelpdeskTicket.next_try_utc
    due = or_(next_try <= now_utc, next_try > now_utc + FARTHEST)  # so far ahead only a wrong clock can have put it
    query = (
        select(HelpdeskTicket, Ticket.number, pending())
        .join(Ticket)
        .where(HelpdeskTicket.desk == desk, or_(and_(fine, pending()), and_(due, or_(pending(), watched(now_utc)))))
        .order_by(~fine, ~pending(), HelpdeskTicket.next_try_utc, HelpdeskTicket.id)
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def unsynced_events(session: Session, row: HelpdeskTicket) -> Sequence[TicketEvent]:
    """The events of its history that are still to be told there, in order."""
    query = select(TicketEvent).join(HelpdeskTicket, HelpdeskTicket.ticket_id == TicketEvent.ticket_id)
    return session.scalars(query.where(HelpdeskTicket.id == row.id, unsynced()).order_by(TicketEvent.id)).all()


def first_event(session: Session, ticket_id: int, kinds: Sequence[str]) -> int:
    """The first event of one of those kinds in a ticket's history; 0 for none."""
    query = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind.in_(kinds))
    return session.scalar(query.order_by(TicketEvent.id).limit(1)) or 0
