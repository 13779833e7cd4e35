"""Query long lists page by page for the API, newest first, as plain values. Nothing here writes.

A page begins after a `Place`, the key of the last entry that was shown: what is added meanwhile moves no page.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from monitor.domain.ticket_states import UNSOLVED
from monitor.store.among import among
from monitor.store.models import Act, Event, Notice, Outage, SiteState, Ticket
from monitor.store.notice_queries import NoticeView, notice_view
from monitor.store.queries import (
    OUTAGE,
    OUTAGE_OVER,
    OutageView,
    TicketView,
    TimelineView,
    outage_view,
    ticket_view,
    timeline_view,
    view_of_outage,
)

Place = tuple[Any, ...]
"""The key of an entry: a time and a number, or a name."""

FIRST_ID, LAST_ID = -1, 2**62

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Entries, the place after which the next page begins (None: there is none), and how many there are in all."""

    entries: Sequence[T]
    next: Place | None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of a list: after which place, how many entries at most, and whether all are counted."""

    limit: int
    after: Place | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """What entries must be: of ``sites`` (None: of any, or none), between two times, each open to one side.

    ``of_one_site``: that one was asked for; else ``sites`` are a scope.
    """

    sites: Collection[str] | None = None
    from_utc: datetime | None = None
    to_utc: datetime | None = None
    of_one_site: bool = False


class NoticeSite(NamedTuple):
    """The site of a notice's ticket; None where it is about no site, or where the notice is about no ticket."""

    site: str | None
    of_ticket: bool


def outages(
    session: Session, span: Span, within: Within, *, is_open: bool | None = None, cause: str | None = None
) -> Page[OutageView]:
    """Return outages by their start; those that last into the time between are of it."""
    wanted = _sites(Outage.site, within)
    if within.from_utc is not None:
        wanted.append(or_(Outage.ended_utc.is_(None), Outage.ended_utc > within.from_utc))
    if within.to_utc is not None:
        wanted.append(Outage.started_utc < within.to_utc)
    if is_open is not None:
        wanted.append(Outage.ended_utc.is_(None) if is_open else Outage.ended_utc.is_not(None))
    if cause is not None:
        wanted.append(Outage.cause == cause)
    query = select(Outage).options(selectinload(Outage.ticket), selectinload(Outage.affected)).where(*wanted)
    return _page(session, query, (Outage.started_utc, Outage.id), span, outage_view)


def outage(session: Session, number: int) -> OutageView | None:
    """Return one outage; None when there is no such number."""
    row = session.get(Outage, number)
    return None if row is None else outage_view(row)


def states_of(session: Session, sites: Sequence[str]) -> dict[str, tuple[str, datetime]]:
    """Return the last stored state of these sites, and since when."""
    query = select(SiteState.site, SiteState.state, SiteState.since_utc).where(SiteState.site.in_(sites))
    return {site: (state, since_utc) for site, state, since_utc in session.execute(query)}


def tickets(
    session: Session,
    span: Span,
    within: Within,
    *,
    is_open: bool | None = None,
    stage: int | None = None,
    **equal: str | None,
) -> Page[TicketView]:
    """Return tickets, the last one that was entered first; ``equal``: columns with the value they must have."""
    wanted = _of_tickets(within) + _between(Ticket.opened_utc, within)
    if is_open is not None:
        wanted.append(Ticket.state.in_(UNSOLVED) if is_open else Ticket.state.not_in(UNSOLVED))
    if stage is not None:
        wanted.append(Ticket.stage == stage)
    wanted += [getattr(Ticket, name) == value for name, value in equal.items() if value is not None]
    return _page(session, select(Ticket).where(*wanted), (Ticket.id,), span, ticket_view)


def events(session: Session, span: Span, within: Within, *, kind: str | None = None) -> Page[TimelineView]:
    """Return timeline events; starts and ends of outages are none, see `timeline`."""
    wanted = _sites(Event.site, within) + _between(Event.at_utc, within)
    if kind is not None:
        wanted.append(Event.kind == kind)
    return _page(session, select(Event).where(*wanted), (Event.at_utc, Event.id), span, timeline_view)


def timeline(session: Session, span: Span, within: Within) -> Page[TimelineView]:
    """Return events with starts and ends of outages among them; its places are (time, which of the three, number)."""
    ended = select(Outage).where(*_sites(Outage.site, within), *_between(Outage.ended_utc, within))
    begun = select(Outage).where(*_sites(Outage.site, within), *_between(Outage.started_utc, within))
    others = select(Event).where(*_sites(Event.site, within), *_between(Event.at_utc, within))
    found: list[tuple[Place, TimelineView]] = []
    branches: tuple[tuple[int, Select[Any], tuple[InstrumentedAttribute[Any], ...], str], ...] = (
        (2, ended.where(Outage.ended_utc.is_not(None)), (Outage.ended_utc, Outage.id), OUTAGE_OVER),
        (1, begun, (Outage.started_utc, Outage.id), OUTAGE),
        (0, others, (Event.at_utc, Event.id), ""),
    )
    for rank, query, key, name in branches:
        after: Place | None = None
        if span.after is not None:
            at_utc, last_rank, last_id = span.after
            after = (at_utc, last_id if rank == last_rank else LAST_ID if rank < last_rank else FIRST_ID)
        rows = session.scalars(_portion(query, key, after, span.limit + 1))
        for row in rows:
            line = view_of_outage(row, name) if name else timeline_view(row)
            found.append(((line.at_utc, rank, row.id), line))
    found.sort(key=lambda one: one[0], reverse=True)
    shown, more = found[: span.limit], len(found) > span.limit
    return Page([line for _, line in shown], shown[-1][0] if more else None)


def notices(session: Session, span: Span, tickets_of: Within) -> Page[NoticeView]:
    """Return notices; within a scope of sites only those about its tickets."""
    query = select(Notice)
    if tickets_of.sites is not None:
        query = query.join(Ticket).where(*_of_tickets(tickets_of))
    return _page(session, query, (Notice.id,), span, notice_view)


def notice_site(session: Session, number: int) -> NoticeSite | None:
    """Return the site that a notice is about by its ticket; None when there is no such notice."""
    row = session.get(Notice, number)
    return None if row is None else NoticeSite(row.ticket.site if row.ticket else None, row.ticket is not None)


def acts(session: Session, span: Span, within: Within, **equal: str | None) -> Page[Act]:
    """Return acts of people and programs; ``equal``: columns with the value they must have."""
    wanted = _between(Act.at_utc, within)
    wanted += [getattr(Act, name) == value for name, value in equal.items() if value is not None]
    return _page(session, select(Act).where(*wanted), (Act.at_utc, Act.id), span, lambda act: act)


def _page(
    session: Session,
    query: Select[Any],
    key: tuple[InstrumentedAttribute[Any], ...],
    span: Span,
    view: Callable[[Any], T],
) -> Page[T]:
    count = session.scalar(select(func.count()).select_from(query.subquery())) if span.counted else None
    rows = list(session.scalars(_portion(query, key, span.after, span.limit + 1)))
    shown = rows[: span.limit]
    last = tuple(getattr(shown[-1], column.key) for column in key) if len(rows) > span.limit else None
    return Page([view(row) for row in shown], last, count)


def _portion(
    query: Select[Any], key: tuple[InstrumentedAttribute[Any], ...], after: Place | None, limit: int
) -> Select[Any]:
    """Return the query for the entries after a place, the greatest keys first."""
    if after is not None:
        first, last = key[0], key[-1]
        earlier: ColumnElement[bool] = first < after[0]
        if len(key) > 1:
            earlier = or_(earlier, and_(first == after[0], last < after[-1]))
        query = query.where(earlier)
    return query.order_by(*(column.desc() for column in key)).limit(limit)


def _sites(column: InstrumentedAttribute[Any], within: Within) -> list[ColumnElement[bool]]:
    return [] if within.sites is None else [among(column, within.sites)]


def _of_tickets(within: Within) -> list[ColumnElement[bool]]:
    """Return what tickets must be about; a scope's list has those about no site too, as `Scope.covers_ticket` says."""
    if within.sites is None or within.of_one_site:
        return _sites(Ticket.site, within)
    return [or_(among(Ticket.site, within.sites), Ticket.site.is_(None))]


def _between(column: InstrumentedAttribute[Any], within: Within) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if within.from_utc is not None:
        wanted.append(column >= within.from_utc)
    if within.to_utc is not None:
        wanted.append(column < within.to_utc)
    return wanted
