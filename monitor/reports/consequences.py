"""Say beforehand what an act on a ticket will cause: who will be informed, and what becomes of its time. Pure.

Each act of `alerts.cases.actions` has its entry here; a test does every one of them and compares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.notices.gather import restart_of, stages_of, waits_of
from monitor.alerts.notices.routing import channel_of, goes_at, wants
from monitor.charter.calendar import CalendarError
from monitor.charter.deadline import target_deadline
from monitor.charter.office import Office
from monitor.charter.stages import StageDates, StageRestart
from monitor.charter.waiting import Wait
from monitor.domain.message import Message, message
from monitor.domain.notice_kinds import GOOD_NEWS, NoticeKind
from monitor.domain.ticket_states import S, TicketSource
from monitor.store.models import Ticket

UNDONE_BY = {"ack": "unack", "resolve": "reopen", "close": "reopen", "wait": "start"}
"""Acts that another one takes back; of the others the traces stay for good."""

_KINDS = {"resolve": NoticeKind.RESOLVED, "withdraw": NoticeKind.WITHDRAWN, "reopen": NoticeKind.REOPENED}


@dataclass(frozen=True, slots=True)
class Notified:
    """Who gets a letter by an act: through which channel, and when it may go out at the earliest."""

    recipient: str
    channel: str
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class Consequences:
    """What an act causes. ``due_utc``: the target or the end of the stage that runs then; None once nothing runs."""

    notified: tuple[Notified, ...]
    effects: tuple[Message, ...]
    due_utc: datetime | None


def consequences(office: Office, ticket: Ticket, action: str, now_utc: datetime) -> Consequences:
    """Return what one of ACTIONS causes if it is done now; the ticket's state must allow it."""
    due_utc = _due_then(office, ticket, action, now_utc)
    effects = tuple(_effects(office, ticket, action, now_utc, due_utc))
    return Consequences(tuple(_notified(office, ticket, action, now_utc)), effects, due_utc)


def _notified(office: Office, ticket: Ticket, action: str, now_utc: datetime) -> Iterator[Notified]:
    """Yield the readers of the letters that the act enqueues; as `alerts.notices.outbox.enqueue` finds them."""
    site = office.fleet.sites.get(ticket.site or "")
    site_kind = site.kind if site else ""
    earlier = list(dict.fromkeys(notice.recipient for notice in ticket.notices))
    if action == "raise":
        kind, level = NoticeKind.STAGE, ticket.stage + 1
        first = [office.charter.stages[ticket.stage].holder]
    elif action in _KINDS:
        kind, level, first = _KINDS[action], ticket.stage, earlier
    else:
        return
    further = []
    if first:
        further = [name for name, entry in office.recipients.items() if wants(entry, kind, level, site_kind)]
    for reader in dict.fromkeys([*first, *further]):
        if kind not in GOOD_NEWS or reader in earlier:
            yield Notified(reader, channel_of(office, reader), goes_at(office, kind, reader, now_utc))


def _due_then(office: Office, ticket: Ticket, action: str, now_utc: datetime) -> datetime | None:
    """Return when the target or stage that runs after the act ends; None for one that ends all of them."""
    if action in {"resolve", "close", "withdraw"} or (action == "comment" and ticket.resolved_utc is not None):
        return None
    if action == "reopen":
        return _reopened_due(office, ticket, now_utc)
    if action == "raise":
        return _raised(office, ticket, now_utc).lapses_utc
    waits = waits_of(ticket.waits)
    if action != "comment" and _stands_still(office, ticket) and ticket.waiting_since_utc is not None:
        waits = (*waits, Wait(ticket.waiting_since_utc, now_utc))
    if ticket.breached_utc is None:
        return _target(office, ticket, ticket.event_utc, waits) if waits else ticket.deadline_utc
    stages = office.stages_from(ticket.breached_utc, restart_of(ticket.anew_level, ticket.anew_utc), waits)
    return stages[max(ticket.stage, 1) - 1].lapses_utc if stages else None


def _reopened_due(office: Office, ticket: Ticket, now_utc: datetime) -> datetime | None:
    resolved_utc = ticket.resolved_utc or now_utc
    if ticket.breached_utc is None and resolved_utc <= ticket.deadline_utc:
        return _target(office, ticket, now_utc, ())
    stages = office.charter.stages
    if not stages:
        return None
    level = min(max(ticket.stage, 1), len(stages))
    chain = office.stages_from(
        ticket.breached_utc or ticket.deadline_utc, StageRestart(level, now_utc), waits_of(ticket.waits)
    )
    return chain[level - 1].lapses_utc


def _raised(office: Office, ticket: Ticket, now_utc: datetime) -> StageDates:
    """Return the dates of the next stage; one that would be over already begins now."""
    level = ticket.stage + 1
    dates = stages_of(office, ticket)[level - 1]
    if dates.lapses_utc > now_utc or ticket.breached_utc is None:
        return dates
    restarted = office.stages_from(ticket.breached_utc, StageRestart(level, now_utc), waits_of(ticket.waits))
    return restarted[level - 1]


def _target(office: Office, ticket: Ticket, from_utc: datetime, waits: tuple[Wait, ...]) -> datetime:
    if ticket.outages:
        return ticket.deadline_utc  # an outage's target counts from its start, whatever happens to the ticket
    target = office.charter.service(ticket.service).target
    try:
        counted = target_deadline(
            target, started_utc=from_utc, confirmed_utc=from_utc, calendar=office.calendar, waits=waits
        )
    except CalendarError:
        return ticket.deadline_utc
    return counted.due_utc


def _stands_still(office: Office, ticket: Ticket) -> bool:
    return ticket.state == S.WAITING and office.charter.service(ticket.service).waiting_pauses


def _effects(
    office: Office, ticket: Ticket, action: str, now_utc: datetime, due_utc: datetime | None
) -> Iterator[Message]:
    match action:
        case "ack":
            yield message("No time and no stage stops.")
            yield message("If you say until when, it opens again then and the officer in charge gets a letter.")
        case "unack":
            yield message("It is open again, as if nobody had acknowledged it.")
        case "start" if _stands_still(office, ticket):
            yield message("Its time runs again, with as much of it left as when it stopped.")
        case "wait" if office.charter.service(ticket.service).waiting_pauses:
            yield message("Its time is stopped until the work goes on.")
        case "wait":
            yield message("Its time runs on: waiting does not stop it for this service.")
        case "resolve":
            yield from _resolved(office, ticket, now_utc)
        case "reopen" if due_utc is not None and _is_late(ticket, now_utc):
            level = max(ticket.stage, 1)
            yield message(
                "Stage {level} begins again with its full time, until {until:moment}.", level=level, until=due_utc
            )
        case "reopen" if due_utc is not None:
            yield message("The promised time begins again: until {until:moment}.", until=due_utc)
        case "raise" if due_utc is not None:
            level = ticket.stage + 1
            yield message("Stage {level} begins now; its time ends {until:moment}.", level=level, until=due_utc)
        case "withdraw":
            yield message("It counts in no record, and its number is not used again.")
        case "comment":
            yield message("Only who may read tickets sees it, unless it is for everyone.")
    if action in {"ack", "unack", "start", "comment"} and due_utc is not None and due_utc > now_utc:
        yield message("The time that runs now ends {until:moment}.", until=due_utc)


def _resolved(office: Office, ticket: Ticket, now_utc: datetime) -> Iterator[Message]:
    if ticket.stage:
        yield message("Stage {level} ends; no further stage begins.", level=ticket.stage)
    if _is_late(ticket, now_utc):
        yield message("It counts as late: it was due {due:moment}.", due=ticket.deadline_utc)
    else:
        yield message("It counts as resolved in time.")
    if ticket.source == TicketSource.OUTAGE:
        if any(outage.ended_utc is None for outage in ticket.outages):
            yield message("The site still does not answer, and the letters say so.")
        yield message(
            "If the site goes down again within {window}, it opens again by itself.", window=office.reopen_window
        )


def _is_late(ticket: Ticket, now_utc: datetime) -> bool:
    return ticket.breached_utc is not None or (ticket.resolved_utc or now_utc) > ticket.deadline_utc
