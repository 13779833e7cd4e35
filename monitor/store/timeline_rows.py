"""Query the rows of what is no outage: states of sites, suppressed outages, gaps, and timeline events."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypedDict

from sqlalchemy import func, insert, select

from monitor.store.columns import Utc
from monitor.store.models import Event, Gap, SiteState, SuppressedOutage
from monitor.store.offices import office_of
from monitor.store.session import Session
from monitor.store.sqlite import in_portions


class FirstState(TypedDict):
    """The row of a site of which nothing was stored before; columns as in `SiteState`."""

    site: str
    state: str
    since_utc: datetime
    first_utc: datetime
    answers_since_utc: datetime | None


def states_of(session: Session, sites: Collection[str]) -> dict[str, SiteState]:
    """Return the last state of each of ``sites`` that has one."""
    found: dict[str, SiteState] = {}
    for some in in_portions(list(sites)):
        found |= {row.site: row for row in session.scalars(select(SiteState).where(SiteState.site.in_(some)))}
    return found


def add_states(session: Session, states: Sequence[FirstState]) -> None:
    """Add rows of sites that have none, of the session's office.

    By one statement, without an object each: after a first start they are as many as there are sites.
    """
    if states:
        office = office_of(session)
        session.execute(insert(SiteState), [{**each, "office": office} for each in states])


def suppressed_at(session: Session, site: str) -> Sequence[SuppressedOutage]:
    """Return the site's open suppressed outages; more than one only by a fault."""
    query = select(SuppressedOutage).where(SuppressedOutage.site == site, SuppressedOutage.until_utc.is_(None))
    return session.scalars(query).all()


def open_gaps(session: Session, uplink: str, shard: int | None) -> Sequence[Gap]:
    """Return the open gaps behind an uplink, of one shard; None: where the sites are not shared out by shards."""
    query = select(Gap).where(Gap.uplink == uplink, Gap.shard == shard, Gap.ended_utc.is_(None))
    return session.scalars(query).all()


def open_gaps_of(session: Session, shards: Collection[int]) -> Sequence[Gap]:
    """Return the open gaps of these shards, whatever uplink they are behind."""
    return session.scalars(select(Gap).where(Gap.shard.in_(shards), Gap.ended_utc.is_(None)).order_by(Gap.id)).all()


def last_gap_end(session: Session, shard: int, after_utc: datetime) -> datetime | None:
    """Return when the last gap of all sites, or of that shard, ended that ended after that time."""
    of_them = Gap.shard.is_(None) | (Gap.shard == shard)
    return session.scalar(
        select(func.max(Gap.ended_utc, type_=Utc)).where(Gap.uplink == "", of_them, Gap.ended_utc > after_utc)
    )


def sites_with(session: Session, kind: str, after_utc: datetime) -> Sequence[str]:
    """Return the sites with a timeline event of that kind after that time."""
    return session.scalars(select(Event.site).where(Event.kind == kind, Event.at_utc > after_utc).distinct()).all()


def has_event(session: Session, site: str, kind: str, after_utc: datetime) -> bool:
    """Return whether the site has a timeline event of that kind after that time."""
    query = select(Event.id).where(Event.site == site, Event.kind == kind, Event.at_utc > after_utc)
    return session.scalar(query.limit(1)) is not None


def has_event_at(session: Session, kind: str, at_utc: datetime) -> bool:
    """Return whether there is a timeline event of that kind and time that is of no site."""
    query = select(Event.id).where(Event.site == "", Event.kind == kind, Event.at_utc == at_utc)
    return session.scalar(query.limit(1)) is not None
