"""The grievance chain: what is due on each ticket is derived from its stored dates, at every look anew.

Nothing is kept in a timer, so a restart, a sleep or a step of the clock neither loses nor repeats anything: a notice is
owed under a name that it can have only once.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from monitor.alerts import audit, outbox
from monitor.alerts.due import Dates, Step, due
from monitor.alerts.facts import facts_of, history_line
from monitor.alerts.office import Office
from monitor.alerts.states import MONITOR, UNSOLVED, S
from monitor.store.models import Outage, Ticket, TicketEvent
from monitor.store.session import in_portions


def advance(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    """Does for every unsolved ticket what is due; returns those for which something was."""
    moved = []
    for ticket in _with_steps_due(session, office, now_utc):
        steps_due = _due(office, ticket, now_utc)
        done = {notice.key for notice in ticket.notices}
        fresh = [step for step in steps_due if outbox.key(ticket, step.name, step.recipient) not in done]
        for step in fresh:
            _do(session, office, ticket, step, now_utc)
        if any(step.kind == "breach" for step in fresh):
            for step in _due(office, ticket, now_utc):  # the chain begins at that very moment
                if step.kind == "stage":
                    _do(session, office, ticket, step, now_utc)
        if fresh:
            moved.append(ticket)
    return moved


def _with_steps_due(session: Session, office: Office, now_utc: datetime) -> Sequence[Ticket]:
    """The unsolved tickets of which something may be due, found by their dates alone: there can be thousands."""
    recounted = _times_recounted(session)
    columns = (Ticket.id, Ticket.service, Ticket.event_utc, Ticket.deadline_utc, Ticket.breached_utc, Ticket.stage)
    found = []
    for id_, key, event_utc, deadline_utc, breached_utc, stage, state in session.execute(
        select(*columns, Ticket.state).where(Ticket.state.in_(UNSOLVED))
    ):
        service = office.charter.service(key)
        if state == S.WAITING and service.waiting_pauses:
            continue  # its time stands still
        dates = Dates(event_utc, deadline_utc, breached_utc, recounted.get(id_, 0))
        if due(office.steps_of(dates, service.officer), stage, now_utc):
            found.append(id_)
    tickets: list[Ticket] = []
    for ids in in_portions(found):
        some = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)
        whole = some.options(selectinload(Ticket.notices), selectinload(Ticket.outages).selectinload(Outage.affected))
        tickets += session.scalars(whole)
    return tickets


def _times_recounted(session: Session) -> dict[int, int]:
    """How often the deadline of each unsolved ticket was counted anew."""
    query = select(TicketEvent.ticket_id, func.count()).join(Ticket).where(Ticket.state.in_(UNSOLVED))
    rows = session.execute(query.where(TicketEvent.kind == "recounted").group_by(TicketEvent.ticket_id))
    return {id_: count for id_, count in rows}  # noqa: C416 (a row is no pair to mypy)


def raise_stage(session: Session, office: Office, ticket: Ticket, actor: str, text: str, now_utc: datetime) -> bool:
    """Begins the ticket's next stage by a person's decision; False when there is none to begin."""
    if ticket.breached_utc is None or ticket.stage >= len(office.charter.stages):
        return False
    stage = office.charter.stages[ticket.stage]
    _do(session, office, ticket, Step("stage", stage.level, stage.holder, now_utc), now_utc, actor, text)
    return True


def foreseen(office: Office, ticket: Ticket) -> Sequence[Step]:
    """All steps that the ticket's dates allow to foresee, done or not, in the order of their own dates."""
    recounted = sum(event.kind == "recounted" for event in ticket.events)
    dates = Dates(ticket.event_utc, ticket.deadline_utc, ticket.breached_utc, recounted)
    return office.steps_of(dates, office.charter.service(ticket.service).officer)


def _due(office: Office, ticket: Ticket, now_utc: datetime) -> list[Step]:
    return due(foreseen(office, ticket), ticket.stage, now_utc)


def _do(
    session: Session,
    office: Office,
    ticket: Ticket,
    step: Step,
    now_utc: datetime,
    actor: str = MONITOR,
    note: str = "",
) -> None:
    if step.kind == "breach":
        ticket.breached_utc = ticket.deadline_utc
    elif step.kind == "stage":
        ticket.stage = step.level
    facts = facts_of(office, ticket, now_utc, note=note)
    words = history_line(step.kind, facts)
    audit.record(session, ticket, actor, step.kind, f"{words}; {note}" if note else words, now_utc)
    outbox.owe(session, office, ticket, step.name, step.recipient, facts, now_utc)
