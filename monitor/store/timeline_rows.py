"""Query the rows of what is no outage: states of sites, suppressed outages, gaps, and timeline events."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from monitor.store.models import Event, Gap, SiteState, SuppressedOutage
from monitor.store.session import Session
from monitor.store.sqlite import in_portions


def states_of(session: Session, sites: Collection[str]) -> dict[str, SiteState]:
    """Return the last state of each of ``sites`` that has one."""
    found: dict[str, SiteState] = {}
    for some in in_portions(list(sites)):
        found |= {row.site: row for row in session.scalars(select(SiteState).where(SiteState.site.in_(some)))}
    return found


def suppressed_at(session: Session, site: str) -> Sequence[SuppressedOutage]:
    """Return the site's open suppressed outages; more than one only by a fault."""
    query = select(SuppressedOutage).where(SuppressedOutage.site == site, SuppressedOutage.until_utc.is_(None))
    return session.scalars(query).all()


def open_gaps(session: Session, uplink: str) -> Sequence[Gap]:
    """Return the open gaps behind an uplink."""
    return session.scalars(select(Gap).where(Gap.uplink == uplink, Gap.ended_utc.is_(None))).all()


def sites_with(session: Session, kind: str, after_utc: datetime) -> Sequence[str]:
    """Return the sites with a timeline event of that kind after that time."""
    return session.scalars(select(Event.site).where(Event.kind == kind, Event.at_utc > after_utc).distinct()).all()


def has_event(session: Session, site: str, kind: str, after_utc: datetime) -> bool:
    """Return whether the site has a timeline event of that kind after that time."""
    query = select(Event.id).where(Event.site == site, Event.kind == kind, Event.at_utc > after_utc)
    return session.scalar(query.limit(1)) is not None
