"""Answer on which days the office works, from when to when, and why.

What decides about a day, from the weakest to the strongest: the working week; the notified list of public holidays (or
an estimate, where the year has none); days that were notified as worked in exchange; the office's own orders.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from monitor.charter.calendar_orders import with_orders
from monitor.charter.estimates import estimated_holidays
from monitor.domain.day import exact
from monitor.domain.message import Said, message, translated
from monitor.i18n.formats import DHAKA
from monitor.settings.calendar_file import (
    CalendarFile,
    HolidayEntry,
    HolidaysFile,
    Hours,
    OrderedHours,
    OrderEntry,
    Rule,
    ServiceHours,
    YearList,
)
from monitor.settings.calendar_order import OrderedChange

DayKind = Literal["working", "weekend", "holiday", "order"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WARN_FROM_MONTH = 11  # the lists are notified in October and November
USUAL_DAY = message("working day")
SEARCH_DAYS = 3_660  # no office is closed for ten years; a calendar that says so must not hang the daemon


class CalendarError(Exception):
    """The calendar has no answer: the office is closed for years, or the date lies beyond the calendar."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the office. ``opens`` and ``closes``: aware, Asia/Dhaka; None when the office is closed.

    What closes at 24:00 does so with the last moment of the day, so that a deadline then is one of that day. ``kind``:
    what closed it, the weekend, a public holiday or the office's own order. ``estimated``: its year has no notified
    list, so that a holiday may still be added or removed.
    """

    date: date
    kind: DayKind
    opens: datetime | None
    closes: datetime | None
    why: Said
    estimated: bool = False

    @property
    def working(self) -> bool:
        return self.kind == "working"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a list or an order says about a day."""

    kind: DayKind
    why: Said


@dataclass(frozen=True)
class Calendar:
    """The office's calendar, for any day and any moment; immutable. Equal files and orders make equal calendars.

    ``file``: calendar.toml with the ``orders`` in it, ``base``: without them. ``public_holidays``: those of the lists,
    and of orders that hold for everybody; ``public_workdays``: the days that such an order made worked;
    ``other_hours``: hours by order.
    """

    file: CalendarFile
    rulings: Mapping[date, Ruling]
    public_holidays: frozenset[date]
    listed_years: frozenset[int]
    public_workdays: frozenset[date]
    other_hours: Mapping[date, OrderedHours]
    base: CalendarFile
    holidays: HolidaysFile
    orders: tuple[OrderedChange, ...]
    _days: dict[date, Day] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, base: CalendarFile, holidays_file: HolidaysFile, orders: Sequence[OrderedChange] = ()) -> "Calendar":
        """Build it from the files, and from orders that people entered, in that order."""
        calendar_file = with_orders(base, orders)
        rulings: dict[date, Ruling] = {}
        for listed in holidays_file.years:
            rulings.update(_notified(listed))
        holidays = {day for day, ruling in rulings.items() if ruling.kind == "holiday"}
        for entry in calendar_file.closed:
            rulings.update(dict.fromkeys(entry.days(), _own("holiday" if entry.public else "order", entry)))
        for entry in calendar_file.working:
            rulings.update(dict.fromkeys(entry.days(), _own("working", entry)))
        holidays.update(_public(calendar_file.closed))
        workdays = frozenset(_public(calendar_file.working))
        years = frozenset(listed.year for listed in holidays_file.years)
        other_hours = {day: entry for entry in calendar_file.other_hours for day in entry.days()}
        public = frozenset(holidays - workdays)
        entered = (base, holidays_file, tuple(orders))
        return cls(calendar_file, rulings, public, years, workdays, other_hours, *entered)

    def ordered(self, orders: Sequence[OrderedChange]) -> "Calendar":
        """Return the calendar of the same files with other orders."""
        return self if tuple(orders) == self.orders else Calendar.of(self.base, self.holidays, orders)

    @property
    def rule(self) -> Rule:
        """Return the rule by which working days are counted."""
        return self.file.rule

    @property
    def service_hours(self) -> ServiceHours:
        """Return the hours of schools and centres."""
        return self.file.service_hours

    def local(self, t_utc: datetime) -> datetime:
        """Return an aware time in Asia/Dhaka."""
        return t_utc.astimezone(DHAKA)

    def day(self, day: date) -> Day:
        """Return that day of the office."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._look_up(day)
        return known

    def month(self, first: date) -> list[Day]:
        """Return every day of the month that begins with ``first``."""
        return [self.day(first.replace(day=n)) for n in range(1, monthrange(first.year, first.month)[1] + 1)]

    def is_public_holiday(self, day: date) -> bool:
        """Return whether it is a holiday for everybody, whatever the office ordered for itself.

        By a list, by an order that holds for everybody, or, in a year without a list, by an estimate.
        """
        if day in self.public_holidays or day in self.public_workdays:
            return day not in self.public_workdays
        return day.year not in self.listed_years and day in estimated_holidays(day.year)

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield each day from ``day`` on; raises CalendarError at the end of what can be searched."""
        for offset in range(SEARCH_DAYS):
            try:
                yield self.day(day + timedelta(days=offset))
            except OverflowError:
                break
        raise CalendarError(
            message("no working day within ten years after {day:iso}. Expected a date that has one", day=day)
        )

    def next_working_day(self, day: date) -> Day:
        """Return ``day`` itself, or the first working day after it."""
        return next(each for each in self.days_from(day) if each.working)

    def is_open(self, t_utc: datetime) -> bool:
        """Return whether the office is open; at closing time it is closed."""
        day = self.day(self.local(t_utc).date())
        return day.opens is not None and day.closes is not None and day.opens <= t_utc < exact(day.closes)

    def next_opening(self, t_utc: datetime) -> datetime:
        """Return the first opening at or after ``t_utc``, in UTC."""
        opening = next(
            day.opens
            for day in self.days_from(self.local(t_utc).date())
            if day.opens is not None and day.opens >= t_utc
        )
        return opening.astimezone(UTC)

    def office_time(self, t_utc: datetime) -> datetime:
        """Return ``t_utc`` itself while the office is open, else its next opening; in UTC."""
        return t_utc.astimezone(UTC) if self.is_open(t_utc) else self.next_opening(t_utc)

    def missing_years(self, today: date) -> tuple[int, ...]:
        """Return the years whose notified list should be there: this one and, from November on, the coming one."""
        return tuple(year for year in _years_due(today) if year not in self.listed_years)

    def missing_ramadans(self, today: date) -> tuple[int, ...]:
        """Return the years, as in `missing_years`, for which no hours of Ramadan are given."""
        return tuple(year for year in _years_due(today) if not any(entry.touches(year) for entry in self.file.ramadan))

    def _look_up(self, day: date) -> Day:
        ruling = self.rulings.get(day)
        estimated = ruling is None and day.year not in self.listed_years
        if ruling is None and estimated and (names := estimated_holidays(day.year).get(day)):
            bn, en = names
            ruling = Ruling("holiday", message("{what} (estimate)", what=translated(en, bn=bn)))
        if ruling is None and WEEKDAYS[day.weekday()] in self.file.weekend:
            return Day(day, "weekend", None, None, message("weekend"))
        if ruling is not None and ruling.kind != "working":
            return Day(day, ruling.kind, None, None, ruling.why, estimated)
        hours, why = self._hours(day)
        if ruling is not None:
            why = message("{what}: {why}", what=why, why=ruling.why)
        if estimated:
            why = message("{what} (estimate)", what=why)
        return Day(day, "working", _at(day, hours.opens), _at(day, hours.closes), why, estimated)

    def _hours(self, day: date) -> tuple[Hours, Said]:
        if (ordered := self.other_hours.get(day)) is not None:
            return ordered, message("working day, hours by order: {why}", why=_said(ordered))
        for ramadan in self.file.ramadan:
            if ramadan.covers(day):
                return ramadan, message("working day, Ramadan hours")
        row = bisect_right(self.file.hours, day, key=lambda entry: entry.first) - 1
        return self.file.hours[max(row, 0)], USUAL_DAY


def _years_due(today: date) -> tuple[int, ...]:
    return (today.year, today.year + 1) if today.month >= WARN_FROM_MONTH else (today.year,)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, DHAKA)


def _notified(listed: YearList) -> Iterator[tuple[date, Ruling]]:
    for holiday in listed.days:
        yield from ((day, _holiday(holiday)) for day in holiday.days())
    for exchange in listed.working:
        yield from ((day, Ruling("working", translated(exchange.en, bn=exchange.bn))) for day in exchange.days())


def _holiday(entry: HolidayEntry) -> Ruling:
    if entry.kind == "executive":
        moon, fixed = message("executive holiday, subject to the moon"), message("executive holiday")
    else:
        moon, fixed = message("general holiday, subject to the moon"), message("general holiday")
    name = translated(entry.en, bn=entry.bn)
    return Ruling("holiday", message("{name} ({kind})", name=name, kind=moon if entry.moon else fixed))


def _own(kind: DayKind, entry: OrderEntry) -> Ruling:
    return Ruling(kind, _said(entry))


def _said(entry: OrderEntry) -> Said:
    name = translated(entry.en, bn=entry.bn)
    return message("{name} (order {order} of {dated})", name=name, order=entry.order, dated=entry.dated)


def _public(entries: Sequence[OrderEntry]) -> Iterator[date]:
    return (day for entry in entries if entry.public for day in entry.days())
