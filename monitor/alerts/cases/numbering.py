"""New tickets and their numbers: PREFIX-YEAR-000123, gapless within a year, never given twice."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.charter.office import Office
from monitor.domain.ticket_states import TicketState
from monitor.store.models import Ticket

LAST = "last number of a year"


def new_ticket(session: Session, office: Office, service: str, site: str | None, now_utc: datetime) -> Ticket:
    """An open ticket with the next number of its year; the caller fills in its dates.

    The session must hold the write lock (`Store.write`), so that two tickets cannot take one number.
    """
    year = office.calendar.local(now_utc).year
    last: int | None = session.info.get((LAST, year))
    seq = (last or session.scalar(select(func.max(Ticket.seq)).where(Ticket.year == year)) or 0) + 1
    session.info[LAST, year] = seq
    number = f"{office.charter.ticket_prefix}-{year}-{seq:06d}"
    state = TicketState.OPEN
    ticket = Ticket(number=number, year=year, seq=seq, service=service, site=site, state=state, opened_utc=now_utc)
    # What a fresh row will say need not be asked of the database.
    ticket.events, ticket.notices, ticket.waits = [], [], []
    ticket.stage, ticket.anew_level, ticket.source = 0, 0, "outage"
    return ticket
