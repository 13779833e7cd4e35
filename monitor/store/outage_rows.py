"""The rows of outages and of who was affected, as `alerts.cases` goes by them; oldest first where nothing is said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import selectinload

from monitor.store.models import AffectedSite, Outage
from monitor.store.session import Session

UNSYNCHRONISED = {"synchronize_session": False}


def down(session: Session) -> Sequence[Outage]:
    """All that are not over."""
    return session.scalars(select(Outage).where(Outage.ended_utc.is_(None)).order_by(Outage.id)).all()


def sites_down(session: Session) -> set[str]:
    """The sites that have an outage."""
    return set(session.scalars(select(Outage.site).where(Outage.ended_utc.is_(None))))


def of_site(session: Session, site: str | None) -> Outage | None:
    """The site's outage that has not ended, if there is one."""
    return session.scalars(select(Outage).where(Outage.site == site, Outage.ended_utc.is_(None))).one_or_none()


def last_of(session: Session, site: str | None) -> Outage | None:
    """The site's latest outage, over or not."""
    query = select(Outage).where(Outage.site == site).order_by(Outage.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def confirmed_without_ticket(session: Session, since_utc: datetime) -> Sequence[Outage]:
    """Those that are certain since then or later and have no ticket."""
    query = select(Outage).where(Outage.confirmed_utc >= since_utc, Outage.ticket_id.is_(None))
    return session.scalars(query.order_by(Outage.id)).all()


def ended_with_ticket(session: Session, since_utc: datetime) -> Sequence[Outage]:
    """Those that ended then or later and have a ticket."""
    query = select(Outage).where(Outage.ended_utc >= since_utc, Outage.ticket_id.is_not(None))
    return session.scalars(query.order_by(Outage.id)).all()


def overdue_without_ticket(session: Session, now_utc: datetime, most: int | None) -> Sequence[Outage]:
    """Those that have missed their target and have no ticket yet, of at most so many."""
    missed = select(Outage).where(
        Outage.ticket_id.is_(None),
        Outage.deadline_utc <= now_utc,
        or_(Outage.ended_utc.is_(None), Outage.ended_utc > Outage.deadline_utc),
    )
    loaded = (selectinload(Outage.affected), selectinload(Outage.recounts))
    return session.scalars(missed.order_by(Outage.id).limit(most).options(*loaded)).all()


def running_without_ticket(session: Session, now_utc: datetime, within: timedelta | None = None) -> Sequence[Outage]:
    """Those that are not over and whose target is still to come; ``within``: at most so far ahead."""
    query = select(Outage).where(Outage.ended_utc.is_(None), Outage.ticket_id.is_(None), Outage.deadline_utc > now_utc)
    if within is not None:
        query = query.where(Outage.deadline_utc <= now_utc + within)
    return session.scalars(query.order_by(Outage.id).options(selectinload(Outage.recounts))).all()


def without_operator_alert(session: Session, started_before_utc: datetime) -> Sequence[Outage]:
    """Those with a ticket that began then or before, are not over, and whose ticket says of no late operator."""
    query = select(Outage).where(
        Outage.ended_utc.is_(None),
        Outage.ticket_id.is_not(None),
        Outage.started_utc <= started_before_utc,
        Outage.operator_told.is_(False),
    )
    return session.scalars(query.order_by(Outage.id)).all()


def ended_after(session: Session, at_utc: datetime) -> Sequence[Outage]:
    """Those that ended after that time, in order of their ends."""
    return session.scalars(select(Outage).where(Outage.ended_utc > at_utc).order_by(Outage.ended_utc)).all()


def within(session: Session, begins_utc: datetime, ends_utc: datetime) -> Sequence[Outage]:
    """Those that reach into that time."""
    reach = (Outage.started_utc < ends_utc, Outage.ended_utc.is_(None) | (Outage.ended_utc > begins_utc))
    return session.scalars(select(Outage).where(*reach).order_by(Outage.id)).all()


def affected_after(session: Session, at_utc: datetime) -> int:
    """How many sites were silent behind another after that time."""
    return session.scalar(select(func.count(AffectedSite.site.distinct())).where(AffectedSite.since_utc > at_utc)) or 0


def affect(session: Session, root: str, site: str, since_utc: datetime) -> None:
    """Notes that a site is silent behind ``root``, if that is down.

    By plain statements: a dead router may have thousands behind it, and the ORM would load them all for each.
    """
    root_id = session.scalar(select(Outage.id).where(Outage.site == root, Outage.ended_utc.is_(None)))
    if root_id is not None:
        row = {"outage_id": root_id, "site": site, "since_utc": since_utc}
        session.execute(insert(AffectedSite).values(row))


def release(session: Session, site: str, until_utc: datetime) -> None:
    """Notes that a site is no longer silent behind another."""
    _end(session, AffectedSite.site == site, until_utc)


def release_all(session: Session, outage: Outage, until_utc: datetime) -> None:
    """Notes that no site is silent any longer behind an outage."""
    _end(session, AffectedSite.outage_id == outage.id, until_utc)
    session.expire(outage, ["affected"])


def _end(session: Session, which: ColumnElement[bool], until_utc: datetime) -> None:
    query = update(AffectedSite).where(which, AffectedSite.until_utc.is_(None)).values(until_utc=until_utc)
    session.execute(query, execution_options=UNSYNCHRONISED)
