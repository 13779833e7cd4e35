"""Number tickets: the last number by year, in a row that grows."""

from sqlalchemy import func, select

from monitor.store.models import LastNumber, Ticket
from monitor.store.work import Work


def next_number(work: Work, year: int) -> int:
    """Return the next number of a year, from 1 on; it is given back only if the transaction is rolled back."""
    row = work.known.last_numbers.get(year) or _row(work, year)
    work.known.last_numbers[year] = row
    row.seq += 1
    return row.seq


def _row(work: Work, year: int) -> LastNumber:
    row = work.session.scalars(select(LastNumber).where(LastNumber.year == year).with_for_update()).one_or_none()
    if row is None:
        given = work.session.scalar(select(func.max(Ticket.seq)).where(Ticket.year == year)) or 0
        row = LastNumber(year=year, seq=given)
        work.session.add(row)
    return row
