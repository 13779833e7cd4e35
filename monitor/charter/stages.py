"""Compute the grievance chain's dates: when each stage begins and lapses, which one is reached, when to remind.

Everything is derived from stored dates at each look, so a restart, a suspend or a clock step loses and repeats nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from monitor.charter.calendar import SEARCH_DAYS, Calendar, CalendarError, Day
from monitor.charter.deadline import Deadline, disposal_deadline
from monitor.charter.services import Stage
from monitor.charter.waiting import Wait
from monitor.domain.message import message
from monitor.domain.notice_kinds import NoticeKind


class StageRestart(NamedTuple):
    """A restart of the stage ``level`` at ``from_utc``, whenever it first began."""

    level: int
    from_utc: datetime


@dataclass(frozen=True, slots=True)
class StageDates:
    """The dates of a stage: from ``starts_utc`` on its ``holder`` is responsible, until ``lapses_utc``."""

    level: int
    holder: str
    starts_utc: datetime
    lapses_utc: datetime
    deadline: Deadline
    remind_working_days: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder to the holder of a stage: ``lapses_soon``, or ``lapses_today`` on its last day."""

    level: int
    holder: str
    kind: NoticeKind
    at_utc: datetime


def chain(
    breached_utc: datetime,
    stages: Sequence[Stage],
    calendar: Calendar,
    restart: StageRestart | None = None,
    waits: Sequence[Wait] = (),
) -> tuple[StageDates, ...]:
    """Return the dates of all stages of a case whose target was missed at ``breached_utc``, by level.

    Each stage begins when the one before lapses; the stage of ``restart`` begins at its ``from_utc``. Time within
    ``waits`` does not count.
    """
    dates = []
    starts_utc = breached_utc.astimezone(UTC)
    for stage in stages:
        if restart is not None and stage.level == restart.level:
            starts_utc = restart.from_utc.astimezone(UTC)
        deadline = disposal_deadline(stage.disposal, from_utc=starts_utc, calendar=calendar, waits=waits)
        dates.append(
            StageDates(stage.level, stage.holder, starts_utc, deadline.due_utc, deadline, stage.remind_working_days)
        )
        starts_utc = deadline.due_utc
    return tuple(dates)


def stage_at(stages: Sequence[StageDates], now_utc: datetime) -> StageDates | None:
    """Return the stage that is reached; None before the first begins. The last one stays when it lapses."""
    return next((stage for stage in reversed(stages) if stage.starts_utc <= now_utc), None)


def reminders(stages: Sequence[StageDates], calendar: Calendar) -> tuple[Reminder, ...]:
    """Return all reminders to the holders of ``stages``, by time.

    One reminder some working days before the lapse (the stage says how many), and a warning on the last day, both at
    office opening; those before the stage itself has begun are left out.
    """
    return tuple(sorted(_all_reminders(stages, calendar), key=lambda reminder: reminder.at_utc))


def warning_utc(due_utc: datetime, *, from_utc: datetime, calendar: Calendar) -> datetime | None:
    """Return the opening of the day on which something is due.

    None if the office is closed then, or if it began later.
    """
    opens = calendar.day(calendar.local(due_utc).date()).opens
    return opens.astimezone(UTC) if opens is not None and from_utc < opens <= due_utc else None


def _all_reminders(stages: Sequence[StageDates], calendar: Calendar) -> Iterator[Reminder]:
    for stage in stages:
        soon = _opening_before(calendar.local(stage.lapses_utc).date(), stage.remind_working_days, calendar)
        if soon > stage.starts_utc:
            yield Reminder(stage.level, stage.holder, NoticeKind.LAPSES_SOON, soon)
        today = warning_utc(stage.lapses_utc, from_utc=stage.starts_utc, calendar=calendar)
        if today is not None:
            yield Reminder(stage.level, stage.holder, NoticeKind.LAPSES_TODAY, today)


def _opening_before(day: date, working_days: int, calendar: Calendar) -> datetime:
    """Return the opening of the office on the n-th working day before ``day``."""
    for before in _days_before(day, calendar):
        if before.opens is not None:
            working_days -= 1
            if working_days == 0:
                return before.opens.astimezone(UTC)
    raise CalendarError(
        message("no working day within ten years before {day:iso}. Expected a date that has one", day=day)
    )


def _days_before(day: date, calendar: Calendar) -> Iterator[Day]:
    return (calendar.day(day - timedelta(days=n)) for n in range(1, SEARCH_DAYS))
