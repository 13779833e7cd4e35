"""Say day by day how a deadline was counted, as the cells that tickets, the register and the charter draw. Pure.

The cells come from the deadline's own steps: nothing is counted here. `templates/count.html.j2` draws them.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from monitor.charter.calendar import USUAL_DAY
from monitor.charter.deadline import Deadline, Step, rule_text
from monitor.domain.day import END_OF_DAY
from monitor.domain.message import N_
from monitor.i18n.catalogue import render, tr
from monitor.i18n.formats import DHAKA, date_text, day_text, days_text, moment_text, time_text
from monitor.i18n.languages import Lang

Shape = Literal["off", "day", "due", "wait"]

_NTH = (
    N_("1st working day"),
    N_("2nd working day"),
    N_("3rd working day"),
    N_("4th working day"),
    N_("5th working day"),
    N_("6th working day"),
    N_("7th working day"),
    N_("8th working day"),
    N_("9th working day"),
    N_("10th working day"),
)


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the count, or several that do not count for one reason, in the words of a language.

    ``shape``: off (does not count), day (counts), wait (time that stood still), due (the last moment). ``label``: which
    day; ``text``: why it counts or does not; ``title``: the date in full.
    """

    shape: Shape
    label: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class CountView:
    """A deadline as it is drawn: the moment in words, its cells, and what holds for all of them.

    ``due``: the moment in words; ``iso``: the same for programs. ``allowed``: the promised time and its rule.
    """

    due: str
    iso: str
    allowed: str
    cells: tuple[DayCell, ...]
    estimated: str


def count_view(deadline: Deadline, lang: Lang) -> CountView:
    """Return how a deadline was counted, in the words of a language."""
    return CountView(
        due=tr(lang, "until {moment}", moment=moment_text(deadline.due_utc, lang)),
        iso=deadline.due_utc.isoformat(),
        allowed=rule_text(deadline, lang),
        cells=day_cells(deadline, lang),
        estimated=tr(lang, "An estimate: a year of these days has no notified list of holidays yet.")
        if deadline.estimated
        else "",
    )


def day_cells(deadline: Deadline, lang: Lang) -> tuple[DayCell, ...]:
    """Return the cells of a deadline, in order of time; the last is the due one."""
    due = deadline.due_utc.astimezone(DHAKA)
    steps = deadline.steps
    last = steps[-1] if steps and steps[-1].date == due.date() else None
    cells = [*_of_steps(steps[: len(steps) - 1] if last else steps, lang), *_of_waits(deadline, lang)]
    if not steps:
        cells.insert(0, _event(deadline, lang))
    words = _counted(last, lang) if last is not None else ""
    hour = _hour(due, lang)
    text = tr(lang, "{what}: by {hour}", what=words, hour=hour) if words else tr(lang, "by {hour}", hour=hour)
    cells.append(DayCell("due", day_text(due.date(), lang), text, moment_text(deadline.due_utc, lang)))
    return tuple(cells)


def _of_steps(steps: Sequence[Step], lang: Lang) -> Iterator[DayCell]:
    """Yield the cells of days; neighbours that do not count for one reason share a cell."""
    for (counted, why), days in itertools.groupby(steps, key=lambda step: (step.counted, render(step.why, lang))):
        first, *others = days
        if counted is None:
            yield DayCell("off", *_spell(first.date, others[-1].date if others else first.date, why, lang))
        else:
            yield DayCell("day", day_text(first.date, lang), _counted(first, lang), date_text(first.date, lang))


def _spell(first: date, last: date, why: str, lang: Lang) -> tuple[str, str, str]:
    """Return label, text and title of one day, or of a row of days."""
    if first == last:
        return day_text(first, lang), why, date_text(first, lang)
    return days_text(first, last, lang), why, f"{date_text(first, lang)} – {date_text(last, lang)}"


def _of_waits(deadline: Deadline, lang: Lang) -> Iterator[DayCell]:
    uncounted = tr(lang, "Waiting, which does not count")
    for stopped_utc, resumed_utc in deadline.waits:
        first, last = (moment.astimezone(DHAKA).date() for moment in (stopped_utc, resumed_utc))
        label, text, _ = _spell(first, last, uncounted, lang)
        title = f"{moment_text(stopped_utc, lang)} – {moment_text(resumed_utc, lang)}"
        yield DayCell("wait", label, text, title)


def _event(deadline: Deadline, lang: Lang) -> DayCell:
    """Return the first cell of a time that runs by the clock: when it began."""
    began = deadline.from_utc.astimezone(DHAKA)
    text = tr(lang, "counted from {time} on", time=_hour(began, lang))
    return DayCell("day", day_text(began.date(), lang), text, moment_text(deadline.from_utc, lang))


def _counted(step: Step, lang: Lang) -> str:
    """Return which working day it is, and what is unusual about it; of a day that does not count why."""
    if step.counted is None:
        return render(step.why, lang)
    is_few = step.counted <= len(_NTH)
    nth = tr(lang, _NTH[step.counted - 1]) if is_few else tr(lang, "working day {count}", count=step.counted)
    return nth if step.why == USUAL_DAY else f"{nth} ({render(step.why, lang)})"


def _hour(local: datetime, lang: Lang) -> str:
    """Return a time of day without its seconds; the end of a day as 24:00."""
    return time_text(local if local.time() == END_OF_DAY else local.replace(second=0, microsecond=0), lang)
