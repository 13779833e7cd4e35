"""When something falls due next: for clocks that jump from one moment to the next instead of looking every second."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.cases import escalation, tickets
from monitor.alerts.notices.gather import operator_limit
from monitor.charter.office import Office
from monitor.charter.stages import warning_utc
from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Notice, Outage, Ticket


def next_moment(session: Session, office: Office, after_utc: datetime) -> datetime | None:
    """The first moment later than ``after_utc`` at which the stored dates ask for something; None: there is none."""
    return min((moment for moment in _moments(session, office) if moment > after_utc), default=None)


def _moments(session: Session, office: Office) -> Iterator[datetime]:
    for outage in session.scalars(select(Outage).where(Outage.ended_utc.is_(None))):
        yield outage.deadline_utc
        warned = warning_utc(outage.deadline_utc, from_utc=outage.started_utc, calendar=office.calendar)
        if warned is not None:
            yield warned
        limit = operator_limit(office, outage)
        if limit is not None:
            yield limit
    for _, since_utc in tickets.recovered(session, office):
        yield since_utc + office.recovery_hold
    for ticket in session.scalars(select(Ticket).where(Ticket.state.in_(UNSOLVED))):
        if ticket.acknowledged_until_utc is not None:
            yield ticket.acknowledged_until_utc
        for step in escalation.foreseen(office, ticket):
            yield step.at_utc
    yield from session.scalars(select(Notice.due_utc).where(Notice.sent_utc.is_(None), Notice.dead_utc.is_(None)))
