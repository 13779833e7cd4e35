"""Count the working days that are left until a deadline, as an officer counts them on the wall calendar. Pure."""

from datetime import datetime, timedelta

from monitor.charter.calendar import Calendar

MOST_DAYS = 400  # further ahead, or behind, nobody counts


def working_days_left(due_utc: datetime, now_utc: datetime, calendar: Calendar) -> int:
    """Return how many working days come after today, the one it is due on included; 0 on that day itself.

    Negative, once that day is past: how many working days there were since, today included. At most MOST_DAYS.
    """
    due, today = calendar.local(due_utc).date(), calendar.local(now_utc).date()
    first, last = sorted((due, today))
    length = min((last - first).days, MOST_DAYS)
    count = sum(calendar.day(first + timedelta(days=n)).working for n in range(1, length + 1))
    return count if due >= today else -count
