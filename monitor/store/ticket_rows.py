"""The rows of tickets that the acts and the clocks of `alerts.cases` go by, oldest first where nothing else is said."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from monitor.domain.ticket_states import UNSOLVED, S, TicketSource
from monitor.store.models import ComplaintLink, Outage, SiteState, Ticket, TicketEvent
from monitor.store.session import Session
from monitor.store.sqlite import in_portions

CHAIN_RESTARTS = frozenset({"paused", "reopened"})  # lines of the history after which the chain has other dates
TARGET_RESTARTS = CHAIN_RESTARTS | {"recounted"}  # and the target


class DatedTicket(NamedTuple):
    """Of a ticket what decides on what is due; ``recounted``: how often what runs now of it was counted anew."""

    id: int
    service: str
    state: str
    stage: int
    event_utc: datetime
    deadline_utc: datetime
    breached_utc: datetime | None
    anew_level: int
    anew_utc: datetime | None
    waits: Sequence[Sequence[str]]
    recounted: int


_DATED = (
    Ticket.id,
    Ticket.service,
    Ticket.state,
    Ticket.stage,
    Ticket.event_utc,
    Ticket.deadline_utc,
    Ticket.breached_utc,
    Ticket.anew_level,
    Ticket.anew_utc,
    Ticket.waits,
)


def numbered(session: Session, number: str) -> Ticket | None:
    """The ticket of that number."""
    return session.scalars(select(Ticket).where(Ticket.number == number)).one_or_none()


def unsolved(session: Session) -> Sequence[Ticket]:
    """All that are not settled."""
    return session.scalars(select(Ticket).where(Ticket.state.in_(UNSOLVED)).order_by(Ticket.id)).all()


def unsolved_at(session: Session, site: str) -> Sequence[Ticket]:
    """What is not settled yet at a site: outages' tickets and requests."""
    query = select(Ticket).where(Ticket.site == site, Ticket.state.in_(UNSOLVED))
    return session.scalars(query.order_by(Ticket.id)).all()


def dated(session: Session) -> list[DatedTicket]:
    """The unsolved ones by their dates alone: there can be thousands."""
    recounted = _times_recounted(session)
    rows = session.execute(select(*_DATED).where(Ticket.state.in_(UNSOLVED)))
    return [DatedTicket._make((*row, recounted.get(row.id, 0))) for row in rows]


def _times_recounted(session: Session) -> dict[int, int]:
    """How often what runs now of each unsolved ticket, its target or its chain, was counted anew."""
    chain_runs, later = Ticket.breached_utc.is_not(None), TicketEvent.at_utc > Ticket.breached_utc
    counts = or_(
        and_(~chain_runs, TicketEvent.kind.in_(TARGET_RESTARTS)), and_(later, TicketEvent.kind.in_(CHAIN_RESTARTS))
    )
    query = select(TicketEvent.ticket_id, func.count()).join(Ticket).where(Ticket.state.in_(UNSOLVED), counts)
    return {id_: count for id_, count in session.execute(query.group_by(TicketEvent.ticket_id))}  # noqa: C416


def whole(session: Session, ids: Sequence[int]) -> list[Ticket]:
    """Tickets with all that a letter about them needs, read at once."""
    found: list[Ticket] = []
    for some in in_portions(ids):
        query = select(Ticket).where(Ticket.id.in_(some)).order_by(Ticket.id)
        loaded = query.options(selectinload(Ticket.notices), selectinload(Ticket.outages).selectinload(Outage.affected))
        found += session.scalars(loaded)
    return found


def running(session: Session, now_utc: datetime) -> Sequence[Ticket]:
    """The unsolved ones whose target is still to come."""
    query = select(Ticket).where(
        Ticket.state.in_(UNSOLVED), Ticket.breached_utc.is_(None), Ticket.deadline_utc > now_utc
    )
    return session.scalars(query.order_by(Ticket.id)).all()


def opened_after(session: Session, at_utc: datetime) -> Sequence[Ticket]:
    """Those that were opened later than that."""
    return session.scalars(select(Ticket).where(Ticket.opened_utc > at_utc)).all()


def begun_after(session: Session, at_utc: datetime) -> Sequence[Ticket]:
    """Those whose deadline counts from later than that."""
    return session.scalars(select(Ticket).where(Ticket.event_utc > at_utc)).all()


def with_history_after(session: Session, at_utc: datetime) -> Sequence[Ticket]:
    """Those whose history has lines from later than that."""
    query = select(Ticket).join(TicketEvent).where(TicketEvent.at_utc > at_utc).distinct()
    return session.scalars(query.order_by(Ticket.id)).all()


def acknowledged_until(session: Session, at_utc: datetime) -> Sequence[Ticket]:
    """Those that are still only acknowledged, and were so until then at most."""
    query = select(Ticket).where(Ticket.state == S.ACKNOWLEDGED, Ticket.acknowledged_until_utc <= at_utc)
    return session.scalars(query).all()


def open_of_outages(session: Session) -> Sequence[Ticket]:
    """Tickets of outages of which nobody has taken notice."""
    return session.scalars(select(Ticket).where(Ticket.state == S.OPEN, Ticket.source == TicketSource.OUTAGE)).all()


def sites_with_tickets(session: Session) -> set[str | None]:
    """The sites that ever had a ticket of an outage."""
    return set(session.scalars(select(Ticket.site).where(Ticket.source == TicketSource.OUTAGE).distinct()))


def last_of_outages(session: Session, site: str) -> Ticket:
    """The latest ticket of an outage of a site that ever had one."""
    query = select(Ticket).where(Ticket.site == site, Ticket.source == TicketSource.OUTAGE).order_by(Ticket.id.desc())
    return session.scalars(query.limit(1)).one()


def down_again(session: Session) -> Sequence[Ticket]:
    """The settled ones whose sites have gone down since, and do not flap."""
    query = (
        select(Ticket)
        .join(Outage)
        .where(Ticket.state.not_in(UNSOLVED), Outage.ended_utc.is_(None), Outage.confirmed_utc > Ticket.resolved_utc)
        .where(Ticket.site.not_in(select(SiteState.site).where(SiteState.flapping)))
        .order_by(Ticket.id)
    )
    return session.scalars(query).all()


def with_outages_over(session: Session) -> list[tuple[Ticket, datetime | None]]:
    """The unsolved ones whose outages are all over, and that no person keeps open, with when the last outage ended."""
    query = (
        select(Ticket, func.max(Outage.ended_utc))
        .join(Outage)
        .where(Ticket.state.in_(UNSOLVED), Ticket.held_open.is_(False))
        .group_by(Ticket.id)
        .having(func.count() == func.count(Outage.ended_utc))
        .order_by(Ticket.id)
    )
    return [(ticket, ended_utc) for ticket, ended_utc in session.execute(query)]


def sites_complained_about(session: Session) -> set[str]:
    """The sites about which somebody has complained without being satisfied yet."""
    query = select(Ticket.site).where(
        Ticket.source != TicketSource.OUTAGE, Ticket.state.in_(UNSOLVED), Ticket.site.is_not(None)
    )
    return {site for site in session.scalars(query) if site is not None}


def requests_about(session: Session, site: str | None) -> Sequence[Ticket]:
    """All requests about a site, settled or not."""
    query = select(Ticket).where(Ticket.site == site, Ticket.source != TicketSource.OUTAGE)
    return session.scalars(query.order_by(Ticket.id)).all()


def with_askers_who_wait(session: Session) -> Sequence[Ticket]:
    """The unsolved requests about a site whose asker can be told by mail."""
    query = select(Ticket).where(Ticket.asker_email != "", Ticket.state.in_(UNSOLVED), Ticket.site.is_not(None))
    return session.scalars(query.order_by(Ticket.id)).all()


def open_(session: Session) -> Sequence[Ticket]:
    """Those of which nobody has taken notice."""
    return session.scalars(select(Ticket).where(Ticket.state == S.OPEN).order_by(Ticket.id)).all()


def of_outages(session: Session) -> Sequence[Ticket]:
    """Those that the monitor opened."""
    return session.scalars(select(Ticket).where(Ticket.source == TicketSource.OUTAGE).order_by(Ticket.id)).all()


def requests(session: Session) -> Sequence[Ticket]:
    """Those that people registered."""
    return session.scalars(select(Ticket).where(Ticket.source != TicketSource.OUTAGE).order_by(Ticket.id)).all()


def events_after(session: Session, id_: int) -> Sequence[TicketEvent]:
    """The events of all histories that came after one."""
    return session.scalars(select(TicketEvent).where(TicketEvent.id > id_).order_by(TicketEvent.id)).all()


def links_of(session: Session, complaint: Ticket) -> Sequence[ComplaintLink]:
    """The outages that a complaint is known to be about; both must be in the database."""
    query = select(ComplaintLink).where(ComplaintLink.complaint_id == complaint.id).order_by(ComplaintLink.id)
    return session.scalars(query).all()


def due_between(session: Session, begins_utc: datetime, ends_utc: datetime) -> Sequence[Ticket]:
    """The unsolved ones whose target is not missed and falls due in that time."""
    due = Ticket.deadline_utc.between(begins_utc, ends_utc)
    query = select(Ticket).where(Ticket.state.in_(UNSOLVED), Ticket.breached_utc.is_(None), due)
    return session.scalars(query.order_by(Ticket.id)).all()


def at_a_stage(session: Session) -> Sequence[Ticket]:
    """The unsolved ones whose grievance chain has begun."""
    query = select(Ticket).where(Ticket.state.in_(UNSOLVED), Ticket.stage > 0)
    return session.scalars(query.order_by(Ticket.id)).all()


def opened_between(session: Session, begins_utc: datetime, ends_utc: datetime) -> Sequence[Ticket]:
    """Those that were opened in that time and not withdrawn since."""
    opened = Ticket.opened_utc.between(begins_utc, ends_utc)
    return session.scalars(select(Ticket).where(opened, Ticket.state != S.WITHDRAWN).order_by(Ticket.id)).all()


def resolved_between(session: Session, begins_utc: datetime, ends_utc: datetime) -> int:
    """How many were settled in that time."""
    return session.scalar(select(func.count()).where(Ticket.resolved_utc.between(begins_utc, ends_utc))) or 0
