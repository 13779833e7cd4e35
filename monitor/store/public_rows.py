"""Query what the public page needs, as of a moment, as plain values; nothing that it must not show is read.

No device, address, reason, evidence, requester or text of a request leaves these functions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from monitor.domain.reasons import Reason, ReasonCode
from monitor.domain.states import DowntimeKind
from monitor.domain.ticket_states import S, TicketSource
from monitor.store.models import AffectedSite, Outage, PlannedWork, SiteState, SuppressedOutage, Ticket
from monitor.store.session import Session


class PublicOutage(NamedTuple):
    """An outage; ``note``, ``ticket_note``: what officers tell the public. ``affected``: sites that were behind it."""

    id: int
    site: str
    started_utc: datetime
    ended_utc: datetime | None
    deadline_utc: datetime
    cause: str
    note: str
    ticket_note: str
    affected: frozenset[str]


class Known(NamedTuple):
    """The last state of a site, since when, and since when the site is known at all."""

    state: str
    since_utc: datetime
    first_utc: datetime | None


class Promise(NamedTuple):
    """Something that was promised: until when, and when it was done; None: not yet."""

    deadline_utc: datetime
    ended_utc: datetime | None


class PlanChange(NamedTuple):
    """The version of work planned by command, and when it was ended early; None: it was not."""

    version: int
    ended_utc: datetime | None


UNCHANGED = PlanChange(1, None)
"""What is said of planned work of monitor.toml."""


class Tracked(NamedTuple):
    """What a requester learns of a request by its number and code."""

    number: str
    code: str
    service: str
    state: str
    stage: int
    received_utc: datetime
    deadline_utc: datetime
    resolved_utc: datetime | None
    note: str


def outages_at(session: Session, at_utc: datetime) -> list[PublicOutage]:
    """Return the outages that were confirmed and not over at a moment, the longest first."""
    lasts = (Outage.confirmed_utc <= at_utc, Outage.ended_utc.is_(None) | (Outage.ended_utc > at_utc))
    rows = session.execute(_OUTAGES.where(*lasts).order_by(Outage.started_utc, Outage.id)).all()
    behind: dict[int, set[str]] = {}
    if rows:
        then = (AffectedSite.since_utc <= at_utc, AffectedSite.until_utc.is_(None) | (AffectedSite.until_utc > at_utc))
        affected = select(AffectedSite.outage_id, AffectedSite.site).join(Outage).where(*lasts, *then)
        for outage_id, site in session.execute(affected):
            behind.setdefault(outage_id, set()).add(site)
    return [_outage(tuple(row), at_utc, frozenset(behind.get(row[0], ()))) for row in rows]


def latest_outages(session: Session, since_utc: datetime, at_utc: datetime, most: int) -> list[PublicOutage]:
    """Return at most so many outages that began or ended since then and were confirmed by ``at_utc``, newest first.

    Without the sites behind them.
    """
    moment = func.coalesce(Outage.ended_utc, Outage.started_utc)
    query = _OUTAGES.where(Outage.confirmed_utc <= at_utc, Outage.ended_utc.is_(None) | (Outage.ended_utc > since_utc))
    rows = session.execute(query.order_by(moment.desc(), Outage.id.desc()).limit(most))
    return [_outage(tuple(row), at_utc, frozenset()) for row in rows]


def _outage(row: tuple[Any, ...], at_utc: datetime, affected: frozenset[str]) -> PublicOutage:
    """Return the outage as it was known then: what ended later had not ended."""
    found = PublicOutage._make((*row, affected))
    return found._replace(ended_utc=None) if found.ended_utc is not None and found.ended_utc > at_utc else found


_OUTAGES = select(
    Outage.id,
    Outage.site,
    Outage.started_utc,
    Outage.ended_utc,
    Outage.deadline_utc,
    Outage.cause,
    Outage.note,
    func.coalesce(Ticket.public_note, ""),
).outerjoin(Ticket, Outage.ticket_id == Ticket.id)


def silent_at(session: Session, at_utc: datetime) -> Mapping[str, DowntimeKind]:
    """Return the sites that were silent without an outage: in planned work, or outside their hours."""
    row = SuppressedOutage
    query = select(row.site, row.kind, row.why).where(
        row.since_utc <= at_utc, row.until_utc.is_(None) | (row.until_utc > at_utc)
    )
    return {site: _downtime(kind, why) for site, kind, why in session.execute(query)}


def _downtime(kind: str, why: Reason | None) -> DowntimeKind:
    """Return whose downtime it is in the end: that of the site before, for one behind it."""
    while why is not None and why.code is ReasonCode.BEHIND:
        excuse = why["excuse"]
        why = excuse if isinstance(excuse, Reason) else None
    if why is not None and why.code is ReasonCode.OUTSIDE_HOURS:
        return DowntimeKind.HOURS
    return DowntimeKind.HOURS if kind == DowntimeKind.HOURS else DowntimeKind.MAINTENANCE


def known_sites(session: Session) -> Mapping[str, Known]:
    """Return the last known state of every site."""
    query = select(SiteState.site, SiteState.state, SiteState.since_utc, SiteState.first_utc)
    return {site: Known(state, since_utc, first_utc) for site, state, since_utc, first_utc in session.execute(query)}


def targets(session: Session, since_utc: datetime) -> list[Promise]:
    """Return the promises that fell due or were kept since then, and those that are open.

    Excused outages, outages that ended otherwise than by recovering, and what was withdrawn are none.
    """
    recent = (Outage.deadline_utc > since_utc) | (Outage.ended_utc > since_utc) | Outage.ended_utc.is_(None)
    ended_well = Outage.ended_utc.is_(None) | (Outage.end_reason == "recovered")
    outages = select(Outage.deadline_utc, Outage.ended_utc).where(recent, ended_well, Outage.excuse == "")
    requests = select(Ticket.deadline_utc, Ticket.resolved_utc).where(
        Ticket.source != TicketSource.OUTAGE,
        Ticket.state != S.WITHDRAWN,
        (Ticket.deadline_utc > since_utc) | (Ticket.resolved_utc > since_utc) | Ticket.resolved_utc.is_(None),
    )
    return [Promise(*row) for query in (outages, requests) for row in session.execute(query)]


def plan_changes(session: Session) -> Mapping[str, PlanChange]:
    """Return the changes of all work planned by command."""
    query = select(PlannedWork.name, PlannedWork.version, PlannedWork.ended_utc)
    return {name: PlanChange(version, ended_utc) for name, version, ended_utc in session.execute(query)}


def tracked(session: Session, number: str) -> Tracked | None:
    """Return a request by its number; None for none, and for an outage's ticket."""
    query = select(
        Ticket.number,
        Ticket.code,
        Ticket.service,
        Ticket.state,
        Ticket.stage,
        Ticket.event_utc,
        Ticket.deadline_utc,
        Ticket.resolved_utc,
        Ticket.public_note,
    ).where(Ticket.number == number, Ticket.source != TicketSource.OUTAGE)
    row = session.execute(query).one_or_none()
    return None if row is None else Tracked(*row)


class NotedOutage(NamedTuple):
    """An outage with what officers wrote of it: for the public, and why it counts against nobody."""

    id: int
    site: str
    started_utc: datetime
    ended_utc: datetime | None
    deadline_utc: datetime
    cause: str
    note: str
    excuse: str
    excused_by: str
    version: int
    ticket: str | None


def noted_outage(session: Session, outage_id: int) -> NotedOutage | None:
    """Return one outage by its number, for officers."""
    query = select(
        Outage.id,
        Outage.site,
        Outage.started_utc,
        Outage.ended_utc,
        Outage.deadline_utc,
        Outage.cause,
        Outage.note,
        Outage.excuse,
        Outage.excused_by,
        Outage.version,
        Ticket.number,
    )
    row = session.execute(
        query.outerjoin(Ticket, Outage.ticket_id == Ticket.id).where(Outage.id == outage_id)
    ).one_or_none()
    return None if row is None else NotedOutage._make(tuple(row))
