"""Say which period a report is about: a month, a quarter, a fiscal year (July to June), or any days. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.domain.day import at_dhaka
from monitor.domain.fiscal_year import FIRST_MONTH, fiscal_year_of
from monitor.judging.availability import Interval

MIDNIGHT = datetime.min.time()


@dataclass(frozen=True, slots=True)
class Period:
    """Some whole days of the office's clock. ``kind``: 'month', 'quarter', 'fiscal', 'days'; ``code``: as typed.

    ``ends``: the first day after it.
    """

    kind: str
    code: str
    begins: date
    ends: date

    @property
    def window(self) -> Interval:
        """Return its time, from and until just before, in UTC."""
        return at_dhaka(self.begins, MIDNIGHT), at_dhaka(self.ends, MIDNIGHT)


def month(year: int, number: int) -> Period:
    """Return a month; ``number``: 1 to 12."""
    return Period("month", f"{year:04}-{number:02}", date(year, number, 1), _month_after(year, number, 1))


def quarter(year: int, number: int) -> Period:
    """Return a quarter of the calendar year, 1 to 4; those of the fiscal year have the same bounds."""
    first = number * 3 - 2
    return Period("quarter", f"{year:04}-Q{number}", date(year, first, 1), _month_after(year, first, 3))


def fiscal(year: int) -> Period:
    """Return the fiscal year that begins in ``year``."""
    code = f"{year:04}-{(year + 1) % 100:02}"
    return Period("fiscal", code, date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH, 1))


def days(begins: date, last: date) -> Period:
    """Return the days from ``begins`` to ``last``, both included. Raises ValueError when ``last`` is before it."""
    if last < begins:
        raise ValueError(last)
    return Period("days", f"{begins.isoformat()}..{last.isoformat()}", begins, last + timedelta(days=1))


def period_of(kind: str, code: str) -> Period:
    """Return the period of a kind and its code. Raises ValueError on any other.

    month 2026-11, quarter 2026-Q4, fiscal 2026-27, days 2026-11-01..2026-11-15.
    """
    match kind, re.findall(r"\d+", code, re.ASCII):
        case "month", [year, number]:
            found = month(int(year), int(number))
        case "quarter", [year, number]:
            found = quarter(int(year), int(number))
        case "fiscal", [year, _]:
            found = fiscal(int(year))
        case "days", [*_]:
            first, _, last = code.partition("..")
            found = days(date.fromisoformat(first), date.fromisoformat(last))
        case _:
            raise ValueError(code)
    if found.code != code:
        raise ValueError(code)
    return found


def current_month(day: date) -> Period:
    """Return the month of that day."""
    return month(day.year, day.month)


def before(period: Period) -> Period:
    """Return the period of its kind just before it."""
    match period.kind:
        case "month":
            last = period.begins - timedelta(days=1)
            return month(last.year, last.month)
        case "quarter":
            last = period.begins - timedelta(days=1)
            return quarter(last.year, (last.month + 2) // 3)
        case "fiscal":
            return fiscal(fiscal_year_of(period.begins).year - 1)
        case _:
            return days(period.begins - (period.ends - period.begins), period.begins - timedelta(days=1))


def year_before(period: Period) -> Period:
    """Return the same period a year earlier; of days that February has not then, the last it has."""
    match period.kind:
        case "month":
            return month(period.begins.year - 1, period.begins.month)
        case "quarter":
            return quarter(period.begins.year - 1, (period.begins.month + 2) // 3)
        case "fiscal":
            return before(period)
        case _:
            return days(_year_before(period.begins), _year_before(period.ends - timedelta(days=1)))


def _year_before(day: date) -> date:
    leaps = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leaps else day.day)


def _month_after(year: int, number: int, months: int) -> date:
    place = year * 12 + number - 1 + months
    return date(place // 12, place % 12 + 1, 1)
