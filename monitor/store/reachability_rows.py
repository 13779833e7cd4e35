"""Query when sites were down or in downtime, to compute availability."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from monitor.store.models import AffectedSite, Outage, SiteState, SuppressedOutage
from monitor.store.session import Session


def first_seen(session: Session) -> dict[str, datetime | None]:
    """Return since when each known site is known; None for one of a version that did not store it."""
    # No objects: there may be 100,000.
    return dict(session.execute(select(SiteState.site, SiteState.first_utc)).all())


def first_seen_by_office(session: Session) -> dict[str, dict[str, datetime | None]]:
    """Return the same as `first_seen`, by the id of each site's office."""
    found: dict[str, dict[str, datetime | None]] = {}
    for office, site, first_utc in session.execute(select(SiteState.office, SiteState.site, SiteState.first_utc)):
        found.setdefault(office, {})[site] = first_utc
    return found


def down_within(
    session: Session, begins_utc: datetime, ends_utc: datetime
) -> Iterator[tuple[str, datetime, datetime | None]]:
    """Yield site, start and end of each down time, by its own outages and as affected by others'.

    An end of None: it is still down.
    """
    outages = select(Outage.site, Outage.started_utc, Outage.ended_utc).where(
        Outage.started_utc < ends_utc, Outage.ended_utc.is_(None) | (Outage.ended_utc > begins_utc)
    )
    affected = select(AffectedSite.site, AffectedSite.since_utc, AffectedSite.until_utc).where(
        AffectedSite.since_utc < ends_utc, AffectedSite.until_utc.is_(None) | (AffectedSite.until_utc > begins_utc)
    )
    for query in (outages, affected):
        yield from ((row[0], row[1], row[2]) for row in session.execute(query))


def down_of(session: Session, site: str, cause: str = "") -> Iterator[tuple[datetime, datetime | None]]:
    """Yield start and end of one site's down times; with ``cause`` only of outages with that suspected cause."""
    own = select(Outage).where(Outage.site == site)
    behind = select(AffectedSite).where(AffectedSite.site == site)
    if cause:
        own, behind = own.where(Outage.cause == cause), behind.join(Outage).where(Outage.cause == cause)
    for outage in session.scalars(own):
        yield outage.started_utc, outage.ended_utc
    for row in session.scalars(behind):
        yield row.since_utc, row.until_utc


def suppressed_within(session: Session, begins_utc: datetime, ends_utc: datetime) -> Sequence[SuppressedOutage]:
    """Return the suppressed outages of all sites that reach into that time."""
    until_utc = SuppressedOutage.until_utc
    query = select(SuppressedOutage).where(
        SuppressedOutage.since_utc < ends_utc, until_utc.is_(None) | (until_utc > begins_utc)
    )
    return session.scalars(query).all()


def suppressed_of(session: Session, site: str) -> Sequence[SuppressedOutage]:
    """Return all suppressed outages of one site, in order of time."""
    query = select(SuppressedOutage).where(SuppressedOutage.site == site).order_by(SuppressedOutage.since_utc)
    return session.scalars(query).all()
