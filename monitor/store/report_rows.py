"""Query what a report of a span of time counts: outages, suppressed ones, tickets with their steps, notices.

All as plain values, of the whole fleet in a few queries; whose they are is for the caller to choose.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, func, or_, select

from monitor.domain.reasons import Reason
from monitor.domain.ticket_states import S
from monitor.judging.availability import Interval
from monitor.store.models import (
    AffectedSite,
    Notice,
    Outage,
    SuppressedOutage,
    Ticket,
    TicketEvent,
)
from monitor.store.offices import ALL
from monitor.store.session import Session
from monitor.store.sqlite import in_portions

STEPS = ("ack", "unack", "start", "wait", "resolved", "reopened", "stage")
"""The kinds of lines in a ticket's history by which its state at any earlier time is known."""


class OutageRow(NamedTuple):
    """An outage with its ticket; ``ticket``: its number, empty for none."""

    id: int
    site: str
    service: str
    started_utc: datetime
    ended_utc: datetime | None
    end_reason: str | None
    deadline_utc: datetime
    cause: str
    cause_why: Reason | None
    reason: Reason | None
    excuse: str
    ticket_id: int | None
    ticket: str


class AffectedRow(NamedTuple):
    """A time for which a site was behind another's outage; ``cause``: that outage's suspected one."""

    outage: int
    site: str
    since_utc: datetime
    until_utc: datetime | None
    cause: str


class SuppressedRow(NamedTuple):
    """A time for which a site was down without an outage, and why."""

    site: str
    since_utc: datetime
    until_utc: datetime | None
    why: Reason | None


class TicketRow(NamedTuple):
    """A ticket as it is now; ``waits``: pairs of ISO times for which its time did not count."""

    id: int
    number: str
    service: str
    source: str
    site: str | None
    stage: int
    opened_utc: datetime
    event_utc: datetime
    deadline_utc: datetime
    breached_utc: datetime | None
    resolved_utc: datetime | None
    anew_level: int
    anew_utc: datetime | None
    waits: list[Any]


class StepRow(NamedTuple):
    """A step of a ticket, of a kind of STEPS."""

    at_utc: datetime
    kind: str
    reason: Reason | None


class NoticeRow(NamedTuple):
    """A notice that was sent: alone, or within the one that it was merged into."""

    ticket_id: int | None
    about: str
    created_utc: datetime
    sent_utc: datetime
    recipient: str
    channel: str


Row = TypeVar("Row")
ByOffice = Mapping[str, Sequence[Row]]
"""Rows by the id of their office, which are read of all offices at once: no index leads to those of one."""

_OUTAGE: Sequence[Any] = [getattr(Outage, name) for name in OutageRow._fields if name != "ticket"]
_TICKET: Sequence[Any] = [getattr(Ticket, name) for name in TicketRow._fields]


def outages(session: Session, window: Interval) -> ByOffice[OutageRow]:
    """Return the outages that reach into that time, in the order of their beginning.

    A ticket that was opened after its end is none yet.
    """
    columns: Sequence[Any] = [*_OUTAGE, func.coalesce(Ticket.number, "")]
    query = (
        select(Outage.office, *columns)
        .outerjoin(Ticket, (Outage.ticket_id == Ticket.id) & (Ticket.opened_utc <= window[1]))
        .where(_reaches(Outage.started_utc, Outage.ended_utc, window))
        .order_by(Outage.started_utc, Outage.id)
    )
    return _by_office((row[0], OutageRow(*row[1:])) for row in session.execute(query))


def affected(session: Session, window: Interval) -> ByOffice[AffectedRow]:
    """Return when sites were behind the outages of others, which may be another office's, within that time."""
    row = AffectedSite
    query = select(row.office, row.outage_id, row.site, row.since_utc, row.until_utc)
    found = session.execute(query.where(_reaches(row.since_utc, row.until_utc, window)).order_by(row.id)).all()
    causes: dict[int, str] = {}
    for ids in in_portions(sorted({each.outage_id for each in found})):
        of_them = select(Outage.id, Outage.cause).where(Outage.id.in_(ids)).execution_options(**ALL)
        causes |= dict(session.execute(of_them).all())
    return _by_office((each[0], AffectedRow(*each[1:], causes[each.outage_id])) for each in found)


def suppressed(session: Session, window: Interval) -> ByOffice[SuppressedRow]:
    """Return when sites were down without an outage, within that time, in order."""
    row = SuppressedOutage
    query = select(row.office, row.site, row.since_utc, row.until_utc, row.why)
    query = query.where(_reaches(row.since_utc, row.until_utc, window)).order_by(row.since_utc, row.id)
    return _by_office((each[0], SuppressedRow(*each[1:])) for each in session.execute(query))


def tickets(session: Session, window: Interval, *, requests: bool = False) -> ByOffice[TicketRow]:
    """Return the tickets that began before the window's end and were not resolved for good before it, by number.

    What was received in it and registered later is among them; withdrawn ones are not. ``requests``: only what somebody
    asked for.
    """
    query = select(Ticket.office, *_TICKET).where(*_counted(window, requests=requests))
    found = session.execute(query.order_by(Ticket.year, Ticket.seq))
    return _by_office((row[0], TicketRow(*row[1:])) for row in found)


def _by_office(rows: Iterable[tuple[str, Row]]) -> ByOffice[Row]:
    found: dict[str, list[Row]] = defaultdict(list)
    for office, row in rows:
        found[office].append(row)
    return found


def steps(session: Session, window: Interval, *, requests: bool = False) -> Mapping[int, Sequence[StepRow]]:
    """Return all steps of the same tickets as `tickets`, by the ticket's id, in their order."""
    query = (
        select(TicketEvent.ticket_id, TicketEvent.at_utc, TicketEvent.kind, TicketEvent.reason)
        .join(Ticket)
        .where(TicketEvent.kind.in_(STEPS), *_counted(window, requests=requests))
        .order_by(TicketEvent.id)
    )
    found: dict[int, list[StepRow]] = defaultdict(list)
    for ticket_id, at_utc, kind, why in session.execute(query):
        found[ticket_id].append(StepRow(at_utc, kind, why))
    return found


def notices(session: Session, rows: Sequence[OutageRow]) -> list[NoticeRow]:
    """Return the notices that were sent of those outages or their tickets, in the order of sending."""
    found: list[NoticeRow] = []
    tickets_of = sorted({row.ticket_id for row in rows if row.ticket_id is not None})
    for numbers in in_portions(tickets_of):
        found += _sent(session, Notice.ticket_id.in_(numbers))
    for names in in_portions([f"outage-{row.id}" for row in rows]):
        found += _sent(session, Notice.about.in_(names))
    return sorted(found, key=lambda row: (row.sent_utc, row.created_utc, row.recipient))


def _sent(session: Session, which: ColumnElement[bool]) -> list[NoticeRow]:
    whole = select(Notice.id, Notice.sent_utc).subquery()
    query = (
        select(
            Notice.ticket_id,
            Notice.about,
            Notice.created_utc,
            Notice.sent_utc,
            Notice.recipient,
            Notice.channel,
            Notice.folded_into,
            whole.c.sent_utc,
        )
        .outerjoin(whole, Notice.folded_into == whole.c.id)
        .where(which, Notice.sent_utc.is_not(None))
    )
    found = []
    for ticket_id, about, created_utc, sent_utc, recipient, channel, folded_into, whole_utc in session.execute(query):
        at_utc = whole_utc if folded_into is not None else sent_utc
        if at_utc is not None:
            found.append(NoticeRow(ticket_id, about, created_utc, at_utc, recipient, channel))
    return found


def _counted(window: Interval, *, requests: bool) -> Sequence[ColumnElement[bool]]:
    begins_utc, ends_utc = window
    counted: list[ColumnElement[bool]] = [
        Ticket.state != S.WITHDRAWN,
        or_(Ticket.opened_utc <= ends_utc, Ticket.event_utc <= ends_utc),
        or_(Ticket.resolved_utc.is_(None), Ticket.resolved_utc > begins_utc),
    ]
    return [*counted, Ticket.source != "outage"] if requests else counted


def _reaches(begins: Any, ends: Any, window: Interval) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (begins < window[1]) & (ends.is_(None) | (ends > window[0]))
    return found
