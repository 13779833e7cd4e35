"""Query the rows of orders about the calendar, the tickets whose dates follow from it, and the last count of them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from monitor.domain.ticket_states import UNSOLVED
from monitor.store.models import CalendarOrder, CountedCalendar, Ticket
from monitor.store.offices import office_of
from monitor.store.session import Session


def orders(session: Session) -> Sequence[CalendarOrder]:
    """Return all orders, in the order in which they were entered; also those that were undone."""
    return session.scalars(select(CalendarOrder).order_by(CalendarOrder.id)).all()


def unsettled(session: Session) -> Sequence[Ticket]:
    """Return the tickets that are not settled, the oldest first, with their outages."""
    query = select(Ticket).where(Ticket.state.in_(UNSOLVED)).order_by(Ticket.id)
    return session.scalars(query.options(selectinload(Ticket.outages))).all()


def last_count(session: Session) -> CountedCalendar | None:
    """Return the calendar by which running deadlines were counted last; None before the first count."""
    return session.get(CountedCalendar, (office_of(session), 1))


def store_count(session: Session, files: Mapping[str, object], last_order: int) -> None:
    """Store the calendar by which running deadlines are counted now."""
    session.merge(CountedCalendar(office=office_of(session), id=1, files=dict(files), last_order=last_order))
