"""Query the rows of orders about the calendar, and the tickets whose dates follow from it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import CalendarOrder, Ticket
from monitor.store.session import Session


def orders(session: Session) -> Sequence[CalendarOrder]:
    """Return all orders, in the order in which they were entered; also those that were undone."""
    return session.scalars(select(CalendarOrder).order_by(CalendarOrder.id)).all()


def unsettled(session: Session) -> Sequence[Ticket]:
    """Return the tickets that are not settled, the oldest first, with their outages."""
    query = select(Ticket).where(Ticket.state.in_(UNSOLVED)).order_by(Ticket.id)
    return session.scalars(query.options(selectinload(Ticket.outages))).all()
