"""Find when something falls due next, for clocks that jump from moment to moment."""

from collections.abc import Iterator
from datetime import datetime

from monitor.alerts.cases import escalation, tickets
from monitor.alerts.notices.gather import operator_limit
from monitor.charter.stages import warning_utc
from monitor.store import notice_queries, outage_rows, ticket_rows
from monitor.store.work import Work


def next_moment(work: Work) -> datetime | None:
    """Return the first moment later than ``after_utc`` at which something falls due; None without any."""
    return min((moment for moment in _moments(work) if moment > work.now_utc), default=None)


def _moments(work: Work) -> Iterator[datetime]:
    for outage in outage_rows.down(work.session):
        yield outage.deadline_utc
        warned = warning_utc(outage.deadline_utc, from_utc=outage.started_utc, calendar=work.office.calendar)
        if warned is not None:
            yield warned
        limit = operator_limit(work.office, outage)
        if limit is not None:
            yield limit
    for _, since_utc in tickets.recovered(work):
        yield since_utc + work.office.recovery_hold
    for ticket in ticket_rows.unsolved(work.session):
        if ticket.acknowledged_until_utc is not None:
            yield ticket.acknowledged_until_utc
        for step in escalation.foreseen(work.office, ticket):
            yield step.at_utc
    yield from notice_queries.due_times(work.session)
