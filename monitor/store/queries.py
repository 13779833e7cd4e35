"""Query outages and tickets for readers, as plain values. Nothing here writes."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from monitor.domain import ticket_number
from monitor.domain.event_kinds import EventKind
from monitor.domain.reasons import Reason
from monitor.domain.ticket_states import UNSOLVED, S, TicketSource
from monitor.i18n.reasons import reason_text
from monitor.store.models import AffectedSite, Event, Outage, SiteState, Ticket


@dataclass(frozen=True, slots=True)
class OutageView:
    """An outage with the number of its ticket, if it has one, and the ids of the affected sites.

    ``silent_since``: its first failed round, which is earlier than its start if that was outside service hours.
    """

    id: int
    site: str
    service: str
    started_utc: datetime
    silent_since: datetime
    confirmed_utc: datetime
    ended_utc: datetime | None
    end_reason: str | None
    deadline_utc: datetime
    reason: Reason | None
    cause: str
    cause_why: Reason | None
    ticket: str | None
    affected: tuple[str, ...]
    version: int


class OpenOutage(NamedTuple):
    """The figures of an open outage; ``affected``: how many sites were ever affected by it."""

    id: int
    site: str
    service: str
    started_utc: datetime
    deadline_utc: datetime
    affected: int


@dataclass(frozen=True, slots=True)
class TimelineView:
    """A timeline event that is no outage."""

    at_utc: datetime
    site: str
    device: str
    kind: str
    reason: Reason | None = None
    end_reason: str | None = None
    ticket: str | None = None

    @property
    def text(self) -> str:
        """Return its reason in English."""
        return "; ".join(filter(None, (reason_text(self.reason, "en"), self.end_reason, self.ticket)))


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of a ticket's history."""

    at_utc: datetime
    actor: str
    kind: str
    text: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket; ``version`` grows with each change of it, ``events`` is empty in listings."""

    number: str
    service: str
    site: str | None
    state: str
    stage: int
    opened_utc: datetime
    event_utc: datetime
    deadline_utc: datetime
    breached_utc: datetime | None
    resolved_utc: datetime | None
    version: int
    source: str = TicketSource.OUTAGE
    asker: str = ""
    text: str = ""
    events: tuple[EventView, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case with a service-time target: an outage, or a citizen's or an office's request.

    ``ended_utc``: if it ended; ``office``: whose it is, '' where one stands alone.
    """

    service: str
    started_utc: datetime
    deadline_utc: datetime
    ended_utc: datetime | None
    office: str = ""


def outages(session: Session, *, open_only: bool = False, limit: int = 100) -> list[OutageView]:
    """Return the latest outages, newest first."""
    query = select(Outage).options(selectinload(Outage.ticket), selectinload(Outage.affected))
    if open_only:
        query = query.where(Outage.ended_utc.is_(None))
    return [outage_view(row) for row in session.scalars(query.order_by(Outage.started_utc.desc()).limit(limit))]


def open_outages(session: Session) -> list[OpenOutage]:
    """Return the figures of all open outages, newest first."""
    behind = select(func.count()).where(AffectedSite.outage_id == Outage.id).scalar_subquery()
    query = select(Outage.id, Outage.site, Outage.service, Outage.started_utc, Outage.deadline_utc, behind)
    newest_first = query.where(Outage.ended_utc.is_(None)).order_by(Outage.started_utc.desc())
    return [OpenOutage(*row) for row in session.execute(newest_first)]


def tickets(session: Session, *, open_only: bool = False, limit: int = 100) -> list[TicketView]:
    """Return the latest tickets, newest first."""
    query = select(Ticket)
    if open_only:
        query = query.where(Ticket.state.in_(UNSOLVED))
    return [ticket_view(row) for row in session.scalars(query.order_by(Ticket.id.desc()).limit(limit))]


def number_like(session: Session, typed: str, this_year: int) -> str:
    """Return the number of the ticket meant by what was typed; that itself where there is none."""
    wanted = ticket_number.read(typed, this_year)
    if wanted is None:
        return typed
    query = select(Ticket.number).where(Ticket.year == wanted.year, Ticket.seq == wanted.seq)
    found = session.scalars(query).one_or_none()
    return found if found is not None and wanted.prefix in ("", found.partition("-")[0]) else typed


def ticket(session: Session, number: str) -> TicketView | None:
    """Return one ticket with its whole history; None when there is no such number."""
    row = session.scalars(select(Ticket).where(Ticket.number == number)).one_or_none()
    return None if row is None else whole_ticket(row)


def whole_ticket(row: Ticket) -> TicketView:
    """Return a ticket with its whole history."""
    return ticket_view(row, tuple(EventView(e.at_utc, e.actor, e.kind, e.text, e.reason) for e in row.events))


def tickets_by_stage(session: Session) -> dict[int, int]:
    """Count the open tickets at each stage of the grievance chain; 0 is the responsible officer."""
    found: Counter[int] = Counter()
    for (_, stage), count in stages_by_office(session).items():
        found[stage] += count
    return dict(found)


def stages_by_office(session: Session) -> dict[tuple[str, int], int]:
    """Count the open tickets of each office at each stage of the grievance chain; 0 is the responsible officer."""
    return _unsolved_by(session, Ticket.stage)


def services_by_office(session: Session) -> dict[tuple[str, str], int]:
    """Count the open tickets of each office by row of the charter."""
    return _unsolved_by(session, Ticket.service)


def _unsolved_by(session: Session, column: Any) -> dict[tuple[str, Any], int]:
    query = select(Ticket.office, column, func.count()).where(Ticket.state.in_(UNSOLVED))
    return {(row[0], row[1]): row[2] for row in session.execute(query.group_by(Ticket.office, column))}


def cases(session: Session, since_utc: datetime) -> list[Case]:
    """Return the cases that are open, or ended after ``since_utc``; an outage's own ticket is no case of its own.

    What was withdrawn was registered by mistake, and is in no record; nor is an excused outage.
    """
    recovered = (Outage.ended_utc > since_utc) & (Outage.end_reason == "recovered")
    outages = select(Outage.service, Outage.started_utc, Outage.deadline_utc, Outage.ended_utc, Outage.office).where(
        Outage.ended_utc.is_(None) | recovered, Outage.excuse == ""
    )
    requests = select(Ticket.service, Ticket.event_utc, Ticket.deadline_utc, Ticket.resolved_utc, Ticket.office).where(
        Ticket.source != TicketSource.OUTAGE,
        Ticket.state != S.WITHDRAWN,
        Ticket.resolved_utc.is_(None) | (Ticket.resolved_utc > since_utc),
    )
    return [Case(*row) for query in (outages, requests) for row in session.execute(query)]


def site_states(session: Session) -> dict[str, tuple[str, datetime]]:
    """Return the last stored state of each site, and since when."""
    query = select(SiteState.site, SiteState.state, SiteState.since_utc)
    return {site: (state, since_utc) for site, state, since_utc in session.execute(query)}


def outage_counts(session: Session, *, after: int = 0) -> dict[tuple[str, str], int]:
    """Count the stored outages of each (site, service), of those with a number beyond ``after``."""
    query = select(Outage.site, Outage.service, func.count()).where(Outage.id > after)
    return {(row[0], row[1]): row[2] for row in session.execute(query.group_by(Outage.site, Outage.service))}


def last_outage(session: Session) -> int:
    """Return the number of the latest outage; 0 before there is any."""
    return session.scalar(select(func.max(Outage.id))) or 0


def events(session: Session, *, site: str = "", limit: int = 100) -> list[TimelineView]:
    """Return the latest timeline events, newest first; of one site, or of all."""
    query = select(Event).order_by(Event.at_utc.desc(), Event.id.desc()).limit(limit)
    rows = session.scalars(query.where(Event.site == site) if site else query)
    return [timeline_view(row) for row in rows]


OUTAGE, OUTAGE_OVER = EventKind.OUTAGE, EventKind.OUTAGE_OVER


def timeline(session: Session, *, site: str = "", kind: str = "", limit: int = 100) -> list[TimelineView]:
    """Return the latest timeline events with starts and ends of outages among them, newest first."""
    query = select(Event).order_by(Event.at_utc.desc(), Event.id.desc()).limit(limit)
    query = query.where(Event.site == site) if site else query
    rows = session.scalars(query.where(Event.kind == kind) if kind else query)
    found = [timeline_view(row) for row in rows]
    for name, moment in ((OUTAGE, Outage.started_utc), (OUTAGE_OVER, Outage.ended_utc)):
        if kind in ("", name):
            those = select(Outage).where(moment.is_not(None)).order_by(moment.desc()).limit(limit)
            those = those.where(Outage.site == site) if site else those
            found += [view_of_outage(row, name) for row in session.scalars(those.options(selectinload(Outage.ticket)))]
    return sorted(found, key=lambda line: line.at_utc, reverse=True)[:limit]


def timeline_view(row: Event) -> TimelineView:
    """Return an event as a line of the timeline."""
    return TimelineView(row.at_utc, row.site, row.device, row.kind, row.reason)


def view_of_outage(row: Outage, name: str) -> TimelineView:
    """Return the start or the end of an outage as a line of the timeline."""
    number = row.ticket.number if row.ticket else None
    if name == OUTAGE or row.ended_utc is None:
        return TimelineView(row.started_utc, row.site, "", OUTAGE, row.reason, None, number)
    return TimelineView(row.ended_utc, row.site, "", OUTAGE_OVER, None, row.end_reason, number)


def event_kinds(session: Session) -> list[str]:
    """Return the kinds that timeline events have, or may have."""
    return sorted({*session.scalars(select(Event.kind).distinct()), OUTAGE, OUTAGE_OVER})


def outage_view(row: Outage) -> OutageView:
    """Return an outage as readers get it."""
    """Return an outage as a plain value."""
    return OutageView(
        row.id,
        row.site,
        row.service,
        row.started_utc,
        row.silent_since_utc,
        row.confirmed_utc,
        row.ended_utc,
        row.end_reason,
        row.deadline_utc,
        row.reason,
        row.cause,
        row.cause_why,
        row.ticket.number if row.ticket else None,
        tuple(affected.site for affected in row.affected),
        row.version,
    )


def ticket_view(row: Ticket, events: tuple[EventView, ...] = ()) -> TicketView:
    """Return a ticket as a plain value, in listings without its history."""
    return TicketView(
        row.number,
        row.service,
        row.site,
        row.state,
        row.stage,
        row.opened_utc,
        row.event_utc,
        row.deadline_utc,
        row.breached_utc,
        row.resolved_utc,
        row.version,
        row.source,
        row.asker,
        row.text,
        events,
    )
