"""The grievance chain: which stage a ticket has reached is derived from stored dates, at every look anew."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts import audit, letters, outbox
from monitor.alerts.office import Office
from monitor.alerts.tickets import MONITOR, UNSOLVED
from monitor.charter.stages import chain, stage_at
from monitor.store.models import Ticket


def advance(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    """Raises every unsolved ticket to the stage that its dates say, one step at a time, each told once."""
    raised = []
    overdue = select(Ticket).where(Ticket.state.in_(UNSOLVED), Ticket.breached_utc.is_not(None))
    for ticket in session.scalars(overdue.order_by(Ticket.id)):
        assert ticket.breached_utc is not None
        stages = chain(ticket.breached_utc, office.charter.stages, office.calendar)
        due = stage_at(stages, now_utc)
        while due is not None and ticket.stage < due.level:
            ticket.stage += 1
            stage = stages[ticket.stage - 1]
            facts = letters.facts_of(office, ticket, now_utc)
            audit.record(session, ticket, MONITOR, "stage", letters.history_line("stage", facts), now_utc)
            outbox.owe(session, office, ticket, f"stage-{ticket.stage}", stage.holder, facts, now_utc)
            raised.append(ticket)
    return raised
