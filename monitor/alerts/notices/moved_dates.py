"""Find the dates that another calendar moves, and whom it writes to about them. Pure.

What is said of an order before it is entered and what is written when it holds both come from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.facts.case import Asked
from monitor.alerts.notices.gather import deadline_of, deadline_of_outage, stages_of
from monitor.alerts.notices.routing import ASKER, wants
from monitor.charter.office import Office
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.ticket_states import TicketSource
from monitor.store.models import Outage, Ticket


@dataclass(frozen=True, slots=True)
class MovedDate:
    """A date that moves. ``number``: the ticket's; empty for an outage that has none yet.

    ``level``: the stage whose time ends then, 0 for the target. ``officer``: whose letters follow from it. ``runs``:
    it is the one that runs now; stages to come do not. ``asked``: the request, where the requester gets letters of it.
    """

    number: str
    site: str
    service: str
    level: int
    before_utc: datetime
    after_utc: datetime
    officer: str
    runs: bool = True
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class MovedLetter:
    """A letter about moved dates: to an officer, a further recipient, or whoever ``asked`` (the first request)."""

    recipient: str
    moved: tuple[MovedDate, ...]
    asked: Asked | None = None


def letters(office: Office, moved: Sequence[MovedDate]) -> tuple[MovedLetter, ...]:
    """Return one letter for each reader who is concerned by a date that runs, with all those dates.

    The date's officer, further recipients who want such letters, and whoever asked, of a target alone: no citizen is
    told of stages.
    """
    concerned: dict[tuple[str, str], list[MovedDate]] = {}
    for each in moved:
        if not each.runs:
            continue
        site = office.fleet.sites.get(each.site)
        kind = site.kind if site else ""
        further = (
            name for name, entry in office.recipients.items() if wants(entry, NoticeKind.MOVED, each.level, kind)
        )
        for reader in dict.fromkeys([each.officer, *further]):
            concerned.setdefault((reader, ""), []).append(each)
        if each.asked is not None:
            concerned.setdefault((ASKER, each.asked.email.casefold()), []).append(each)
    return tuple(
        MovedLetter(reader, tuple(dates), dates[0].asked if reader == ASKER else None)
        for (reader, _), dates in concerned.items()
    )


def of_ticket(ticket: Ticket, before: Office, after: Office, now_utc: datetime) -> Iterator[MovedDate]:
    """Yield the dates ahead of an unsettled ticket that are others by the calendar of ``after``.

    What was promised under a row that the charter no longer has stays promised.
    """
    if ticket.service not in before.charter.services:
        return
    if ticket.breached_utc is None and ticket.deadline_utc > now_utc:
        dates = (deadline_of(before, ticket).due_utc, deadline_of(after, ticket).due_utc)
        if dates[0] != dates[1]:
            yield target(after, ticket, *dates)
    yield from stages(ticket, before, after, now_utc)


def of_outage(outage: Outage, before: Office, after: Office) -> Iterator[MovedDate]:
    """Yield the target of an outage without a ticket, if it is another one by the calendar of ``after``."""
    if outage.service not in before.charter.services:
        return
    dates = (deadline_of_outage(before, outage).due_utc, deadline_of_outage(after, outage).due_utc)
    if dates[0] != dates[1]:
        yield outage_target(after, outage, *dates)


def target(office: Office, ticket: Ticket, before_utc: datetime, after_utc: datetime) -> MovedDate:
    """Return a ticket's target that moves."""
    officer = office.charter.service(ticket.service).officer
    dates = (before_utc, after_utc)
    return MovedDate(ticket.number, ticket.site or "", ticket.service, 0, *dates, officer, asked=_asked(ticket))


def outage_target(office: Office, outage: Outage, before_utc: datetime, after_utc: datetime) -> MovedDate:
    """Return the target of an outage without a ticket that moves."""
    officer = office.charter.service(outage.service).officer
    return MovedDate("", outage.site, outage.service, 0, before_utc, after_utc, officer)


def stages(ticket: Ticket, before: Office, after: Office, now_utc: datetime) -> Iterator[MovedDate]:
    """Yield the ends of a ticket's present stage and of those to come that are others by the calendar of ``after``."""
    for old, new in zip(stages_of(before, ticket), stages_of(after, ticket), strict=False):
        is_ahead = old.level >= ticket.stage and max(old.lapses_utc, new.lapses_utc) > now_utc
        if is_ahead and old.lapses_utc != new.lapses_utc:
            dates, holder, runs = (old.lapses_utc, new.lapses_utc), new.holder, old.level == ticket.stage
            yield MovedDate(ticket.number, ticket.site or "", ticket.service, old.level, *dates, holder, runs)


def _asked(ticket: Ticket) -> Asked | None:
    if ticket.source == TicketSource.OUTAGE or not ticket.asker_email:
        return None
    return Asked(
        name=ticket.asker, email=ticket.asker_email, way=ticket.source, text=ticket.text, code=ticket.code or ""
    )
