"""When a service is promised. Outside these hours a silent site is 'paused', and no outage of it begins."""

from datetime import datetime

from monitor.charter.calendar import WEEKDAYS, Calendar
from monitor.settings.calendar_file import WeeklyHours
from monitor.settings.charter_file import HoursName


def in_service(hours: HoursName, t_utc: datetime, calendar: Calendar) -> bool:
    """Whether a service promised in these hours is promised at ``t_utc`` (aware); their end is not included."""
    match hours:
        case "always":
            return True
        case "school":
            return _within(calendar.service_hours.school, t_utc, calendar)
        case "centre" if calendar.service_hours.centre is not None:
            return _within(calendar.service_hours.centre, t_utc, calendar)
        case "office" | "centre":
            return calendar.is_open(t_utc)


def _within(weekly: WeeklyHours, t_utc: datetime, calendar: Calendar) -> bool:
    local = calendar.local(t_utc)
    day, clock = local.date(), local.time()
    if WEEKDAYS[day.weekday()] not in weekly.days or calendar.day(day).kind == "holiday":
        return False
    if any(term.touches(day.year) for term in weekly.terms) and not any(term.covers(day) for term in weekly.terms):
        return False
    return any(shift.opens <= clock < shift.closes for shift in weekly.shifts)
