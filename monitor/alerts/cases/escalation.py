"""The grievance chain: what is due on each ticket is derived from its stored dates, at every look anew.

Nothing is kept in a timer, so a restart, a sleep or a step of the clock neither loses nor repeats anything: a notice is
owed under a name that it can have only once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import selectinload

from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import anew_of, facts_of, history_line, stages_of, waits_of
from monitor.charter.escalation_steps import Dates, Step, due
from monitor.charter.office import Office
from monitor.domain.ticket_states import UNSOLVED, S
from monitor.store import ticket_history
from monitor.store.models import Outage, Ticket, TicketEvent
from monitor.store.session import Session
from monitor.store.sqlite import in_portions
from monitor.store.work import Work

CHAIN_ANEW = frozenset({"paused", "reopened"})  # lines of the history after which the chain has other dates
TARGET_ANEW = CHAIN_ANEW | {"recounted"}  # and the target
_DATED = (
    Ticket.id,
    Ticket.service,
    Ticket.state,
    Ticket.stage,
    Ticket.event_utc,
    Ticket.deadline_utc,
    Ticket.breached_utc,
    Ticket.anew_level,
    Ticket.anew_utc,
    Ticket.waits,
)


def advance(work: Work) -> list[Ticket]:
    """Does for every unsolved ticket what is due; returns those for which something was."""
    moved = []
    for ticket in _with_steps_due(work):
        steps_due = _due(work.office, ticket, work.now_utc)
        done = {notice.key for notice in ticket.notices}
        fresh = [step for step in steps_due if outbox.key(ticket, step.name, step.recipient) not in done]
        for step in fresh:
            _do(work, ticket, step)
        if any(step.kind == "breach" for step in fresh):
            for step in _due(work.office, ticket, work.now_utc):  # the chain begins at that very moment
                if step.kind == "stage":
                    _do(work, ticket, step)
        if fresh:
            moved.append(ticket)
    return moved


def _with_steps_due(work: Work) -> Sequence[Ticket]:
    """The unsolved tickets of which something may be due, found by their dates alone: there can be thousands."""
    recounted = _times_recounted(work.session)
    found = []
    for row in work.session.execute(select(*_DATED).where(Ticket.state.in_(UNSOLVED))):
        service = work.office.charter.service(row.service)
        if row.state == S.WAITING and service.waiting_pauses:
            continue  # its time stands still
        if due(work.office.steps_of(_dates(row, recounted.get(row.id, 0)), service.officer), row.stage, work.now_utc):
            found.append(row.id)
    tickets: list[Ticket] = []
    for ids in in_portions(found):
        some = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)
        whole = some.options(selectinload(Ticket.notices), selectinload(Ticket.outages).selectinload(Outage.affected))
        tickets += work.session.scalars(whole)
    return tickets


def _times_recounted(session: Session) -> dict[int, int]:
    """How often what runs now of each unsolved ticket, its target or its chain, was counted anew."""
    chain_runs, later = Ticket.breached_utc.is_not(None), TicketEvent.at_utc > Ticket.breached_utc
    counts = or_(and_(~chain_runs, TicketEvent.kind.in_(TARGET_ANEW)), and_(later, TicketEvent.kind.in_(CHAIN_ANEW)))
    query = select(TicketEvent.ticket_id, func.count()).join(Ticket).where(Ticket.state.in_(UNSOLVED), counts)
    return {id_: count for id_, count in session.execute(query.group_by(TicketEvent.ticket_id))}  # noqa: C416


def _dates(row: Ticket | Row[Any], recounted: int) -> Dates:
    anew, waits = anew_of(row.anew_level, row.anew_utc), waits_of(row.waits)
    return Dates(row.event_utc, row.deadline_utc, row.breached_utc, recounted, anew, waits)


def may_be_raised(office: Office, ticket: Ticket) -> bool:
    """Whether its target is missed and there is a stage after the one that it stands at."""
    return ticket.breached_utc is not None and ticket.stage < len(office.charter.stages)


def raise_stage(work: Work, ticket: Ticket, text: str) -> None:
    """Begins the next stage of a ticket that `may_be_raised`, by a person's decision."""
    stage = work.office.charter.stages[ticket.stage]
    _do(work, ticket, Step("stage", stage.level, stage.holder, work.now_utc), text)


def foreseen(office: Office, ticket: Ticket) -> Sequence[Step]:
    """All steps that the ticket's dates allow to foresee, done or not, in the order of their own dates."""
    missed = ticket.breached_utc
    if missed is None:
        recounted = sum(event.kind in TARGET_ANEW for event in ticket.events)
    else:
        recounted = sum(event.kind in CHAIN_ANEW and event.at_utc > missed for event in ticket.events)
    return office.steps_of(_dates(ticket, recounted), office.charter.service(ticket.service).officer)


def _due(office: Office, ticket: Ticket, now_utc: datetime) -> list[Step]:
    return due(foreseen(office, ticket), ticket.stage, now_utc)


def _do(
    work: Work,
    ticket: Ticket,
    step: Step,
    note: str = "",
) -> None:
    if step.kind == "breach":
        ticket.breached_utc = ticket.deadline_utc
    elif step.kind == "stage":
        ticket.stage = step.level
        if stages_of(work.office, ticket)[step.level - 1].lapses_utc <= work.now_utc:  # nobody looked for so long
            ticket.anew_level, ticket.anew_utc = step.level, work.now_utc  # its holder has his time all the same
    facts = facts_of(work.office, ticket, work.now_utc, note=note)
    words = history_line(step.kind, facts)
    ticket_history.record(work, ticket, step.kind, f"{words}; {note}" if note else words)
    outbox.enqueue(work, ticket, step.name, step.recipient, facts)
