"""Query and change the rows of outages and affected sites for `alerts.cases`; oldest first unless said otherwise."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from monitor.store.models import AffectedSite, Outage, Ticket
from monitor.store.offices import ALL, office_of
from monitor.store.session import Session
from monitor.store.versioned_rows import store_changes

# What lies behind a router that is down may be another office's.
UNSYNCHRONISED = {"synchronize_session": False, **ALL}


def down(session: Session) -> Sequence[Outage]:
    """Return all open outages."""
    return session.scalars(select(Outage).where(Outage.ended_utc.is_(None)).order_by(Outage.id)).all()


def sites_down(session: Session) -> set[str]:
    """Return the sites with an open outage."""
    return set(session.scalars(select(Outage.site).where(Outage.ended_utc.is_(None))))


def of_site(session: Session, site: str | None) -> Outage | None:
    """Return the site's open outage, if there is one."""
    return session.scalars(select(Outage).where(Outage.site == site, Outage.ended_utc.is_(None))).one_or_none()


def numbered(session: Session, outage_id: int) -> Outage | None:
    """Return the outage of that number."""
    return session.get(Outage, outage_id)


def trouble_of(session: Session, site: str) -> Outage | None:
    """Return the open outage of a site, or else the one elsewhere that it is behind."""
    own = of_site(session, site)
    if own is not None:
        return own
    hangs_on = select(AffectedSite.outage_id).where(AffectedSite.site == site, AffectedSite.until_utc.is_(None))
    query = select(Outage).where(Outage.id.in_(hangs_on), Outage.ended_utc.is_(None)).order_by(Outage.id)
    return session.scalars(query.limit(1)).one_or_none()


def last_of(session: Session, site: str | None) -> Outage | None:
    """Return the site's latest outage, open or ended."""
    query = select(Outage).where(Outage.site == site).order_by(Outage.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def confirmed_without_ticket(session: Session, since_utc: datetime) -> Sequence[Outage]:
    """Return the outages without a ticket that were confirmed then or later."""
    query = select(Outage).where(Outage.confirmed_utc >= since_utc, Outage.ticket_id.is_(None))
    return session.scalars(query.order_by(Outage.id)).all()


def ended_with_ticket(session: Session, since_utc: datetime) -> Sequence[Outage]:
    """Return the outages with a ticket that ended then or later."""
    query = select(Outage).where(Outage.ended_utc >= since_utc, Outage.ticket_id.is_not(None))
    return session.scalars(query.order_by(Outage.id)).all()


def overdue_without_ticket(session: Session, now_utc: datetime, most: int | None) -> Sequence[Outage]:
    """Return at most so many outages that missed their target and have no ticket yet; none that are excused."""
    missed = select(Outage).where(
        Outage.ticket_id.is_(None),
        Outage.excuse == "",
        Outage.deadline_utc <= now_utc,
        or_(Outage.ended_utc.is_(None), Outage.ended_utc > Outage.deadline_utc),
    )
    loaded = (selectinload(Outage.affected), selectinload(Outage.recounts))
    return session.scalars(missed.order_by(Outage.id).limit(most).options(*loaded)).all()


def give_to(ticket: Ticket, outage: Outage) -> None:
    """Make a new ticket the outage's; `store_tickets` stores it, for many at once."""
    set_committed_value(ticket, "outages", [outage])
    set_committed_value(outage, "ticket", ticket)


def store_tickets(session: Session, outages: Sequence[Outage]) -> None:
    """Store the new tickets of many outages; raises StaleDataError when one was changed meanwhile."""
    session.flush()  # the tickets get their ids
    for each in outages:
        each.ticket_id = None if each.ticket is None else each.ticket.id
    store_changes(session)


def running_without_ticket(session: Session, now_utc: datetime, within: timedelta | None = None) -> Sequence[Outage]:
    """Return the open outages, not excused, whose target is still to come; ``within``: at most so far ahead."""
    query = select(Outage).where(Outage.ended_utc.is_(None), Outage.ticket_id.is_(None), Outage.excuse == "")
    query = query.where(Outage.deadline_utc > now_utc)
    if within is not None:
        query = query.where(Outage.deadline_utc <= now_utc + within)
    return session.scalars(query.order_by(Outage.id).options(selectinload(Outage.recounts))).all()


def without_operator_alert(session: Session, started_before_utc: datetime) -> Sequence[Outage]:
    """Return the open outages with a ticket, begun then or before, whose ticket records no late operator."""
    query = select(Outage).where(
        Outage.ended_utc.is_(None),
        Outage.ticket_id.is_not(None),
        Outage.started_utc <= started_before_utc,
        Outage.operator_told.is_(False),
    )
    return session.scalars(query.order_by(Outage.id)).all()


def ended_after(session: Session, at_utc: datetime) -> Sequence[Outage]:
    """Return the outages that ended after that time, in order of their ends."""
    return session.scalars(select(Outage).where(Outage.ended_utc > at_utc).order_by(Outage.ended_utc)).all()


def within(session: Session, begins_utc: datetime, ends_utc: datetime) -> Sequence[Outage]:
    """Return the outages that reach into that time."""
    reach = (Outage.started_utc < ends_utc, Outage.ended_utc.is_(None) | (Outage.ended_utc > begins_utc))
    return session.scalars(select(Outage).where(*reach).order_by(Outage.id)).all()


def affected_after(session: Session, at_utc: datetime) -> int:
    """Count the sites that were affected by another's outage after that time."""
    return session.scalar(select(func.count(AffectedSite.site.distinct())).where(AffectedSite.since_utc > at_utc)) or 0


def affect(session: Session, root: str, site: str, since_utc: datetime) -> None:
    """Store that a site is affected by ``root``'s outage, if that is open.

    By plain statements: a router that is down may have thousands of sites behind it, and the ORM would load all for
    each.
    """
    open_at_root = select(Outage.id).where(Outage.site == root, Outage.ended_utc.is_(None))
    root_id = session.scalar(open_at_root, execution_options=ALL)
    if root_id is not None:
        row = {"outage_id": root_id, "site": site, "since_utc": since_utc, "office": office_of(session)}
        session.execute(insert(AffectedSite).values(row))


def release(session: Session, site: str, until_utc: datetime) -> None:
    """Store that a site is no longer affected."""
    _end(session, AffectedSite.site == site, until_utc)


def release_all(session: Session, outage: Outage, until_utc: datetime) -> None:
    """Store that no site is affected by an outage any longer."""
    _end(session, AffectedSite.outage_id == outage.id, until_utc)
    session.expire(outage, ["affected"])


def _end(session: Session, which: ColumnElement[bool], until_utc: datetime) -> None:
    query = update(AffectedSite).where(which, AffectedSite.until_utc.is_(None)).values(until_utc=until_utc)
    session.execute(query, execution_options=UNSYNCHRONISED)
