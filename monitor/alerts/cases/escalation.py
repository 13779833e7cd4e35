"""Escalate tickets along the grievance chain: what is due is derived from stored dates at every look.

No timers, so a restart, a suspend or a step of the clock neither loses nor repeats anything: a notice is enqueued under
a key that it can have only once.
"""

from collections.abc import Mapping, Sequence

from monitor.alerts.cases.history_reasons import step_reason
from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import facts_of, restart_of, stages_of, waits_of
from monitor.charter.escalation_steps import Dates, Step, due
from monitor.charter.office import Office
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.ticket_states import S
from monitor.store import ticket_history, ticket_rows
from monitor.store.models import Ticket
from monitor.store.ticket_rows import CHAIN_RESTARTS, TARGET_RESTARTS, DatedTicket
from monitor.store.work import Work


def advance(work: Work) -> list[Ticket]:
    """Do what is due for every unsettled ticket; return those for which something was."""
    moved = []
    tickets, recounted = _with_steps_due(work)
    outbox.read_notices(work, tickets)
    for ticket in work.in_portions(tickets):
        steps_due = _due(work, ticket, recounted[ticket.id])
        done = {(notice.kind, notice.ref, notice.recipient) for notice in outbox.notices_of(work, ticket)}
        fresh = [step for step in steps_due if (step.kind, step.ref, step.recipient) not in done]
        for step in fresh:
            _do(work, ticket, step)
        if any(step.kind is NoticeKind.BREACH for step in fresh):
            for step in _due(work, ticket, _recounted(ticket)):  # the chain begins at that very moment
                if step.kind is NoticeKind.STAGE:
                    _do(work, ticket, step)
        if fresh:
            moved.append(ticket)
    return moved


def _with_steps_due(work: Work) -> tuple[Sequence[Ticket], Mapping[int, int]]:
    """Return the unsettled tickets that may have steps due, found by their dates alone: there can be thousands.

    And how often the present target or chain of each was restarted, by id.
    """
    found: dict[int, int] = {}
    for row in ticket_rows.dated(work.session):
        service = work.office.charter.service(row.service)
        if row.state == S.WAITING and service.waiting_pauses:
            continue  # its time is stopped
        if due(work.office.steps_of(_dates(row, row.recounted), service.officer), row.stage, work.now_utc):
            found[row.id] = row.recounted
    return ticket_rows.whole(work.session, list(found)), found


def _dates(row: Ticket | DatedTicket, recounted: int) -> Dates:
    restart, waits = restart_of(row.anew_level, row.anew_utc), waits_of(row.waits)
    return Dates(row.event_utc, row.deadline_utc, row.breached_utc, recounted, restart, waits)


def can_be_raised(office: Office, ticket: Ticket) -> bool:
    """Return whether its target is missed and there is a stage after its present one."""
    return ticket.breached_utc is not None and ticket.stage < len(office.charter.stages)


def raise_stage(work: Work, ticket: Ticket, text: str) -> None:
    """Begin the next stage of a ticket that `can_be_raised`, by a person's decision."""
    stage = work.office.charter.stages[ticket.stage]
    _do(work, ticket, Step(NoticeKind.STAGE, stage.level, stage.holder, work.now_utc), text)


def foreseen(office: Office, ticket: Ticket) -> Sequence[Step]:
    """Return all steps that the ticket's dates foresee, done or not, in the order of their dates."""
    return _foreseen(office, ticket, _recounted(ticket))


def _foreseen(office: Office, ticket: Ticket, recounted: int) -> Sequence[Step]:
    return office.steps_of(_dates(ticket, recounted), office.charter.service(ticket.service).officer)


def _recounted(ticket: Ticket) -> int:
    """Count how often its present target or chain was restarted."""
    missed = ticket.breached_utc
    if missed is None:
        return sum(event.kind in TARGET_RESTARTS for event in ticket.events)
    return sum(event.kind in CHAIN_RESTARTS and event.at_utc > missed for event in ticket.events)


def _due(work: Work, ticket: Ticket, recounted: int) -> list[Step]:
    return due(_foreseen(work.office, ticket, recounted), ticket.stage, work.now_utc)


def _do(
    work: Work,
    ticket: Ticket,
    step: Step,
    note: str = "",
) -> None:
    if step.kind is NoticeKind.BREACH:
        ticket.breached_utc = ticket.deadline_utc
    elif step.kind is NoticeKind.STAGE:
        ticket.stage = step.level
        if (
            stages_of(work.office, ticket)[step.level - 1].lapses_utc <= work.now_utc
        ):  # the daemon did not run for so long
            ticket.anew_level, ticket.anew_utc = step.level, work.now_utc  # its holder has his time all the same
    facts = facts_of(work.office, ticket, work.now_utc, note=note)
    ticket_history.record(work, ticket, step.kind, note, step_reason(work.office, ticket, step.kind))
    outbox.enqueue(work, ticket, step.kind, step.recipient, facts, ref=step.ref)
