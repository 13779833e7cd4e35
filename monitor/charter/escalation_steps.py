"""Compute the escalation steps due on a ticket's dates. Pure; the only memory is the ticket itself.

A step has a name that is unique within its ticket, so that it can be seen whether it was done. A step that would come
too late to be of use (a reminder after the lapse, a warning after the day) is no longer due.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.charter.calendar import Calendar
from monitor.charter.services import Stage
from monitor.charter.stages import StageRestart, chain, reminders, warning_utc
from monitor.charter.waiting import Wait
from monitor.domain.notice_kinds import NoticeKind


@dataclass(frozen=True, slots=True)
class Dates:
    """A ticket's dates: the start of its time, its deadline, and the missed deadline, once it is missed.

    ``recounted``: how often the present target or chain was restarted. ``restart``: the stage that was restarted;
    ``waits``: when time did not count.
    """

    event_utc: datetime
    deadline_utc: datetime
    breached_utc: datetime | None
    recounted: int = 0
    restart: StageRestart | None = None
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step due from ``at_utc`` until ``until_utc`` (None: however late), for the officer ``recipient``.

    ``kind``: ``due_today`` (the target), ``breach``, ``stage``, ``ask`` (whether to begin the stage), ``lapses_soon``
    or ``lapses_today``; ``level``: the stage it is about, 0 for the target.
    """

    kind: NoticeKind
    level: int
    recipient: str
    at_utc: datetime
    until_utc: datetime | None = None
    recounted: int = 0

    @property
    def ref(self) -> str:
        """Return the step's reference, unique within the ticket together with its kind; '' for the only one."""
        parts = [str(self.level)] * bool(self.level) + [recounted_ref(self.recounted)] * bool(self.recounted)
        return "-".join(parts)


def recounted_ref(recounted: int) -> str:
    """Return the reference of the warning for a deadline that was recomputed; '' for the first deadline's."""
    return f"recounted_{recounted}" if recounted else ""


def steps(dates: Dates, responsible: str, stages: Sequence[Stage], calendar: Calendar) -> Iterator[Step]:
    """Yield all steps of a ticket that its dates foresee, whenever they are due."""
    today = warning_utc(dates.deadline_utc, from_utc=dates.event_utc, calendar=calendar)
    if today is not None:
        yield Step(NoticeKind.DUE_TODAY, 0, responsible, today, dates.deadline_utc, dates.recounted)
    if dates.breached_utc is None:
        yield Step(NoticeKind.BREACH, 0, responsible, dates.deadline_utc)
        return
    every = chain(dates.breached_utc, stages, calendar, dates.restart, dates.waits)
    for stage, its_dates in zip(stages, every, strict=True):
        if stage.ask_first:
            yield Step(NoticeKind.ASK, stage.level, responsible, its_dates.starts_utc, None, dates.recounted)
        else:
            yield Step(NoticeKind.STAGE, stage.level, stage.holder, its_dates.starts_utc)
    lapses = {its_dates.level: its_dates.lapses_utc for its_dates in every}
    for reminder in reminders(every, calendar):
        yield Step(
            reminder.kind, reminder.level, reminder.holder, reminder.at_utc, lapses[reminder.level], dates.recounted
        )


def due(every: Iterable[Step], reached: int, now_utc: datetime) -> list[Step]:
    """Return the steps that are due now, in the order of their dates, for a ticket at the stage ``reached``.

    A stage begins after the one before it, and only the holder of the present stage is reminded. Only one stage begins
    at a time, however late it is: its holder has the full time.
    """
    found, begun = [], False
    for step in sorted(every, key=lambda step: (step.at_utc, step.level)):
        in_time = step.at_utc <= now_utc and (step.until_utc is None or now_utc < step.until_utc)
        if not in_time:
            continue
        if step.kind in {NoticeKind.STAGE, NoticeKind.ASK}:
            if step.level != reached + 1 or begun:
                continue
            if step.kind is NoticeKind.STAGE:
                reached, begun = step.level, True
        elif step.level and step.level != reached:
            continue
        found.append(step)
    return found
