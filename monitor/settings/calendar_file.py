"""Model config/calendar.toml and config/holidays.toml: when the office is open, and by whose order.

``HolidaysFile`` holds what the government notified, year by year; ``CalendarFile`` what is the office's own.
"""

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from monitor.domain.day import END_OF_DAY, clock_text
from monitor.domain.message import message
from monitor.domain.text import ascii_digits
from monitor.settings.base import Model
from monitor.settings.charter_file import Date, Some, Text
from monitor.settings.found import found

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DATE_KEYS = frozenset({"date", "first", "last", "dated"})
Whole = TypeVar("Whole", bound=Model)
Rule = Literal["first-day-excluded", "elapsed"]


def _time_of_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", ascii_digits(value.strip()), re.ASCII):
        return dt.time.fromisoformat(ascii_digits(value.strip()))
    if isinstance(value, dt.time):
        return value
    raise ValueError(message('{found} is not a time of day. Expected one such as "09:00"', found=found(value)))


def _closing_time(value: object) -> object:
    return END_OF_DAY if isinstance(value, str) and ascii_digits(value.strip()) == "24:00" else _time_of_day(value)


Time = Annotated[dt.time, BeforeValidator(_time_of_day), PlainSerializer(clock_text, when_used="json")]
ClosingTime = Annotated[dt.time, BeforeValidator(_closing_time), PlainSerializer(clock_text, when_used="json")]


class Span(Model):
    """One day (``date``), or all days from ``first`` to ``last``, both included."""

    date: Date | None = None
    """One day; or else `first` and `last`."""
    first: Date | None = None
    """The first day of several."""
    last: Date | None = None
    """The last one, included."""

    @model_validator(mode="after")
    def _one_form(self) -> "Span":
        if (self.date is None) == (self.first is None) or (self.first is None) != (self.last is None):
            raise ValueError(message("the day is not clear. Expected either 'date', or both 'first' and 'last'"))
        if self.first and self.last and not self.first <= self.last <= self.first + dt.timedelta(days=366):
            raise ValueError(
                message(
                    "{first:iso} to {last:iso} is not a stretch of days. Expected 'first' before 'last'",
                    first=self.first,
                    last=self.last,
                )
            )
        return self

    @property
    def start(self) -> dt.date:
        day = self.date or self.first
        assert day is not None  # _one_form saw to it
        return day

    @property
    def end(self) -> dt.date:
        return self.date or self.last or self.start

    def days(self) -> Iterator[dt.date]:
        """Yield each day of it, in order."""
        return (self.start + dt.timedelta(days=n) for n in range((self.end - self.start).days + 1))

    def covers(self, day: dt.date) -> bool:
        return self.start <= day <= self.end

    def touches(self, year: int) -> bool:
        return self.start.year <= year <= self.end.year


class Hours(Model):
    """From ``opens`` (included) to ``closes`` (excluded; "24:00" is the end of the day) of the same day, Asia/Dhaka."""

    opens: Time
    """When it opens."""
    closes: ClosingTime
    """When it closes, up to 24:00."""

    @model_validator(mode="after")
    def _opens_first(self) -> "Hours":
        if self.opens >= self.closes:
            raise ValueError(
                message(
                    "{opens} to {closes} are no hours. Expected 'opens' before 'closes'",
                    opens=clock_text(self.opens),
                    closes=clock_text(self.closes),
                )
            )
        return self


class HolidayEntry(Span):
    """Days off by the notified list: general, or by executive order; ``moon``: subject to its sighting."""

    bn: Text
    """Its name in Bangla."""
    en: Text
    """Its name in English."""
    kind: Literal["general", "executive"]
    """A general holiday, or one by executive order."""
    moon: bool = False
    """Subject to the sighting of the moon."""


class ExchangeEntry(Span):
    """Days on which offices work although it is the weekend, in exchange for others."""

    bn: Text
    """Why, in Bangla."""
    en: Text
    """Why, in English."""


class YearList(Model):
    """The list of one year and whose notification it is."""

    year: Annotated[int, Field(ge=1971, le=2099)]
    """Which."""
    source: Text
    """Whose notification it is, and of when."""
    days: Some[HolidayEntry]
    """Days off."""
    working: tuple[ExchangeEntry, ...] = ()
    """Days of the weekend on which offices work in exchange."""

    @model_validator(mode="after")
    def _each_day_once(self) -> "YearList":
        _once([*self.days, *self.working])
        return self

    @model_validator(mode="after")
    def _in_its_year(self) -> "YearList":
        for entry in (*self.days, *self.working):
            if entry.start.year != self.year or entry.end.year != self.year:
                raise ValueError(
                    message(
                        "{start:iso} does not belong to {year}. Expected it in its own year's list",
                        start=entry.start,
                        year=self.year,
                    )
                )
        return self


class HolidaysFile(Model):
    """The whole of holidays.toml: a list for each year that has been notified."""

    years: tuple[YearList, ...] = ()

    @field_validator("years")
    @classmethod
    def _each_year_once(cls, years: tuple[YearList, ...]) -> tuple[YearList, ...]:
        for earlier, later in itertools.pairwise(years):
            if earlier.year >= later.year:
                raise ValueError(
                    message(
                        "{year} does not come after {before}. Expected each year once, in order",
                        year=later.year,
                        before=earlier.year,
                    )
                )
        return years


class HoursEntry(Hours):
    """Office hours in force from ``first`` until the next entry's; ``source`` names the order."""

    first: Date
    """In force from this day until the next entry's."""
    source: str = ""
    """By which order."""


class RamadanEntry(Span, Hours):
    """The office hours of one Ramadan."""


class OrderEntry(Span):
    """Days that the office closes or works by an order with number and date.

    ``public``: it holds for everybody, as when the moon was seen a day later: schools and centres follow it too.
    """

    bn: Text
    """Why, in Bangla."""
    en: Text
    """Why, in English."""
    order: Text
    """The order's number."""
    dated: Date
    """The order's date."""
    public: bool = False
    """It holds for everybody: schools and digital centres follow it too."""


class OrderedHours(OrderEntry, Hours):
    """Hours of the office on certain days, by an order with number and date; they open no day that is closed."""


class WeeklyHours(Model):
    """Hours other than the office's: on these weekdays, in these shifts, in these terms.

    Public holidays close here too. A year that no term touches counts as term from end to end.
    """

    days: Some[Weekday]
    """Weekdays."""
    shifts: Some[Hours]
    """Hours of the day, one or more."""
    terms: tuple[Span, ...] = ()
    """Days in which school is kept; a year that no term touches counts as term throughout."""


class ServiceHours(Model):
    """Hours of the places that the charter serves. Without ``centre``, digital centres keep office hours."""

    centre: WeeklyHours | None = None
    school: WeeklyHours


class CalendarFile(Model):
    """The whole of calendar.toml.

    Later ``hours`` replace earlier ones; ``closed`` and ``working`` overrule lists, ``other_hours`` Ramadan and
    ``hours``.
    """

    rule: Rule = "first-day-excluded"
    """How working days are counted: the first day left out, or by elapsed time."""
    weekend: tuple[Weekday, ...]
    """Days of the week on which the office is closed."""
    hours: Some[HoursEntry]
    """Office hours, each entry in force until the next one."""
    ramadan: tuple[RamadanEntry, ...] = ()
    """Hours in Ramadan, a line for each year."""
    closed: tuple[OrderEntry, ...] = ()
    """Days that this office closes by an order of its own."""
    working: tuple[OrderEntry, ...] = ()
    """Days on which it works by one."""
    other_hours: tuple[OrderedHours, ...] = ()
    """Days on which it keeps other hours by one."""
    service_hours: ServiceHours
    """Hours of schools and digital centres."""

    @field_validator("weekend")
    @classmethod
    def _some_day_is_worked(cls, weekend: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        if len(set(weekend)) != len(weekend):
            raise ValueError(message("a day stands twice in the weekend. Expected each once"))
        if len(weekend) == 7:
            raise ValueError(message("the whole week is weekend. Expected a day on which the office works"))
        return weekend

    @field_validator("hours")
    @classmethod
    def _in_order(cls, hours: tuple[HoursEntry, ...]) -> tuple[HoursEntry, ...]:
        for earlier, later in itertools.pairwise(hours):
            if earlier.first >= later.first:
                raise ValueError(
                    message(
                        "hours from {first:iso} do not come after {before:iso}. Expected them by date",
                        first=later.first,
                        before=earlier.first,
                    )
                )
        return hours

    @field_validator("ramadan", "closed", "other_hours")
    @classmethod
    def _no_day_twice(cls, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        _once(spans)
        return spans

    @model_validator(mode="after")
    def _closed_or_working(self) -> "CalendarFile":
        _once([*self.closed, *self.working])
        return self


def _once(spans: Iterable[Span]) -> None:
    seen: set[dt.date] = set()
    for span in spans:
        for day in span.days():
            if day in seen:
                raise ValueError(
                    message(
                        "{day:iso} stands twice. Expected one entry for a day: change or take out the other", day=day
                    )
                )
            seen.add(day)


def from_plain(model: type[Whole], plain: object) -> Whole:
    """Return what ``model_dump(mode="json")`` made plain; raises ValueError for anything else."""
    return model.model_validate(_with_dates(plain))


def _with_dates(plain: Any) -> Any:
    """Return plain values with dates where a file has them: TOML knows dates, JSON does not."""
    if isinstance(plain, list):
        return [_with_dates(each) for each in plain]
    if not isinstance(plain, dict):
        return plain
    return {
        key: dt.date.fromisoformat(value) if key in DATE_KEYS and isinstance(value, str) else _with_dates(value)
        for key, value in plain.items()
    }
