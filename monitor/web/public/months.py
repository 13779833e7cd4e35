"""Count by month what was promised in a fiscal year, and how much of it was kept. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.clock import DHAKA
from monitor.domain.fiscal_year import fiscal_year_of
from monitor.store.public_rows import Promise


@dataclass(frozen=True, slots=True)
class Month:
    """What was promised until a month's end or done in it, and how much of that was done in its time."""

    first: date
    promised: int
    kept: int


def months_of(targets: Iterable[Promise], at_utc: datetime) -> tuple[Month, ...]:
    """Return the months of the fiscal year up to now, the first one first.

    A promise counts in the month in which it was kept, or else in the one in which it was missed.
    """
    today = at_utc.astimezone(DHAKA).date()
    months = _months(fiscal_year_of(today), today)
    promised, kept = dict.fromkeys(months, 0), dict.fromkeys(months, 0)
    for promise in targets:
        done_utc = promise.ended_utc if promise.ended_utc is not None and promise.ended_utc <= at_utc else None
        in_time = done_utc is not None and done_utc <= promise.deadline_utc
        decided_utc = done_utc if in_time and done_utc is not None else promise.deadline_utc
        month = decided_utc.astimezone(DHAKA).date().replace(day=1)
        if month in promised and decided_utc <= at_utc:
            promised[month] += 1
            kept[month] += in_time
    return tuple(Month(month, promised[month], kept[month]) for month in months)


def fiscal_year(at_utc: datetime) -> tuple[int, int]:
    """Return the two years that the fiscal year lies in."""
    begun = fiscal_year_of(at_utc.astimezone(DHAKA).date())
    return begun.year, begun.year + 1


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    places = [first.year * 12 + first.month - 1 + each for each in range(count)]
    return [date(place // 12, place % 12 + 1, 1) for place in places]
