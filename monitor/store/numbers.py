"""Number tickets: the last number by office and year, in a row that grows."""

from sqlalchemy import func, select

from monitor.store.models import LastNumber, Ticket
from monitor.store.offices import office_of
from monitor.store.work import Work


def next_number(work: Work, year: int) -> int:
    """Return the next number of a year, from 1 on; it is given back only if the transaction is rolled back."""
    row = work.known.last_numbers.get(year) or _row(work, year)
    work.known.last_numbers[year] = row
    row.seq += 1
    return row.seq


def _row(work: Work, year: int) -> LastNumber:
    office = office_of(work.session)
    locked = select(LastNumber).where(LastNumber.office == office, LastNumber.year == year).with_for_update()
    row = work.session.scalars(locked).one_or_none()
    if row is None:
        given = select(func.max(Ticket.seq)).where(Ticket.office == office, Ticket.year == year)
        row = LastNumber(office=office, year=year, seq=work.session.scalar(given) or 0)
        work.session.add(row)
    return row
