"""The grievance chain: what is due on each ticket is derived from its stored dates, at every look anew.

Nothing is kept in a timer, so a restart, a sleep or a step of the clock neither loses nor repeats anything: a notice is
owed under a name that it can have only once.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts import audit, outbox
from monitor.alerts.due import Dates, Step, due, steps
from monitor.alerts.facts import facts_of, history_line
from monitor.alerts.office import Office
from monitor.alerts.states import MONITOR, UNSOLVED
from monitor.store.models import Ticket


def advance(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    """Does for every unsolved ticket what is due; returns those for which something was."""
    moved = []
    for ticket in session.scalars(select(Ticket).where(Ticket.state.in_(UNSOLVED)).order_by(Ticket.id)):
        steps_due = _due(office, ticket, now_utc)
        if not steps_due:
            continue
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


def raise_stage(session: Session, office: Office, ticket: Ticket, actor: str, text: str, now_utc: datetime) -> bool:
    """Begins the ticket's next stage by a person's decision; False when there is none to begin."""
    if ticket.breached_utc is None or ticket.stage >= len(office.charter.stages):
        return False
    stage = office.charter.stages[ticket.stage]
    _do(session, office, ticket, Step("stage", stage.level, stage.holder, now_utc), now_utc, actor, text)
    return True


def foreseen(office: Office, ticket: Ticket) -> Iterator[Step]:
    """All steps that the ticket's dates allow to foresee, done or not."""
    recounted = sum(event.kind == "recounted" for event in ticket.events)
    dates = Dates(ticket.event_utc, ticket.deadline_utc, ticket.breached_utc, recounted)
    responsible = office.charter.services[ticket.service].officer
    return steps(dates, responsible, office.charter.stages, office.calendar)


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
