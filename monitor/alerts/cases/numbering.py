"""Number new tickets: PREFIX-YEAR-000123, without gaps within a year, each number used once."""

from monitor.domain.ticket_states import TicketSource, TicketState
from monitor.store.models import Ticket
from monitor.store.numbers import next_number
from monitor.store.work import Work


def new_ticket(work: Work, service: str, site: str | None) -> Ticket:
    """Return an open ticket with the next number of its year; the caller fills in its dates.

    The year's row of `last_numbers` is locked until the transaction ends, so that two tickets cannot take one number.
    """
    year = work.office.calendar.local(work.now_utc).year
    seq = next_number(work, year)
    number = f"{work.office.charter.ticket_prefix}-{year}-{seq:06d}"
    state = TicketState.OPEN
    ticket = Ticket(number=number, year=year, seq=seq, service=service, site=site, state=state, opened_utc=work.now_utc)
    # What a fresh row will say need not be asked of the database.
    ticket.waits, ticket.stage, ticket.anew_level, ticket.source = [], 0, 0, TicketSource.OUTAGE
    work.known.notices[number] = []
    return ticket
