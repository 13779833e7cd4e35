"""Move deadlines by the time a case waited: afterwards as much time is left as when it stopped.

Working time is stopped, in whole minutes: the office hours that pass while the case waits are added to its deadline as
office hours. So a night, a weekend or a holiday meanwhile changes nothing. Where a period leaves out its first day,
waiting on that day adds nothing. Periods of hours and seconds run, and stop, by the clock. The event keeps its date.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from monitor.charter.calendar import Calendar, CalendarError, Day
from monitor.domain.message import message

ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Wait(NamedTuple):
    """A time for which a case waited: its time did not run from ``stopped_utc`` until ``resumed_utc``."""

    stopped_utc: datetime
    resumed_utc: datetime


def resumed_due(due_utc: datetime, wait: Wait, runs_from_utc: datetime, calendar: Calendar) -> datetime:
    """Return the deadline after a wait that began before it; time before ``runs_from_utc`` does not count.

    Raises CalendarError when the calendar has no such time.
    """
    if wait.stopped_utc >= due_utc:
        return due_utc
    waited = working_time(max(wait.stopped_utc, runs_from_utc), max(wait.resumed_utc, runs_from_utc), calendar)
    minutes = round(waited / MINUTE)
    return after_working_time(minutes * MINUTE, due_utc, calendar) if minutes else due_utc


def resumed_due_by_the_clock(due_utc: datetime, wait: Wait) -> datetime:
    """Return the deadline after a wait for a period that runs by the clock."""
    return due_utc + (wait.resumed_utc - wait.stopped_utc) if wait.stopped_utc < due_utc else due_utc


def day_after(t_utc: datetime, calendar: Calendar) -> datetime:
    """Return the midnight from which a period runs that leaves out its first day."""
    tomorrow = calendar.local(t_utc).date() + ONE_DAY
    return datetime.combine(tomorrow, time.min, calendar.local(t_utc).tzinfo).astimezone(UTC)


def working_time(from_utc: datetime, until_utc: datetime, calendar: Calendar) -> timedelta:
    """Return how long the office is open between two moments; zero if the second is the earlier."""
    total = timedelta(0)
    for opens, closes in _hours_from(from_utc, calendar):
        if opens >= until_utc:
            break
        total += min(closes, until_utc) - opens
    return total


def after_working_time(length: timedelta, from_utc: datetime, calendar: Calendar) -> datetime:
    """Return the moment at which the office has been open for that long since ``from_utc``."""
    for opens, closes in _hours_from(from_utc, calendar):
        if length <= closes - opens:
            return opens + length
        length -= closes - opens
    raise CalendarError(
        message(
            "no {length} of office hours within ten years after {from_utc:%Y-%m-%d}", length=length, from_utc=from_utc
        )
    )


def _hours_from(from_utc: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the office's hours from then on, in UTC."""
    for day in calendar.days_from(calendar.local(from_utc).date()):
        span = _span(day)
        if span is not None and span[1] > from_utc:
            yield max(span[0], from_utc), span[1]


def _span(day: Day) -> tuple[datetime, datetime] | None:
    return (day.opens.astimezone(UTC), day.closes.astimezone(UTC)) if day.opens and day.closes else None
