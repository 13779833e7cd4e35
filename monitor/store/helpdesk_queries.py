"""Query what is mirrored to a help desk and what is pending; always from the database, never cached."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, tuple_, union
from sqlalchemy.orm import Session

from monitor.domain.message import Said
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import HelpdeskTicket, Ticket, TicketEvent

ACTOR = "helpdesk"  # who did what was done there: 'helpdesk', or 'helpdesk/NAME'
FARTHEST = timedelta(days=2)
WATCHED = timedelta(days=30)  # so long after it was solved, somebody may still reopen a ticket there

Mirrored = tuple[str, str]
"""A help desk's key and the id of an office whose tickets go there, under which its rows are stored."""


@dataclass(frozen=True, slots=True)
class MirrorView:
    """A ticket's state in the help desk ``desk``, how many events are ``pending``, and its last error."""

    desk: str
    number: str
    state: str
    outside_id: str
    status: str
    pending: int
    looked_utc: datetime | None
    attempts: int
    next_try_utc: datetime
    last_error: Said


@dataclass(frozen=True, slots=True)
class MirrorBacklog:
    """An office's tickets with pending events, since when the oldest event is pending, and refused tickets."""

    pending: int = 0
    oldest_utc: datetime | None = None
    refused: int = 0


@dataclass(frozen=True, slots=True)
class MirrorTotals:
    """Totals: tickets in the help desk, tickets with pending events, since when, refused ones, and the last error.

    ``failed_utc``: when the ticket that the error is about is tried again; the last error of several is the latest.
    """

    mirrored: int = 0
    pending: int = 0
    oldest_utc: datetime | None = None
    refused: int = 0
    last_error: Said = ""
    failed_utc: datetime | None = None

    @classmethod
    def sum_of(cls, parts: Iterable["MirrorTotals"]) -> "MirrorTotals":
        """Return the totals of several together."""
        each = list(parts)
        latest = max((part for part in each if part.failed_utc), key=attrgetter("failed_utc"), default=cls())
        return cls(
            mirrored=sum(part.mirrored for part in each),
            pending=sum(part.pending for part in each),
            oldest_utc=min((part.oldest_utc for part in each if part.oldest_utc), default=None),
            refused=sum(part.refused for part in each),
            last_error=latest.last_error,
            failed_utc=latest.failed_utc,
        )


def unsynced() -> ColumnElement[bool]:
    """Return the condition that an event is to be sent there; events that came from there are not."""
    from_there = or_(TicketEvent.actor == ACTOR, TicketEvent.actor.startswith(f"{ACTOR}/"))
    return and_(
        TicketEvent.ticket_id == HelpdeskTicket.ticket_id, TicketEvent.id > HelpdeskTicket.told_event_id, ~from_there
    )


def pending() -> ColumnElement[bool]:
    """Return the condition that a mirrored ticket has events to send; its `Ticket` must be joined."""
    return or_(
        HelpdeskTicket.outside_id == "",
        HelpdeskTicket.agreed_state != Ticket.state,
        exists().where(unsynced()).correlate(HelpdeskTicket),
    )


def watched(now_utc: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody may still act on it there; its `Ticket` must be joined."""
    return or_(Ticket.state.in_(UNSOLVED), Ticket.resolved_utc > now_utc - WATCHED)


def mirrored(session: Session, of: Collection[Mirrored], limit: int = 1_000) -> list[MirrorView]:
    """Return the tickets that are or should be in these help desks, pending ones first, then the newest."""
    count = select(func.count()).where(unsynced()).correlate(HelpdeskTicket).scalar_subquery()
    query = (
        select(HelpdeskTicket, Ticket.number, Ticket.state, count)
        .join(Ticket)
        .where(tuple_(HelpdeskTicket.desk, HelpdeskTicket.office).in_(of))
        .order_by(~pending(), HelpdeskTicket.id.desc())
        .limit(limit)
    )
    return [
        MirrorView(
            row.desk,
            number,
            state,
            row.outside_id,
            row.agreed_status if row.outside_id else "",
            events,
            row.looked_utc,
            row.attempts,
            row.next_try_utc,
            row.why or row.last_error,
        )
        for row, number, state, events in session.execute(query)
    ]


def backlogs(session: Session) -> dict[tuple[str, str], MirrorBacklog]:
    """Return what is pending of each help desk and office with anything pending or refused, by desk and office id."""
    first = select(func.min(TicketEvent.at_utc)).where(unsynced()).correlate(HelpdeskTicket).scalar_subquery()
    oldest = func.min(func.coalesce(first, Ticket.opened_utc))
    of = (HelpdeskTicket.desk, HelpdeskTicket.office)
    here = select(*of, func.count()).select_from(HelpdeskTicket).join(Ticket).group_by(*of)
    refusals = here.where(HelpdeskTicket.attempts > 0, HelpdeskTicket.away.is_(False))
    refused = {(desk, office): count for desk, office, count in session.execute(refusals)}
    found = {each: MirrorBacklog(refused=count) for each, count in refused.items()}
    for desk, office, count, oldest_utc in session.execute(here.add_columns(oldest).where(pending())):
        found[desk, office] = MirrorBacklog(count, oldest_utc, refused.get((desk, office), 0))
    return found


def totals(session: Session) -> dict[Mirrored, MirrorTotals]:
    """Return the totals of each help desk and office with any ticket of the mirror."""
    of = (HelpdeskTicket.desk, HelpdeskTicket.office)
    there = func.count().filter(HelpdeskTicket.outside_id != "")
    counts = select(*of, there).select_from(HelpdeskTicket).join(Ticket).group_by(*of)
    latest = func.row_number().over(partition_by=of, order_by=HelpdeskTicket.next_try_utc.desc())
    ranked = select(HelpdeskTicket.id, latest.label("rank")).where(HelpdeskTicket.last_error != "").subquery()
    last = select(HelpdeskTicket).join(ranked, ranked.c.id == HelpdeskTicket.id).where(ranked.c.rank == 1)
    failed = {(row.desk, row.office): row for row in session.scalars(last)}
    backlog_of, none = backlogs(session), MirrorBacklog()
    found = dict[Mirrored, MirrorTotals]()
    for desk, office, count in session.execute(counts):
        backlog, row = backlog_of.get((desk, office), none), failed.get((desk, office))
        error: Said = (row.why or row.last_error) if row is not None else ""
        failed_utc = row.next_try_utc if row is not None else None
        found[desk, office] = MirrorTotals(
            count, backlog.pending, backlog.oldest_utc, backlog.refused, error, failed_utc
        )
    return found


def unlisted(session: Session, desk: str) -> list[int]:
    """Return the tickets to add to the mirror: all new ones, and of the old those unsolved.

    A help desk is not filled with what was over before it was configured; but tickets that open and end while it is
    unavailable are sent.
    """
    here = HelpdeskTicket.desk == desk
    newest = session.scalar(select(func.max(HelpdeskTicket.ticket_id)).where(here))
    after = Ticket.id > newest if newest is not None else false()
    query = select(Ticket.id).where(or_(Ticket.state.in_(UNSOLVED), after))
    query = query.where(Ticket.id.not_in(select(HelpdeskTicket.ticket_id).where(here)))
    return list(session.scalars(query.order_by(Ticket.id)))


def offices_in_turn(session: Session, desk: str, offices: Collection[str], now_utc: datetime) -> Sequence[str]:
    """Return those of ``offices`` in which a ticket may have its turn: one that is new, due, or has pending events."""
    here, theirs = HelpdeskTicket.desk == desk, Ticket.office.in_(offices)
    listed = select(HelpdeskTicket.ticket_id).where(here)
    new = select(Ticket.office).where(theirs, watched(now_utc), Ticket.id.not_in(listed))
    due = or_(HelpdeskTicket.next_try_utc <= now_utc, HelpdeskTicket.next_try_utc > now_utc + FARTHEST, pending())
    known = select(HelpdeskTicket.office).join(Ticket).where(here, theirs, due)
    return sorted(session.scalars(union(new, known)))


def next_in_turn(session: Session, desk: str, now_utc: datetime) -> tuple[HelpdeskTicket, str, bool] | None:
    """Return row, number, and whether events are pending, of the next ticket.

    Tickets with pending events come first, then those to be polled, then retries.
    """
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
    """Return the events of its history that are to be sent there, in order."""
    query = select(TicketEvent).join(HelpdeskTicket, HelpdeskTicket.ticket_id == TicketEvent.ticket_id)
    return session.scalars(query.where(HelpdeskTicket.id == row.id, unsynced()).order_by(TicketEvent.id)).all()


def first_event(session: Session, ticket_id: int, kinds: Sequence[str]) -> int:
    """Return the id of the first event of one of those kinds in a ticket's history; 0 for none."""
    query = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind.in_(kinds))
    return session.scalar(query.order_by(TicketEvent.id).limit(1)) or 0
