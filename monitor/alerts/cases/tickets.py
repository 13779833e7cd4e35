"""Tickets: opened when a promise is missed, moved by people or by a lasting recovery, never forgotten. See `states`."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from monitor.alerts.cases import complaints, escalation, waiting
from monitor.alerts.cases.numbering import new_ticket
from monitor.alerts.cases.recovery import flaps, recovered_since
from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import deadline_of, facts_of, history_line, recovery_line, stages_of
from monitor.charter.escalation_steps import warning_name
from monitor.charter.office import Office
from monitor.charter.stages import warning_utc
from monitor.domain.ticket_states import ACTIONS, MONITOR, UNSOLVED, S
from monitor.i18n.formats import moment_text
from monitor.store import ticket_history
from monitor.store.models import Outage, SiteState, Ticket

TICKETS = "sites that had tickets"
DOWN_AGAIN = "the site is down again"
A_DAY = timedelta(days=1)


class TicketError(Exception):
    """The ticket does not exist or does not allow the action; the message says which."""


def act(
    session: Session,
    office: Office,
    number: str,
    action: str,
    actor: str,
    text: str,
    now_utc: datetime,
    until_utc: datetime | None = None,
) -> Ticket:
    """Does one of ACTIONS to a ticket; raises TicketError when it cannot be done.

    ``until_utc``: when an acknowledgement runs out.
    """
    ticket = find(session, number)
    rule = ACTIONS[action]
    if ticket.state not in rule.allowed:
        raise TicketError(f"{number} is {ticket.state}; '{action}' needs it to be {' or '.join(rule.allowed)}")
    if action == "withdraw" and ticket.source == "outage":
        raise TicketError(f"{number} was opened by the monitor, not by mistake: resolve it, or plan work (maintenance)")
    if rule.leads_to:
        ticket.acknowledged_until_utc = until_utc if action == "ack" else None
    if ticket.state == S.WAITING and rule.leads_to:
        waiting.ends(session, office, ticket, now_utc)
    if action == "resolve":
        _resolve(session, office, ticket, actor, text, now_utc)
    elif action == "reopen":
        _reopen(session, office, ticket, actor, text, now_utc)
    elif action == "withdraw":
        ticket.state, ticket.resolved_utc = S.WITHDRAWN, None
        ticket_history.record(session, ticket, actor, "withdrawn", text, now_utc)
        _tell_all(session, office, ticket, "withdrawn", text, now_utc)
    elif action == "raise":
        if not escalation.raise_stage(session, office, ticket, actor, text, now_utc):
            raise TicketError(
                f"{number} is not overdue, or stands at the last stage already: there is none to raise it to"
            )
    else:
        ticket.state = rule.leads_to or ticket.state
        if action == "wait":
            ticket.waiting_since_utc = now_utc
        ticket_history.record(session, ticket, actor, action, text, now_utc)
    return ticket


def find(session: Session, number: str) -> Ticket:
    """The ticket of that number; raises TicketError."""
    ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one_or_none()
    if ticket is None:
        raise TicketError(f"no ticket {number}. `upazila-monitor tickets` lists them")
    return ticket


def open_overdue(session: Session, office: Office, now_utc: datetime, most: int | None = None) -> list[Ticket]:
    """Opens the ticket of every outage that has missed its target and has none; of at most so many."""
    missed = select(Outage).where(
        Outage.ticket_id.is_(None),
        Outage.deadline_utc <= now_utc,
        or_(Outage.ended_utc.is_(None), Outage.ended_utc > Outage.deadline_utc),
    )
    query = missed.order_by(Outage.id).limit(most).options(selectinload(Outage.affected))
    rows = session.scalars(query).all()
    opened = [_open(session, office, outage, now_utc) for outage in rows]
    if opened:
        complained = complaints.sites_of_complaints(session)
        for ticket in opened:
            if ticket.site in complained:
                complaints.link_to_outage(session, ticket, now_utc)
    return opened


def _open(session: Session, office: Office, outage: Outage, now_utc: datetime) -> Ticket:
    ticket = new_ticket(session, office, outage.service, outage.site, now_utc)
    ticket.event_utc, ticket.deadline_utc = outage.started_utc, outage.deadline_utc
    ticket.breached_utc = outage.deadline_utc
    ticket.outages = [outage]
    session.add(ticket)
    session.info.pop(TICKETS, None)
    facts = facts_of(office, ticket, now_utc)
    for line in outage.recounted.splitlines():
        ticket_history.record(session, ticket, MONITOR, "recounted", line, now_utc)
    ticket_history.record(session, ticket, MONITOR, "opened", history_line("opened", facts), now_utc)
    outbox.enqueue(session, office, ticket, "opened", office.charter.service(ticket.service).officer, facts, now_utc)
    return ticket


def warn_of_deadlines(session: Session, office: Office, now_utc: datetime) -> list[Outage]:
    """Tells the officer, at the opening of the day, of each outage whose target falls due on it."""
    query = select(Outage).where(
        Outage.ended_utc.is_(None),
        Outage.ticket_id.is_(None),
        Outage.deadline_utc > now_utc,
        Outage.deadline_utc <= now_utc + A_DAY,
    )
    due: list[tuple[Outage, str]] = []
    for outage in session.scalars(query.order_by(Outage.id)):
        at_utc = warning_utc(outage.deadline_utc, from_utc=outage.started_utc, calendar=office.calendar)
        if at_utc is not None and at_utc <= now_utc:
            due.append((outage, warning_name(outage.recounted.count("\n"))))
    return outbox.owe_for_outages(session, office, due, now_utc)


def link_to_recent(session: Session, office: Office, outage: Outage, now_utc: datetime) -> None:
    """Hangs a new outage on its site's ticket if that is unsolved, or was resolved within the reopen window.

    While the site flaps a resolved ticket stays so; `reopen_settled` looks at it again.
    """
    if outage.site not in _sites_with_tickets(session):
        return
    ticket = session.scalars(
        select(Ticket).where(Ticket.site == outage.site, Ticket.source == "outage").order_by(Ticket.id.desc()).limit(1)
    ).one()
    if ticket.state in UNSOLVED:
        ticket.outages.append(outage)
        ticket.held_open = False
        ticket_history.record(session, ticket, MONITOR, "down_again", outage.reason, now_utc)
    elif ticket.resolved_utc is not None and now_utc - ticket.resolved_utc <= office.reopen_window:
        ticket.outages.append(outage)
        if flaps(session, outage.site):
            ticket_history.record(session, ticket, MONITOR, "down_again", outage.reason, now_utc)
        else:
            _reopen(session, office, ticket, MONITOR, DOWN_AGAIN, now_utc)


def reopen_settled(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    """Reopens the solved tickets whose sites went down while they flapped, and have settled down without a return."""
    query = (
        select(Ticket)
        .join(Outage)
        .where(Ticket.state.not_in(UNSOLVED), Outage.ended_utc.is_(None), Outage.confirmed_utc > Ticket.resolved_utc)
        .where(Ticket.site.not_in(select(SiteState.site).where(SiteState.flapping)))
        .order_by(Ticket.id)
    )
    settled = list(session.scalars(query))
    for ticket in settled:
        _reopen(session, office, ticket, MONITOR, DOWN_AGAIN, now_utc)
    return settled


def _sites_with_tickets(session: Session) -> set[str | None]:
    """The sites that ever had a ticket of an outage, asked once in a transaction."""
    known: set[str | None] | None = session.info.get(TICKETS)
    if known is None:
        query = select(Ticket.site).where(Ticket.source == "outage").distinct()
        known = session.info[TICKETS] = set(session.scalars(query))
    return known


def resolve_recovered(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    """Resolves the tickets whose outages are all over and whose sites have answered since for the hold time.

    A recovery lasts only while the site answers: one that is silent again, or behind another, or excused, starts anew.
    The ticket of a site that flaps waits until it has settled down. What a person reopened stays open until a person
    resolves it, or the site goes down and comes back once more.
    """
    resolved = []
    for ticket, since_utc in recovered(session, office):
        if since_utc <= now_utc - office.recovery_hold:
            _resolve(session, office, ticket, MONITOR, recovery_line(ticket, since_utc), now_utc)
            resolved.append(ticket)
    return resolved


def recovered(session: Session, office: Office) -> list[tuple[Ticket, datetime]]:
    """The unsolved tickets whose outages are all over, each with since when its site answers."""
    query = (
        select(Ticket, func.max(Outage.ended_utc))
        .join(Outage)
        .where(Ticket.state.in_(UNSOLVED), Ticket.held_open.is_(False))
        .group_by(Ticket.id)
        .having(func.count() == func.count(Outage.ended_utc))
        .order_by(Ticket.id)
    )
    found = []
    for ticket, ended_utc in session.execute(query).all():
        since_utc = None if ended_utc is None else recovered_since(session, office, ticket.site, ended_utc)
        if since_utc is not None:
            found.append((ticket, since_utc))
    return found


def _resolve(session: Session, office: Office, ticket: Ticket, actor: str, text: str, now_utc: datetime) -> None:
    ticket.state, ticket.resolved_utc = S.RESOLVED, now_utc
    ticket_history.record(session, ticket, actor, "resolved", text, now_utc)
    # Of what ended by itself the letter's own rows say when and why, in the reader's language.
    _tell_all(session, office, ticket, "resolved", "" if actor == MONITOR else text, now_utc)


def _reopen(session: Session, office: Office, ticket: Ticket, actor: str, text: str, now_utc: datetime) -> None:
    was_late = ticket.breached_utc is not None or (ticket.resolved_utc or now_utc) > ticket.deadline_utc
    ticket.state, ticket.resolved_utc, ticket.held_open = S.OPEN, None, actor != MONITOR
    ticket.waiting_since_utc = None
    words = _stage_anew(office, ticket, now_utc) if was_late else _target_anew(office, ticket, now_utc)
    ticket_history.record(session, ticket, actor, "reopened", f"{text}; {words}" if text else words, now_utc)
    _tell_all(session, office, ticket, "reopened", "" if actor == MONITOR else text, now_utc)


def _target_anew(office: Office, ticket: Ticket, now_utc: datetime) -> str:
    """What was settled in time before is a new matter from now on; says so."""
    ticket.event_utc, ticket.waits = now_utc, []
    ticket.deadline_utc = deadline_of(office, ticket).due_utc
    return f"it was settled in time before, and counts from its reopening: due {moment_text(ticket.deadline_utc, 'en')}"


def _stage_anew(office: Office, ticket: Ticket, now_utc: datetime) -> str:
    """What was overdue before goes on at the stage it had reached, whose holder has his whole time again; says so."""
    ticket.breached_utc = ticket.breached_utc or ticket.deadline_utc
    count = len(office.charter.stages)
    if not count:
        return "it was overdue before, and still is"
    ticket.anew_level, ticket.anew_utc = min(max(ticket.stage, 1), count), now_utc
    stages = stages_of(office, ticket)
    lapses = moment_text(stages[ticket.anew_level - 1].lapses_utc, "en")
    return f"it was overdue before, and goes on at stage {ticket.anew_level}, counted anew: to be settled by {lapses}"


def _tell_all(session: Session, office: Office, ticket: Ticket, kind: str, text: str, now_utc: datetime) -> None:
    """Owes a notice to everyone who was told of this ticket; the same kind may come up again after a reopening."""
    session.flush()
    facts = facts_of(office, ticket, now_utc, note=text)
    times = sum(event.kind == kind for event in ticket.events)
    for recipient in dict.fromkeys(notice.recipient for notice in ticket.notices):
        outbox.enqueue(session, office, ticket, f"{kind}-{times}", recipient, facts, now_utc)
