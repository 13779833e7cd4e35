"""Compute service hours. Outside them an unreachable site is 'paused', and no outage of it begins."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from monitor.charter.calendar import WEEKDAYS, Calendar
from monitor.domain.day import END_OF_DAY, at_dhaka, exact
from monitor.i18n.formats import DHAKA
from monitor.settings.calendar_file import WeeklyHours
from monitor.settings.sites_file import HoursName

LONGEST_BREAK_DAYS = 800


def in_service(hours: HoursName, t_utc: datetime, calendar: Calendar) -> bool:
    """Return whether ``t_utc`` (aware) is within those hours; their end is not included."""
    match hours:
        case "always":
            return True
        case "school":
            return _within(calendar.service_hours.school, t_utc, calendar)
        case "centre" if calendar.service_hours.centre is not None:
            return _within(calendar.service_hours.centre, t_utc, calendar)
        case "office" | "centre":
            return calendar.is_open(t_utc)


def service_begins(hours: HoursName, t_utc: datetime, calendar: Calendar) -> datetime | None:
    """Return the first moment from ``t_utc`` on within those hours, in UTC; None when that is years ahead."""
    if in_service(hours, t_utc, calendar):
        return t_utc
    if hours == "office" or (hours == "centre" and calendar.service_hours.centre is None):
        return calendar.next_opening(t_utc)
    weekly = calendar.service_hours.school if hours == "school" else calendar.service_hours.centre
    assert weekly is not None
    first = calendar.local(t_utc).date()
    for offset in range(LONGEST_BREAK_DAYS):
        day = first + timedelta(days=offset)
        for opens in sorted(shift.opens for shift in weekly.shifts):
            at = datetime.combine(day, opens, DHAKA)
            if at >= t_utc and in_service(hours, at, calendar):
                return at.astimezone(UTC)
    return None


def promised(hours: HoursName, day: date, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the service hours on that day of the office's clock, in UTC."""
    if hours == "always":
        yield at_dhaka(day, time(0)), at_dhaka(day + timedelta(days=1), time(0))
        return
    if hours == "office" or (hours == "centre" and calendar.service_hours.centre is None):
        known = calendar.day(day)
        if known.opens is not None and known.closes is not None:
            yield known.opens.astimezone(UTC), exact(known.closes).astimezone(UTC)
        return
    weekly = calendar.service_hours.school if hours == "school" else calendar.service_hours.centre
    assert weekly is not None
    for shift in weekly.shifts:
        if _within(weekly, at_dhaka(day, shift.opens), calendar):
            yield at_dhaka(day, shift.opens), at_dhaka(day, shift.closes)


def _within(weekly: WeeklyHours, t_utc: datetime, calendar: Calendar) -> bool:
    local = calendar.local(t_utc)
    day, clock = local.date(), local.time()
    if WEEKDAYS[day.weekday()] not in weekly.days or calendar.is_public_holiday(day):
        return False
    if any(term.touches(day.year) for term in weekly.terms) and not any(term.covers(day) for term in weekly.terms):
        return False
    return any(shift.opens <= clock and (clock < shift.closes or shift.closes == END_OF_DAY) for shift in weekly.shifts)
