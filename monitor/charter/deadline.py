"""Compute deadlines of the charter, and explain them day by day.

A target of working days is counted by one of two rules, which the office chooses in config/calendar.toml:

``first-day-excluded``
    Leave out the day of the event, whatever its hour; due at the closing time of the N-th working day after it.
    The computation of the General Clauses Act, 1897 (s. 9: 'from' excludes the first day; s. 10: what ends on a closed
    day ends on the next open one). It binds Acts; for a charter it is the nearest analogy.
``elapsed``
    What comes while the office is closed counts from its next opening. Then: the same time of day on the N-th working
    day after, within that day's hours; from an opening exactly, the closing of the N-th working day counting that one.

By both the deadline never decreases as the event moves later. Disposal times of the grievance chain are always counted
in whole days, as the first rule counts.
"""

import itertools
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from monitor.charter.calendar import Calendar, Day
from monitor.charter.waiting import Wait, day_after, resumed_due, resumed_due_by_the_clock
from monitor.domain.message import N_, Said, message
from monitor.domain.period import Period
from monitor.i18n.catalogue import render, tr
from monitor.i18n.formats import digits, moment_text, short_date_text, weekday_text
from monitor.i18n.languages import Lang

DeadlineRule = Literal["immediate", "clock", "first-day-excluded", "elapsed"]

ONE_DAY = timedelta(days=1)

_RULES: dict[DeadlineRule, str] = {
    "immediate": "",
    "clock": N_("by the clock, closed days included"),
    "first-day-excluded": N_("first day excluded"),
    "elapsed": N_("counted from the time of day"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A day that was examined. ``counted``: which working day it is, or None if it does not count."""

    date: date
    counted: int | None
    why: Said


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end ``due_utc`` of a ``period`` that runs from ``from_utc``, and the days on which that was decided.

    ``estimated``: one of those days lies in a year without a notified list of holidays. ``waits``: when its time did
    not run; the days are those counted without them.
    """

    due_utc: datetime
    rule: DeadlineRule
    steps: tuple[Step, ...]
    from_utc: datetime
    period: Period
    estimated: bool = False
    waits: tuple[Wait, ...] = ()


def target_deadline(
    period: Period,
    *,
    started_utc: datetime,
    confirmed_utc: datetime,
    calendar: Calendar,
    waits: Sequence[Wait] = (),
) -> Deadline:
    """Return the deadline of a service-time target for an event that began at ``started_utc``; times are aware.

    'immediate' is due when the event is confirmed; hours and seconds run by the clock, whatever the calendar. Time
    within ``waits`` does not count. Raises CalendarError when the calendar has no working day for it.
    """
    return _with_waits(_target(period, started_utc, confirmed_utc, calendar), waits, calendar)


def _target(period: Period, started_utc: datetime, confirmed_utc: datetime, calendar: Calendar) -> Deadline:
    match period.unit:
        case "immediate":
            return Deadline(confirmed_utc.astimezone(UTC), "immediate", (), started_utc, period)
        case "hours" | "seconds":
            return _by_the_clock(period, started_utc)
        case "working_days" if calendar.rule == "elapsed":
            return _elapsed(period, started_utc, calendar)
        case "working_days":
            return _working_days(period, started_utc, calendar)
        case unit:
            raise ValueError(f"{unit} are no service-time target. Expected working days, hours or seconds")


def disposal_deadline(
    period: Period, *, from_utc: datetime, calendar: Calendar, waits: Sequence[Wait] = ()
) -> Deadline:
    """Return when a disposal time that begins at ``from_utc`` ends, whatever rule targets are counted by.

    N months (or days) end on the same date N months later, clamped at month ends (N days later), at closing time; if
    the office is closed then, at that of the next working day. ``waits`` and CalendarError as for `target_deadline`.
    """
    return _with_waits(_disposal(period, from_utc, calendar), waits, calendar)


def _disposal(period: Period, from_utc: datetime, calendar: Calendar) -> Deadline:
    match period.unit:
        case "hours" | "seconds":
            return _by_the_clock(period, from_utc)
        case "working_days":
            return _working_days(period, from_utc, calendar)
        case "months" | "days":
            return _to_a_date(period, from_utc, calendar)
        case unit:
            raise ValueError(f"{unit} is no disposal time. Expected months, days, working days, hours or seconds")


def _with_waits(deadline: Deadline, waits: Sequence[Wait], calendar: Calendar) -> Deadline:
    """Return the deadline moved by the waits that began before it; each leaves as much time as there was."""
    due_utc, counted = deadline.due_utc, []
    excluded = deadline.rule == "first-day-excluded"
    runs_from_utc = day_after(deadline.from_utc, calendar) if excluded else deadline.from_utc
    for wait in waits:
        if wait.stopped_utc < deadline.from_utc or wait.stopped_utc >= due_utc or deadline.rule == "immediate":
            continue
        if deadline.rule == "clock":
            due_utc = resumed_due_by_the_clock(due_utc, wait)
        else:
            due_utc = resumed_due(due_utc, wait, runs_from_utc, calendar)
        counted.append(wait)
    return replace(deadline, due_utc=due_utc, waits=tuple(counted)) if counted else deadline


def rule_text(deadline: Deadline, lang: Lang) -> str:
    """Return the time that is allowed, and by which rule it is counted."""
    period, rule = deadline.period, tr(lang, _RULES[deadline.rule])
    if not rule:
        return tr(lang, "Time allowed: {period}", period=period)
    return tr(lang, "Time allowed: {period} ({rule})", period=period, rule=rule)


def explain(deadline: Deadline, lang: Lang, width: Callable[[str], int] | None = None) -> str:
    """Explain the deadline line by line: event, time allowed, each day, due time.

    Each line can be checked against a wall calendar. ``width`` measures texts where the days are to stand in columns.
    """
    lines = [tr(lang, "Event: {at:moment}", at=deadline.from_utc), rule_text(deadline, lang)]
    days = [f"{short_date_text(step.date, lang)} {weekday_text(step.date, lang)}" for step in deadline.steps]
    if width is not None:
        widest = max(map(width, days), default=0)
        days = [day + " " * (widest - width(day)) for day in days]
    for day, step in zip(days, deadline.steps, strict=True):
        number = "–" if step.counted is None else digits(step.counted, lang)
        lines.append(f"  {day}  {number}  {render(step.why, lang)}")
    for stopped_utc, resumed_utc in deadline.waits:
        stretch = f"{moment_text(stopped_utc, lang)} – {moment_text(resumed_utc, lang)}"
        uncounted = tr(lang, "Waiting, which does not count")
        lines.append(f"  {stretch}  –  {uncounted}")
    lines.append(tr(lang, "Due: {at:moment}", at=deadline.due_utc))
    if deadline.estimated:
        lines.append(tr(lang, "An estimate: a year of these days has no notified list of holidays yet."))
    return "\n".join(lines)


def _by_the_clock(period: Period, from_utc: datetime) -> Deadline:
    length = timedelta(hours=period.amount) if period.unit == "hours" else timedelta(seconds=period.amount)
    return Deadline(from_utc.astimezone(UTC) + length, "clock", (), from_utc, period)


def _working_days(period: Period, from_utc: datetime, calendar: Calendar) -> Deadline:
    event = calendar.local(from_utc).date()
    days = _through_nth_working_day(period.amount, event + ONE_DAY, calendar)
    steps = (_event_left_out(event), *_numbered(days))
    return Deadline(_closing(days[-1]), "first-day-excluded", steps, from_utc, period, _any_estimated(days))


def _to_a_date(period: Period, from_utc: datetime, calendar: Calendar) -> Deadline:
    event = calendar.local(from_utc).date()
    same = _months_later(event, period.amount) if period.unit == "months" else event + timedelta(days=period.amount)
    days = _through_nth_working_day(1, same, calendar)
    on_the_date, *moved = (Step(day.date, None, day.why) for day in days)
    on_the_date = replace(on_the_date, why=message("{period} later; {why}", period=period, why=on_the_date.why))
    steps = (_event_left_out(event), on_the_date, *moved)
    return Deadline(_closing(days[-1]), "first-day-excluded", steps, from_utc, period, _any_estimated(days))


def _elapsed(period: Period, from_utc: datetime, calendar: Calendar) -> Deadline:
    start = calendar.local(calendar.office_time(from_utc))
    if start == calendar.day(start.date()).opens:
        days = _through_nth_working_day(period.amount, start.date(), calendar)
        due = _closing(days[-1])
        before = _while_closed(calendar.local(from_utc).date(), start.date(), calendar)
    else:
        days = _through_nth_working_day(period.amount, start.date() + ONE_DAY, calendar)
        due = _at_time_of_day(days[-1], start)
        before = [_runs_from(start)]
    return Deadline(due, "elapsed", (*before, *_numbered(days)), from_utc, period, _any_estimated(days))


def _through_nth_working_day(n: int, first: date, calendar: Calendar) -> list[Day]:
    """Return all days from ``first`` to the n-th working one among them."""
    days: list[Day] = []
    for day in calendar.days_from(first):
        days.append(day)
        n -= day.working
        if n == 0:
            break
    return days


def _closing(day: Day) -> datetime:
    assert day.closes is not None  # asked of working days only
    return day.closes.astimezone(UTC)


def _at_time_of_day(day: Day, start: datetime) -> datetime:
    """Return the time of day of ``start`` on ``day``, within its hours."""
    assert day.opens is not None
    assert day.closes is not None
    same_time = datetime.combine(day.date, start.timetz())
    return min(max(same_time, day.opens), day.closes).astimezone(UTC)


def _months_later(day: date, count: int) -> date:
    """Return the same date ``count`` months later, or the last of that month if it has no such date."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def _any_estimated(days: list[Day]) -> bool:
    return any(day.estimated for day in days)


def _numbered(days: list[Day]) -> list[Step]:
    count = itertools.count(1)
    return [Step(day.date, next(count) if day.working else None, day.why) for day in days]


def _event_left_out(event: date) -> Step:
    return Step(event, None, message("the day of the event does not count"))


def _runs_from(start: datetime) -> Step:
    return Step(start.date(), None, message("counted from {time} on", time=start.time()))


def _while_closed(event: date, opening: date, calendar: Calendar) -> list[Step]:
    """Return the days from the event on that end before the office opens again."""
    days = itertools.takewhile(lambda day: day.date < opening, calendar.days_from(event))
    return [Step(day.date, None, message("after office hours") if day.working else day.why) for day in days]
