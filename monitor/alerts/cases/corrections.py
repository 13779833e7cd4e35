"""Correct requests: the ticket has the right values from then on, its history has the old ones.

Another service brings its own deadline, counted from the same date. Notices about a missed target cannot be taken back:
a ticket that would not be overdue after all is withdrawn and registered again.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.cases.complaints import link_to_open_outages
from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import deadline_of, facts_of
from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain.message import message
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.text import clean, clean_lines
from monitor.domain.ticket_states import MONITOR, UNSOLVED, S
from monitor.i18n.terms import FIELDS
from monitor.store import ticket_history
from monitor.store.models import Ticket
from monitor.store.work import Work


@dataclass(frozen=True, slots=True)
class Correction:
    """The new values; None leaves a field as it is, an empty ``site`` or ``asker_email`` removes it."""

    service: str | None = None
    site: str | None = None
    asker: str | None = None
    asker_email: str | None = None
    text: str | None = None

    def cleaned(self, longest_asker: int, longest_text: int) -> "Correction":
        """Return the correction with cleaned texts of at most so many characters."""
        asker = None if self.asker is None else clean(self.asker, longest_asker)
        text = None if self.text is None else clean_lines(self.text, longest_text)
        return replace(self, asker=asker, text=text)


def correct(work: Work, ticket: Ticket, wanted: Correction, why: str) -> Ticket:
    """Correct a request's ticket, and notify those concerned when its service or site changed.

    Raises NotAllowed, and changes nothing, when it cannot be done.
    """
    number = ticket.number
    if ticket.source == "outage":
        raise NotAllowed(
            message("{number} was opened by the monitor: nothing in it was typed by a person", number=number)
        )
    if ticket.state == S.WITHDRAWN:
        raise NotAllowed(message("{number} is withdrawn. Register the request again", number=number))
    changed = _changes(ticket, wanted)
    if not changed:
        raise NotAllowed(message("{number} says so already: nothing is to be corrected", number=number))
    before_utc, deadline_utc = ticket.deadline_utc, _deadline(work.office, ticket, wanted, work.now_utc)
    for name, (_, after) in changed.items():
        setattr(ticket, name, after)
    changes = tuple(
        reason(ReasonCode.VALUE_CHANGED, field=name, before=before or "", after=after or "")
        for name, (before, after) in changed.items()
    )
    ticket_history.record(work, ticket, "corrected", why, reason(ReasonCode.CORRECTED, changes=changes))
    if deadline_utc != before_utc:
        ticket.deadline_utc = deadline_utc
        ticket.breached_utc = ticket.breached_utc and deadline_utc
        moved = reason(ReasonCode.SERVICE_CHANGED, before=before_utc, after=deadline_utc)
        ticket_history.record(work.by(MONITOR), ticket, "recounted", reason=moved)
    work.session.flush()
    if "service" in changed or "site" in changed:
        _notify(work, ticket, why)
    if "site" in changed and ticket.state in UNSOLVED:
        link_to_open_outages(work, ticket)
    return ticket


def _changes(ticket: Ticket, wanted: Correction) -> dict[str, tuple[str | None, str | None]]:
    """Return column → old and new value."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for name in FIELDS:
        before, after = getattr(ticket, name), getattr(wanted, name)
        if name == "site" and after == "":
            after = None
            if before is not None:
                found[name] = (before, after)
        elif after is not None and after != before:
            found[name] = (before, after)
    return found


def _deadline(office: Office, ticket: Ticket, wanted: Correction, now_utc: datetime) -> datetime:
    """Return the deadline after the correction."""
    if wanted.service is None or wanted.service == ticket.service:
        return ticket.deadline_utc
    if ticket.state not in UNSOLVED:
        raise NotAllowed(
            message(
                "{number} is {state}: its service counts in the record. Reopen it first",
                number=ticket.number,
                state=ticket.state,
            )
        )
    before, ticket.service = ticket.service, wanted.service
    due_utc = deadline_of(office, ticket).due_utc
    ticket.service = before
    if ticket.breached_utc is not None and due_utc > now_utc:
        raise NotAllowed(
            message(
                "{number} is overdue under {before}, and its officers were informed; under {service} it is "
                "due {due:moment}. Withdraw it and register it again: --at keeps the date of receipt",
                number=ticket.number,
                before=before,
                service=wanted.service,
                due=due_utc,
            )
        )
    return due_utc


def _notify(work: Work, ticket: Ticket, why: str) -> None:
    """Notify the right officer as at a registration, and earlier recipients of the correction."""
    facts = facts_of(work.office, ticket, work.now_utc, note=why)
    recipients = list(dict.fromkeys(notice.recipient for notice in outbox.notices_of(work, ticket)))
    officer = work.office.charter.service(ticket.service).officer
    if officer not in recipients:
        outbox.enqueue(work, ticket, NoticeKind.REGISTERED, officer, facts)
    if ticket.asker_email and ASKER not in recipients:
        outbox.enqueue(work, ticket, NoticeKind.REGISTERED, ASKER, facts)
    times = sum(event.kind == "corrected" for event in ticket.events)
    for recipient in recipients:
        if recipient != ASKER or ticket.asker_email:
            outbox.enqueue(work, ticket, NoticeKind.CORRECTED, recipient, facts, ref=str(times))
