"""Query lists of tickets for the console: filtered, the most urgent first, one page after another. Nothing here writes.

Working time left never decreases as a deadline moves later, so tickets in the order of their deadlines are in that of
their working time left, too. Those whose time stands still come after all whose time runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, not_, or_, select, true
from sqlalchemy.orm import Session

from monitor.domain.ticket_states import UNSOLVED, S, TicketSource
from monitor.store.among import among
from monitor.store.models import ComplaintLink, Outage, Ticket

LONGEST_SHOWN = 160  # characters of a request's text in a list


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets are wanted; None restricts nothing.

    ``sites``: those in question, ``without_site``: also tickets about none. ``due_after_utc`` to ``due_until_utc``:
    when the target is due; ``opened_from_utc`` to before ``opened_until_utc``: when they were opened. ``text`` is
    looked for in numbers, in texts and names of requests if ``personal``, and the sites ``named`` by it are found too;
    where it is a ticket's ``number`` (year and place in it), only that ticket is.
    """

    states: tuple[str, ...] | None = None
    services: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    stages: tuple[int, ...] | None = None
    sites: tuple[str, ...] | None = None
    without_site: bool = True
    due_after_utc: datetime | None = None
    due_until_utc: datetime | None = None
    opened_from_utc: datetime | None = None
    opened_until_utc: datetime | None = None
    text: str = ""
    number: tuple[int, int] | None = None
    named: tuple[str, ...] = ()
    personal: bool = False


class ListedTicket(NamedTuple):
    """A ticket in a list, with the dates that say what is due. ``text``: the beginning of the request."""

    id: int
    number: str
    version: int
    service: str
    source: str
    site: str | None
    asker: str
    text: str
    state: str
    stage: int
    opened_utc: datetime
    event_utc: datetime
    deadline_utc: datetime
    breached_utc: datetime | None
    resolved_utc: datetime | None
    anew_level: int
    anew_utc: datetime | None
    waits: Sequence[Sequence[str]]


_COLUMNS = (
    Ticket.id,
    Ticket.number,
    Ticket.version,
    Ticket.service,
    Ticket.source,
    Ticket.site,
    Ticket.asker,
    func.substr(Ticket.text, 1, LONGEST_SHOWN),
    Ticket.state,
    Ticket.stage,
    Ticket.opened_utc,
    Ticket.event_utc,
    Ticket.deadline_utc,
    Ticket.breached_utc,
    Ticket.resolved_utc,
    Ticket.anew_level,
    Ticket.anew_utc,
    Ticket.waits,
)


def listed(
    session: Session,
    wanted: TicketFilter,
    *,
    standing: Sequence[str] = (),
    after: int = 0,
    limit: int = 50,
) -> list[ListedTicket]:
    """Return the tickets behind the one with the id ``after`` (0: from the start), the most urgent first.

    Unsettled ones come in the order of their deadlines, settled ones behind them, the latest first. ``standing``: the
    services whose time stands still while their tickets wait.
    """
    unsettled = Ticket.state.in_(UNSOLVED)
    cursor = session.execute(select(Ticket.state).where(Ticket.id == after)).one_or_none() if after else None
    if after and cursor is None:
        return []
    found: list[ListedTicket] = []
    if cursor is None or cursor[0] in UNSOLVED:
        order = _order(standing)
        query = select(*_COLUMNS).where(unsettled, _matches(wanted))
        if cursor is not None:
            query = query.where(_behind(order, session.execute(select(*order).where(Ticket.id == after)).one()))
        found = [ListedTicket(*row) for row in session.execute(query.order_by(*order).limit(limit))]
        after = 0
    if len(found) < limit:  # a walk along the primary key, which sorts nothing
        settled = select(*_COLUMNS).where(not_(unsettled), _matches(wanted), Ticket.id < after if after else true())
        rows = session.execute(settled.order_by(Ticket.id.desc()).limit(limit - len(found)))
        found += [ListedTicket(*row) for row in rows]
    return found


def count(session: Session, wanted: TicketFilter) -> int:
    """Count the tickets that are wanted."""
    return session.scalar(select(func.count()).select_from(Ticket).where(_matches(wanted))) or 0


def counts(session: Session, within: TicketFilter, wanted: Mapping[str, TicketFilter]) -> dict[str, int]:
    """Count several lists of unsettled tickets in one look at them; by the names they are given.

    Each narrows ``within`` by states, stages and dates: where and what the tickets are about is asked once for all.
    """
    narrowings = [replace(each, sites=None, text="", number=None) for each in wanted.values()]
    columns = [func.sum(case((_matches(each), 1), else_=0)) for each in narrowings]
    row = session.execute(select(*columns).where(Ticket.state.in_(UNSOLVED), _matches(within))).one()
    return {name: int(number or 0) for name, number in zip(wanted, row, strict=True)}


def similar_requests(
    session: Session, *, since_utc: datetime, site: str = "", service: str = "", phone: str = "", most: int = 5
) -> list[ListedTicket]:
    """Return possible repeats: the latest requests since then of that telephone number, or about the same site.

    Without a site those of the same service without one.
    """
    same: list[ColumnElement[bool]] = []
    if site:
        same.append(Ticket.site == site)
    elif service:
        same.append(and_(Ticket.service == service, Ticket.site.is_(None)))
    if phone:
        same.append(Ticket.asker_phone == phone)
    if not same:
        return []
    query = select(*_COLUMNS).where(
        Ticket.source != TicketSource.OUTAGE,
        Ticket.state != S.WITHDRAWN,
        Ticket.event_utc >= since_utc,
        or_(*same),
    )
    rows = session.execute(query.order_by(Ticket.event_utc.desc(), Ticket.id.desc()).limit(most))
    return [ListedTicket(*row) for row in rows]


def twin(
    session: Session, *, since_utc: datetime, service: str, source: str, site: str | None, asker: str, text: str
) -> str:
    """Return the number of the same request, word for word, that was opened since then; '' for none.

    A form that is sent twice over a weak line registers once.
    """
    query = select(Ticket.number).where(
        Ticket.opened_utc >= since_utc,
        Ticket.service == service,
        Ticket.source == source,
        Ticket.site.is_(None) if site is None else Ticket.site == site,
        Ticket.asker == asker,
        Ticket.text == text,
        Ticket.state != S.WITHDRAWN,
    )
    return session.scalars(query.order_by(Ticket.id.desc()).limit(1)).one_or_none() or ""


class LinkedTicket(NamedTuple):
    """A ticket that another is linked to: a complaint to the outage's, or the other way round."""

    number: str
    source: str
    site: str | None
    state: str
    opened_utc: datetime


def linked(session: Session, ticket_id: int) -> list[LinkedTicket]:
    """Return the tickets that one is linked to, in both directions, oldest first."""
    columns = (Ticket.number, Ticket.source, Ticket.site, Ticket.state, Ticket.opened_utc)
    its_outages = select(ComplaintLink.outage_id).where(ComplaintLink.complaint_id == ticket_id)
    outages = select(Outage.ticket_id).where(Outage.id.in_(its_outages))
    own = select(Outage.id).where(Outage.ticket_id == ticket_id)
    complaints = select(ComplaintLink.complaint_id).where(ComplaintLink.outage_id.in_(own))
    wanted = or_(Ticket.id.in_(outages), Ticket.id.in_(complaints))
    rows = session.execute(select(*columns).where(wanted, Ticket.id != ticket_id).order_by(Ticket.id))
    return [LinkedTicket(*row) for row in rows]


def _order(standing: Sequence[str]) -> tuple[ColumnElement[Any], ...]:
    """Return the columns by which unsettled tickets are sorted; all ascending, the last one is unique."""
    stands_still = and_(Ticket.state == S.WAITING, Ticket.service.in_(standing)) if standing else false()
    return case((stands_still, 1), else_=0), Ticket.deadline_utc.expression, Ticket.id.expression


def _behind(order: Sequence[ColumnElement[Any]], row: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes behind another in that order."""
    (group, due, id_), (at_group, at_due, at_id) = order, row
    return or_(group > at_group, and_(group == at_group, or_(due > at_due, and_(due == at_due, id_ > at_id))))


def _matches(wanted: TicketFilter) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [true()]
    for column, values in (
        (Ticket.state, wanted.states),
        (Ticket.service, wanted.services),
        (Ticket.source, wanted.sources),
        (Ticket.stage, wanted.stages),
    ):
        if values is not None:
            found.append(column.in_(values))
    if wanted.sites is not None:
        about = among(Ticket.site, wanted.sites)
        found.append(or_(about, Ticket.site.is_(None)) if wanted.without_site else about)
    if wanted.due_after_utc is not None:
        found.append(Ticket.deadline_utc > wanted.due_after_utc)
    if wanted.due_until_utc is not None:
        found.append(Ticket.deadline_utc <= wanted.due_until_utc)
    if wanted.opened_from_utc is not None:
        found.append(Ticket.opened_utc >= wanted.opened_from_utc)
    if wanted.opened_until_utc is not None:
        found.append(Ticket.opened_utc < wanted.opened_until_utc)
    if wanted.number is not None:
        found.append(and_(Ticket.year == wanted.number[0], Ticket.seq == wanted.number[1]))
    elif wanted.text:
        found.append(_says(wanted))
    return and_(*found)


def _says(wanted: TicketFilter) -> ColumnElement[bool]:
    said = Ticket.number.icontains(wanted.text, autoescape=True)
    if wanted.personal:
        for column in (Ticket.text, Ticket.asker, Ticket.asker_phone, Ticket.memo):
            said = or_(said, column.icontains(wanted.text, autoescape=True))
    return or_(said, among(Ticket.site, wanted.named)) if wanted.named else said
