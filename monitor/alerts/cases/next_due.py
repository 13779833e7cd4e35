"""When something falls due next: for clocks that jump from one moment to the next instead of looking every second."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from monitor.alerts.cases import escalation, tickets
from monitor.alerts.notices.gather import operator_limit
from monitor.charter.stages import warning_utc
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Notice, Outage, Ticket
from monitor.store.work import Work


def next_moment(work: Work) -> datetime | None:
    """The first moment later than ``after_utc`` at which the stored dates ask for something; None: there is none."""
    return min((moment for moment in _moments(work) if moment > work.now_utc), default=None)


def _moments(work: Work) -> Iterator[datetime]:
    for outage in work.session.scalars(select(Outage).where(Outage.ended_utc.is_(None))):
        yield outage.deadline_utc
        warned = warning_utc(outage.deadline_utc, from_utc=outage.started_utc, calendar=work.office.calendar)
        if warned is not None:
            yield warned
        limit = operator_limit(work.office, outage)
        if limit is not None:
            yield limit
    for _, since_utc in tickets.recovered(work):
        yield since_utc + work.office.recovery_hold
    for ticket in work.session.scalars(select(Ticket).where(Ticket.state.in_(UNSOLVED))):
        if ticket.acknowledged_until_utc is not None:
            yield ticket.acknowledged_until_utc
        for step in escalation.foreseen(work.office, ticket):
            yield step.at_utc
    yield from work.session.scalars(select(Notice.due_utc).where(Notice.sent_utc.is_(None), Notice.dead_utc.is_(None)))
