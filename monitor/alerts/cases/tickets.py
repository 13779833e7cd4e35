"""Open tickets for missed targets, and change their state by people or by a lasting recovery. See `ticket_states`."""

from datetime import datetime, timedelta

from monitor.alerts.cases import complaints
from monitor.alerts.cases.history_reasons import recovery_reason, step_reason
from monitor.alerts.cases.numbering import new_ticket
from monitor.alerts.cases.recovery import flaps, recovered_since
from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import deadline_of, facts_of, stages_of
from monitor.charter.escalation_steps import recounted_ref
from monitor.charter.office import Office
from monitor.charter.stages import warning_utc
from monitor.domain.message import message
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.ticket_states import MONITOR, UNSOLVED, S
from monitor.store import outage_rows, ticket_history, ticket_rows
from monitor.store.models import Outage, Ticket
from monitor.store.work import Work

DOWN_AGAIN = reason(ReasonCode.SITE_DOWN_AGAIN)
A_DAY = timedelta(days=1)


def find(work: Work, number: str) -> Ticket:
    """Return the ticket of that number; raises NotAllowed."""
    ticket = ticket_rows.to_be_changed(work.session, number)
    if ticket is None:
        raise NotAllowed(message("no ticket {number}. `upazila-monitor tickets` lists them", number=number))
    return ticket


def open_overdue(work: Work, most: int | None = None) -> list[Ticket]:
    """Open the ticket of every outage that missed its target and has none; at most so many."""
    overdue = outage_rows.overdue_without_ticket(work.session, work.now_utc, most)
    opened = [_open(work, outage) for outage in work.in_portions(overdue)]
    outage_rows.store_tickets(work.session, overdue)
    if opened:
        complained = ticket_rows.sites_complained_about(work.session)
        for ticket in opened:
            if ticket.site in complained:
                complaints.link_to_outage(work, ticket)
    return opened


def _open(work: Work, outage: Outage) -> Ticket:
    ticket = new_ticket(work, outage.service, outage.site)
    ticket.event_utc, ticket.deadline_utc = outage.started_utc, outage.deadline_utc
    ticket.breached_utc = outage.deadline_utc
    work.session.add(ticket)
    outage_rows.give_to(ticket, outage)
    work.known.sites_with_tickets = None
    facts = facts_of(work.office, ticket, work.now_utc)
    for each in outage.recounts:
        before = reason(ReasonCode.RECOUNTED_BEFORE, at=each.at_utc, change=each.reason)
        ticket_history.record(work, ticket, "recounted", reason=before)
    ticket_history.record(work, ticket, "opened", reason=step_reason(work.office, ticket, NoticeKind.OPENED))
    outbox.enqueue(work, ticket, NoticeKind.OPENED, work.office.charter.service(ticket.service).officer, facts)
    return ticket


def warn_of_deadlines(work: Work) -> list[Outage]:
    """Notify the officer, at the opening of the day, of each outage whose target is due on it."""
    due: list[tuple[Outage, str]] = []
    for outage in outage_rows.running_without_ticket(work.session, work.now_utc, within=A_DAY):
        at_utc = warning_utc(outage.deadline_utc, from_utc=outage.started_utc, calendar=work.office.calendar)
        if at_utc is not None and at_utc <= work.now_utc:
            due.append((outage, recounted_ref(len(outage.recounts))))
    return outbox.enqueue_for_outages(work, NoticeKind.DUE_TODAY, due)


def link_to_recent(work: Work, outage: Outage) -> None:
    """Link a new outage to its site's ticket if that is unsettled, or was resolved within the reopen window.

    While the site flaps a resolved ticket stays so; `reopen_settled` checks it again.
    """
    if not had_ticket(work, outage.site):
        return
    ticket = ticket_rows.last_of_outages(work.session, outage.site)
    if ticket.state in UNSOLVED:
        ticket.outages.append(outage)
        ticket.held_open = False
        ticket_history.record(work, ticket, "down_again", reason=outage.reason)
    elif ticket.resolved_utc is not None and work.now_utc - ticket.resolved_utc <= work.office.reopen_window:
        ticket.outages.append(outage)
        if flaps(work.session, outage.site):
            ticket_history.record(work, ticket, "down_again", reason=outage.reason)
        else:
            reopen(work, ticket, because=DOWN_AGAIN)


def reopen_settled(work: Work) -> list[Ticket]:
    """Reopen the resolved tickets whose sites went down while flapping, and stayed down."""
    settled = list(ticket_rows.down_again(work.session))
    for ticket in settled:
        reopen(work, ticket, because=DOWN_AGAIN)
    return settled


def had_ticket(work: Work, site: str) -> bool:
    """Return whether a site ever had a ticket of an outage; queried once per transaction."""
    if work.known.sites_with_tickets is None:
        work.known.sites_with_tickets = ticket_rows.sites_with_tickets(work.session)
    return site in work.known.sites_with_tickets


def resolve_recovered(work: Work) -> list[Ticket]:
    """Resolve the tickets whose outages have all ended and whose sites have answered since for the hold time.

    The hold time restarts when a site is down, affected or in downtime again. The ticket of a flapping site waits until
    it is steady. What a person reopened stays open until a person resolves it, or the site goes down and recovers once
    more.
    """
    resolved = []
    for ticket, since_utc in recovered(work):
        if since_utc <= work.now_utc - work.office.recovery_hold:
            resolve(work, ticket, because=recovery_reason(ticket, since_utc))
            resolved.append(ticket)
    return resolved


def recovered(work: Work) -> list[tuple[Ticket, datetime]]:
    """Return the unsettled tickets whose outages have all ended, each with since when its site answers."""
    found = []
    for ticket, ended_utc in ticket_rows.with_outages_over(work.session):
        since_utc = None if ended_utc is None else recovered_since(work, ticket.site, ended_utc)
        if since_utc is not None:
            found.append((ticket, since_utc))
    return found


def resolve(work: Work, ticket: Ticket, text: str = "", because: Reason | None = None) -> None:
    """Resolve a ticket and notify all who had a notice of it; ``text``: a person's, ``because``: the program's words.

    Of what ended by itself the letter's own rows say when and why.
    """
    ticket.state, ticket.resolved_utc = S.RESOLVED, work.now_utc
    ticket_history.record(work, ticket, "resolved", text, because)
    _notify_all(work, ticket, NoticeKind.RESOLVED, text)


def withdraw(work: Work, ticket: Ticket, text: str) -> None:
    """Withdraw a request for good, and notify all who had a notice of it."""
    ticket.state, ticket.resolved_utc = S.WITHDRAWN, None
    ticket_history.record(work, ticket, "withdrawn", text)
    _notify_all(work, ticket, NoticeKind.WITHDRAWN, text)


def reopen(work: Work, ticket: Ticket, text: str = "", because: Reason | None = None) -> None:
    """Reopen a settled ticket and notify all who had a notice of it; see `_restart_target`, `_restart_stage`."""
    was_late = ticket.breached_utc is not None or (ticket.resolved_utc or work.now_utc) > ticket.deadline_utc
    ticket.state, ticket.resolved_utc, ticket.held_open = S.OPEN, None, work.actor != MONITOR
    ticket.waiting_since_utc = None
    restart = _restart_stage if was_late else _restart_target
    ticket_history.record(work, ticket, "reopened", text, restart(work.office, ticket, work.now_utc, because))
    _notify_all(work, ticket, NoticeKind.REOPENED, text)


def _restart_target(office: Office, ticket: Ticket, now_utc: datetime, because: Reason | None) -> Reason:
    """Restart the target of a ticket that was settled in time; return that as a reason."""
    ticket.event_utc, ticket.waits = now_utc, []
    ticket.deadline_utc = deadline_of(office, ticket).due_utc
    return reason(ReasonCode.TARGET_RESTARTED, because=because, due=ticket.deadline_utc)


def _restart_stage(office: Office, ticket: Ticket, now_utc: datetime, because: Reason | None) -> Reason:
    """Restart the stage that an overdue ticket had reached, with its full time; return that as a reason."""
    ticket.breached_utc = ticket.breached_utc or ticket.deadline_utc
    count = len(office.charter.stages)
    if not count:
        return reason(ReasonCode.STILL_OVERDUE, because=because)
    ticket.anew_level, ticket.anew_utc = min(max(ticket.stage, 1), count), now_utc
    stages = stages_of(office, ticket)
    lapses_utc = stages[ticket.anew_level - 1].lapses_utc
    return reason(ReasonCode.STAGE_RESTARTED, because=because, stage=ticket.anew_level, lapses=lapses_utc)


def _notify_all(work: Work, ticket: Ticket, kind: NoticeKind, text: str) -> None:
    """Enqueue a notice to all who had one of this ticket; the same kind may recur after a reopening."""
    work.session.flush()
    facts = facts_of(work.office, ticket, work.now_utc, note=text)
    times = sum(event.kind == kind for event in ticket.events)
    for recipient in dict.fromkeys(notice.recipient for notice in outbox.notices_of(work, ticket)):
        outbox.enqueue(work, ticket, kind, recipient, facts, ref=str(times))
