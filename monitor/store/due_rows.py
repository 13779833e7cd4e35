"""Query which offices have cases on which something can fall due."""

from collections.abc import Sequence

from sqlalchemy import or_, select, union

from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import Outage, Ticket
from monitor.store.session import Session


def offices_with_cases(session: Session) -> Sequence[str]:
    """Return the offices with an open outage, one that missed its target without a ticket, or an unsettled ticket."""
    missed = (Outage.ticket_id.is_(None)) & (Outage.excuse == "") & (Outage.ended_utc > Outage.deadline_utc)
    outages = select(Outage.office).where(or_(Outage.ended_utc.is_(None), missed))
    tickets = select(Ticket.office).where(Ticket.state.in_(UNSOLVED))
    return sorted(session.scalars(union(outages, tickets)))
