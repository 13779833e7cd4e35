"""Draw a month of the office as a wall calendar, and list its unusual days below."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date

from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitor.charter.calendar import Calendar, Day
from monitor.cli.language import _, lang, render
from monitor.i18n.formats import date_text, digits, month_text, time_text, weekday_text


def page(calendar: Calendar, first: date) -> Group:
    """Return the month that begins with ``first``: the grid, its hours, and the reason of each unusual day."""
    days = calendar.month(first)
    return Group(
        _grid(days),
        Text(_("( ) weekend   * holiday or closed by order"), style="dim"),
        Text(_("Office hours: {hours}", hours="; ".join(_hours(days)))),
        *(
            Text(f"{_mark(day):>4}  {date_text(day.date, lang())}: {render(day.why)}")
            for day in _unusual(calendar, days)
        ),
    )


def _grid(days: Sequence[Day]) -> Table:
    table = Table(title=month_text(days[0].date, lang()))
    for number in range(4, 11):  # 4 January 2026 was a Sunday, with which the office's week begins
        table.add_column(weekday_text(date(2026, 1, number), lang()), justify="right")
    cells = [Text()] * (days[0].date.isoweekday() % 7)
    cells += [Text(_mark(day), style="" if day.working else "red") for day in days]
    for week in range(0, len(cells), 7):
        table.add_row(*cells[week : week + 7])
    return table


def _mark(day: Day) -> str:
    number = digits(day.date.day, lang())
    return {"working": number, "weekend": f"({number})"}.get(day.kind, f"{number}*")


def _hours(days: Sequence[Day]) -> Iterator[str]:
    """Yield the hours of the month, each with its days when they change within it."""
    open_days = [(day.date.day, day.opens, day.closes) for day in days if day.opens and day.closes]
    stretches = [
        (hours, [number for number, _, _ in group])
        for hours, group in itertools.groupby(
            open_days, key=lambda each: f"{time_text(each[1], lang())}–{time_text(each[2], lang())}"
        )
    ]
    for hours, numbers in stretches:
        yield hours if len(stretches) == 1 else f"{hours} ({digits(f'{numbers[0]}–{numbers[-1]}', lang())})"


def _unusual(calendar: Calendar, days: Sequence[Day]) -> Iterator[Day]:
    """Yield days off that are no weekend, and days worked because a list or an order says so."""
    return (day for day in days if day.kind in {"holiday", "order"} or _is_ordered(calendar, day))


def _is_ordered(calendar: Calendar, day: Day) -> bool:
    return day.date in calendar.rulings or (day.working and day.date in calendar.other_hours)
