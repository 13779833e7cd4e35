"""Do what the stored dates require now, in the charter's order."""

from collections.abc import Callable, Sequence
from functools import partial

from monitor.alerts.cases import acknowledgements, complaints, escalation, tickets
from monitor.alerts.cases.set_aside import run_each_alone
from monitor.alerts.notices.gather import operator_late_since
from monitor.domain.reasons import ReasonCode, reason
from monitor.store import outage_rows, ticket_history
from monitor.store.models import Outage
from monitor.store.work import Work

MOST_AT_ONCE = 500  # tickets opened in one transaction: others wait for the lock meanwhile


def do_what_is_due(work: Work, most: int | None = None) -> bool:
    """Do what is due, opening at most so many tickets; return whether anything was done."""
    steps: list[Callable[[], Sequence[object]]] = [
        partial(tickets.warn_of_deadlines, work),
        partial(tickets.open_overdue, work, most),
        partial(acknowledgements.advance, work),
        partial(tickets.resolve_recovered, work),
        partial(tickets.reopen_settled, work),
        partial(complaints.notify_requesters, work),
        partial(_note_late_operators, work),
        partial(escalation.advance, work),
    ]
    return run_each_alone(work, steps)


def _note_late_operators(work: Work) -> list[Outage]:
    """Record in the tickets of open outages, once for each outage, that the operator is late too."""
    noted: list[Outage] = []
    limit = work.office.fleet.shortest_operator_limit
    if limit is None:
        return noted
    for outage in outage_rows.without_operator_alert(work.session, work.now_utc - limit):
        since_utc = operator_late_since(work.office, outage, work.now_utc)
        if since_utc is None or outage.ticket is None:
            continue
        late = reason(ReasonCode.OPERATOR_LATE, operator=work.office.fleet.sites[outage.site].operator, due=since_utc)
        ticket_history.record(work, outage.ticket, "operator_late", reason=late)
        outage.operator_told = True
        noted.append(outage)
    return noted
