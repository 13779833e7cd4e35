"""Query the rows of tickets for `alerts.cases`; oldest first unless said otherwise."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from monitor.domain.ticket_states import UNSOLVED, S, TicketSource
from monitor.store.among import among
from monitor.store.models import ComplaintLink, Outage, SiteState, Ticket, TicketEvent
from monitor.store.session import Session
from monitor.store.sqlite import in_portions

CHAIN_RESTARTS = frozenset({"paused", "reopened"})  # lines of the history after which the chain has other dates
TARGET_RESTARTS = CHAIN_RESTARTS | {"recounted"}  # and the target


class DatedTicket(NamedTuple):
    """The dates of a ticket that decide what is due.

    ``recounted``: how often its present target or chain was restarted.
    """

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
    """Return the ticket of that number."""
    return session.scalars(select(Ticket).where(Ticket.number == number)).one_or_none()


def to_be_changed(session: Session, number: str) -> Ticket | None:
    """Return the ticket as it is now, locked on a server until the transaction ends: of two who change it one waits."""
    query = select(Ticket).where(Ticket.number == number).with_for_update(of=Ticket)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def unsolved(session: Session) -> Sequence[Ticket]:
    """Return all tickets that are not settled."""
    return session.scalars(select(Ticket).where(Ticket.state.in_(UNSOLVED)).order_by(Ticket.id)).all()


def unsolved_at(session: Session, site: str) -> Sequence[Ticket]:
    """Return the unsettled tickets of a site: outages' and requests."""
    query = select(Ticket).where(Ticket.site == site, Ticket.state.in_(UNSOLVED))
    return session.scalars(query.order_by(Ticket.id)).all()


def dated(session: Session) -> list[DatedTicket]:
    """Return the unsettled tickets by their dates alone: there can be thousands."""
    recounted = _times_recounted(session)
    rows = session.execute(select(*_DATED).where(Ticket.state.in_(UNSOLVED)))
    return [DatedTicket._make((*row, recounted.get(row.id, 0))) for row in rows]


def _times_recounted(session: Session) -> dict[int, int]:
    """Count how often the present target or chain of each unsettled ticket was restarted."""
    chain_runs, later = Ticket.breached_utc.is_not(None), TicketEvent.at_utc > Ticket.breached_utc
    counts = or_(
        and_(~chain_runs, TicketEvent.kind.in_(TARGET_RESTARTS)), and_(later, TicketEvent.kind.in_(CHAIN_RESTARTS))
    )
    query = select(TicketEvent.ticket_id, func.count()).join(Ticket).where(Ticket.state.in_(UNSOLVED), counts)
    return dict(session.execute(query.group_by(TicketEvent.ticket_id)).all())


def whole(session: Session, ids: Sequence[int]) -> list[Ticket]:
    """Return tickets with all that a notice about them needs, loaded at once."""
    found: list[Ticket] = []
    for some in in_portions(ids):
        query = select(Ticket).where(Ticket.id.in_(some)).order_by(Ticket.id)
        loaded = query.options(selectinload(Ticket.outages).selectinload(Outage.affected))
        found += session.scalars(loaded)
    return found


def running(session: Session, now_utc: datetime) -> Sequence[Ticket]:
    """Return the unsettled tickets whose target is still to come."""
    query = select(Ticket).where(
        Ticket.state.in_(UNSOLVED), Ticket.breached_utc.is_(None), Ticket.deadline_utc > now_utc
    )
    return session.scalars(query.order_by(Ticket.id)).all()


def with_history_after(
    session: Session, at_utc: datetime, until_utc: datetime | None = None, sites: Collection[str] | None = None
) -> Sequence[Ticket]:
    """Return the tickets with lines of history after that time, and until another; ``sites``: about these alone."""
    then = [TicketEvent.at_utc > at_utc, *([] if until_utc is None else [TicketEvent.at_utc <= until_utc])]
    query = select(Ticket).where(Ticket.events.any(and_(*then)))
    if sites is not None:
        query = query.where(among(Ticket.site, sites))
    return session.scalars(query.order_by(Ticket.id)).all()


def acknowledged_until(session: Session, at_utc: datetime) -> Sequence[Ticket]:
    """Return the tickets that are still only acknowledged, until that time at most."""
    query = select(Ticket).where(Ticket.state == S.ACKNOWLEDGED, Ticket.acknowledged_until_utc <= at_utc)
    return session.scalars(query).all()


def open_of_outages(session: Session) -> Sequence[Ticket]:
    """Return the outages' tickets that nobody has acknowledged."""
    return session.scalars(select(Ticket).where(Ticket.state == S.OPEN, Ticket.source == TicketSource.OUTAGE)).all()


def sites_with_tickets(session: Session) -> set[str | None]:
    """Return the sites that ever had a ticket of an outage."""
    return set(session.scalars(select(Ticket.site).where(Ticket.source == TicketSource.OUTAGE).distinct()))


def last_of_outages(session: Session, site: str) -> Ticket:
    """Return the latest outage ticket of a site that ever had one."""
    query = select(Ticket).where(Ticket.site == site, Ticket.source == TicketSource.OUTAGE).order_by(Ticket.id.desc())
    return session.scalars(query.limit(1)).one()


def down_again(session: Session) -> Sequence[Ticket]:
    """Return the settled tickets whose sites have gone down since, and do not flap."""
    query = (
        select(Ticket)
        .join(Outage)
        .where(Ticket.state.not_in(UNSOLVED), Outage.ended_utc.is_(None), Outage.confirmed_utc > Ticket.resolved_utc)
        .where(Ticket.site.not_in(select(SiteState.site).where(SiteState.flapping)))
        .order_by(Ticket.id)
    )
    return session.scalars(query).all()


def with_outages_over(session: Session) -> list[tuple[Ticket, datetime | None]]:
    """Return the unsettled tickets whose outages have all ended, not kept open by a person, with the last end."""
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
    """Return the sites with an unsettled complaint."""
    query = select(Ticket.site).where(
        Ticket.source != TicketSource.OUTAGE, Ticket.state.in_(UNSOLVED), Ticket.site.is_not(None)
    )
    return {site for site in session.scalars(query) if site is not None}


def requests_about(session: Session, site: str | None) -> Sequence[Ticket]:
    """Return all requests about a site, settled or not."""
    query = select(Ticket).where(Ticket.site == site, Ticket.source != TicketSource.OUTAGE)
    return session.scalars(query.order_by(Ticket.id)).all()


def open_requests_with_email(session: Session) -> Sequence[Ticket]:
    """Return the unsettled requests about a site whose requester has a mail address."""
    query = select(Ticket).where(Ticket.asker_email != "", Ticket.state.in_(UNSOLVED), Ticket.site.is_not(None))
    return session.scalars(query.order_by(Ticket.id)).all()


def open_(session: Session) -> Sequence[Ticket]:
    """Return the tickets that nobody has acknowledged."""
    return session.scalars(select(Ticket).where(Ticket.state == S.OPEN).order_by(Ticket.id)).all()


def of_outages(session: Session) -> Sequence[Ticket]:
    """Return the tickets that the monitor opened."""
    return session.scalars(select(Ticket).where(Ticket.source == TicketSource.OUTAGE).order_by(Ticket.id)).all()


def requests(session: Session) -> Sequence[Ticket]:
    """Return the tickets that people registered."""
    return session.scalars(select(Ticket).where(Ticket.source != TicketSource.OUTAGE).order_by(Ticket.id)).all()


def events_after(session: Session, id_: int) -> Sequence[TicketEvent]:
    """Return the events of all histories after one."""
    return session.scalars(select(TicketEvent).where(TicketEvent.id > id_).order_by(TicketEvent.id)).all()


def links_of(session: Session, complaint: Ticket) -> Sequence[ComplaintLink]:
    """Return the outages that a complaint is linked to; both must be in the database."""
    query = select(ComplaintLink).where(ComplaintLink.complaint_id == complaint.id).order_by(ComplaintLink.id)
    return session.scalars(query).all()


def due_between(session: Session, begins_utc: datetime, ends_utc: datetime) -> Sequence[Ticket]:
    """Return the unsettled tickets whose target is not missed and falls due in that time."""
    due = Ticket.deadline_utc.between(begins_utc, ends_utc)
    query = select(Ticket).where(Ticket.state.in_(UNSOLVED), Ticket.breached_utc.is_(None), due)
    return session.scalars(query.order_by(Ticket.id)).all()


def at_a_stage(session: Session) -> Sequence[Ticket]:
    """Return the unsettled tickets whose grievance chain has begun."""
    query = select(Ticket).where(Ticket.state.in_(UNSOLVED), Ticket.stage > 0)
    return session.scalars(query.order_by(Ticket.id)).all()


def opened_between(session: Session, begins_utc: datetime, ends_utc: datetime) -> Sequence[Ticket]:
    """Return the tickets opened in that time and not withdrawn since."""
    opened = Ticket.opened_utc.between(begins_utc, ends_utc)
    return session.scalars(select(Ticket).where(opened, Ticket.state != S.WITHDRAWN).order_by(Ticket.id)).all()


def resolved_between(session: Session, begins_utc: datetime, ends_utc: datetime) -> int:
    """Count the tickets settled in that time."""
    return session.scalar(select(func.count()).where(Ticket.resolved_utc.between(begins_utc, ends_utc))) or 0
