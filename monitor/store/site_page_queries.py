"""Query what is stored of one site, and of the sites of one page of a list, as plain values. Nothing here writes."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select

from monitor.domain.reasons import Reason
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import AffectedSite, Outage, SiteNote, SiteState, SuppressedOutage, Ticket
from monitor.store.session import Session
from monitor.store.sqlite import in_portions


class KnownState(NamedTuple):
    """The last stored state of a site, and since when; ``first_utc``: since when it is known at all."""

    state: str
    since_utc: datetime
    first_utc: datetime | None
    flapping: bool


class SiteOutage(NamedTuple):
    """An outage as its site's page lists it. ``behind``: how many other sites it affected; ``ticket``: its number."""

    id: int
    started_utc: datetime
    silent_since_utc: datetime
    ended_utc: datetime | None
    end_reason: str | None
    deadline_utc: datetime
    service: str
    reason: Reason | None
    cause: str
    cause_why: Reason | None
    excuse: str
    ticket: str | None
    behind: int


class Behind(NamedTuple):
    """Whose outage a site is affected by, and since when."""

    root: str
    since_utc: datetime


class Suppressed(NamedTuple):
    """A silence that is no outage: its kind and why, since when, and when it will be over as far as is known."""

    kind: str
    why: Reason | None
    since_utc: datetime
    until_utc: datetime | None


class SiteTicket(NamedTuple):
    """A ticket as its site's page lists it; nothing of who asked."""

    number: str
    service: str
    source: str
    state: str
    stage: int
    opened_utc: datetime
    deadline_utc: datetime
    resolved_utc: datetime | None


class Note(NamedTuple):
    """A dated and signed note."""

    at_utc: datetime
    actor: str
    text: str


def state_of(session: Session, site: str) -> KnownState | None:
    """Return the last stored state of a site."""
    row = session.get(SiteState, site)
    return None if row is None else KnownState(row.state, row.since_utc, row.first_utc, row.flapping)


def since_of(session: Session, sites: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """Return the stored state of each of these sites, and since when."""
    found: dict[str, tuple[str, datetime]] = {}
    for some in in_portions(list(sites)):
        query = select(SiteState.site, SiteState.state, SiteState.since_utc).where(SiteState.site.in_(some))
        found |= {site: (state, since_utc) for site, state, since_utc in session.execute(query)}
    return found


def open_outage(session: Session, site: str) -> SiteOutage | None:
    """Return the site's open outage."""
    query = _outages().where(Outage.site == site, Outage.ended_utc.is_(None))
    row = session.execute(query.order_by(Outage.id.desc()).limit(1)).one_or_none()
    return None if row is None else SiteOutage(*row)


def outages_of(session: Session, site: str, limit: int, before: int = 0) -> list[SiteOutage]:
    """Return the site's outages, newest first; ``before``: only those older than the one of that id."""
    query = _outages().where(Outage.site == site)
    if before:
        query = query.where(Outage.id < before)
    return [SiteOutage(*row) for row in session.execute(query.order_by(Outage.id.desc()).limit(limit))]


def outage_count(session: Session, site: str, since_utc: datetime) -> int:
    """Count the site's outages that began then or later."""
    query = select(func.count()).where(Outage.site == site, Outage.started_utc >= since_utc)
    return session.scalar(query) or 0


def behind(session: Session, site: str) -> Behind | None:
    """Return whose open outage the site is affected by."""
    query = select(Outage.site, AffectedSite.since_utc).join(Outage)
    query = query.where(AffectedSite.site == site, AffectedSite.until_utc.is_(None), Outage.ended_utc.is_(None))
    row = session.execute(query.order_by(AffectedSite.id.desc()).limit(1)).one_or_none()
    return None if row is None else Behind(*row)


def suppressed(session: Session, site: str) -> Suppressed | None:
    """Return the site's silence of now that is no outage."""
    columns = (SuppressedOutage.kind, SuppressedOutage.why, SuppressedOutage.since_utc)
    query = select(*columns, SuppressedOutage.planned_until_utc).where(
        SuppressedOutage.site == site, SuppressedOutage.until_utc.is_(None)
    )
    row = session.execute(query.order_by(SuppressedOutage.id.desc()).limit(1)).one_or_none()
    return None if row is None else Suppressed(*row)


def tickets_of(session: Session, site: str, limit: int) -> list[SiteTicket]:
    """Return the site's tickets, unsolved ones first, then the newest."""
    columns = (Ticket.number, Ticket.service, Ticket.source, Ticket.state, Ticket.stage)
    query = select(*columns, Ticket.opened_utc, Ticket.deadline_utc, Ticket.resolved_utc).where(Ticket.site == site)
    solved_last = case((Ticket.state.in_(UNSOLVED), 0), else_=1)
    return [SiteTicket(*row) for row in session.execute(query.order_by(solved_last, Ticket.id.desc()).limit(limit))]


def notes_of(session: Session, site: str, limit: int) -> list[Note]:
    """Return the site's notes, newest first."""
    query = select(SiteNote.at_utc, SiteNote.actor, SiteNote.text).where(SiteNote.site == site)
    return [Note(*row) for row in session.execute(query.order_by(SiteNote.id.desc()).limit(limit))]


def _outages() -> Select[*tuple[Any, ...]]:
    affected = select(func.count()).where(AffectedSite.outage_id == Outage.id).scalar_subquery()
    return select(
        Outage.id,
        Outage.started_utc,
        Outage.silent_since_utc,
        Outage.ended_utc,
        Outage.end_reason,
        Outage.deadline_utc,
        Outage.service,
        Outage.reason,
        Outage.cause,
        Outage.cause_why,
        Outage.excuse,
        Ticket.number,
        affected,
    ).outerjoin(Ticket, Outage.ticket_id == Ticket.id)
