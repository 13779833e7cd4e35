"""Stop the time of waiting tickets, for the services whose charter entry says so."""

from monitor.alerts.notices.gather import deadline_of, stages_of
from monitor.charter.stages import stage_at
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.ticket_states import MONITOR
from monitor.store import ticket_history
from monitor.store.models import Ticket
from monitor.store.work import Work


def ends(work: Work, ticket: Ticket) -> None:
    """Resume the ticket's time, with as much of it left as when it stopped; the history records it.

    Its event keeps its date. For a service whose time does not stop, nothing changes.
    """
    since_utc, ticket.waiting_since_utc = ticket.waiting_since_utc, None
    if since_utc is None or not work.office.charter.service(ticket.service).waiting_pauses or work.now_utc <= since_utc:
        return
    ticket.waits = [*ticket.waits, [since_utc.isoformat(), work.now_utc.isoformat()]]
    seconds = round((work.now_utc - since_utc).total_seconds())
    if ticket.breached_utc is None:
        ticket.deadline_utc = deadline_of(work.office, ticket).due_utc
        waited = reason(ReasonCode.WAITED, seconds=seconds, due=ticket.deadline_utc)
    else:
        stage = stage_at(stages_of(work.office, ticket), work.now_utc)
        waited = (
            reason(ReasonCode.WAITED_IN_STAGE, seconds=seconds, stage=stage.level, lapses=stage.lapses_utc)
            if stage
            else reason(ReasonCode.WAITED_AFTER_STAGES, seconds=seconds)
        )
    ticket_history.record(work.by(MONITOR), ticket, "paused", reason=waited)
