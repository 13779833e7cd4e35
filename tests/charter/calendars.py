"""Calendars for tests: the shipped one, small ones made to measure, and any that an office could make."""

import datetime as dt
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from monitor.charter.calendar import WEEKDAYS, Calendar
from monitor.charter.services import Charter
from monitor.configuration import load
from monitor.settings.calendar_file import CalendarFile, HolidaysFile
from monitor.settings.load import Settings
from tests.places import SHIPPED

DHAKA = ZoneInfo("Asia/Dhaka")

SCHOOL = {"days": list(WEEKDAYS), "shifts": [{"opens": "10:00", "closes": "16:00"}]}


@lru_cache(maxsize=1)
def shipped() -> Settings:
    return load(SHIPPED)


def charter() -> Charter:
    return Charter.of(shipped().charter)


def calendar(**changes: Any) -> Calendar:
    """The shipped calendar with some keys of calendar.toml changed."""
    file = shipped().calendar
    data = {name: getattr(file, name) for name in type(file).model_fields} | changes
    return Calendar.of(CalendarFile.model_validate(data), shipped().holidays)


def listed(year: int, *days: dict[str, Any], working: tuple[dict[str, Any], ...] = ()) -> HolidaysFile:
    """A notified list of one year. Without days: 1 January alone, for a list is never empty."""
    named = [
        {"bn": "ছুটি", "en": "Holiday", "kind": "general", **day} for day in days or ({"date": dt.date(year, 1, 1)},)
    ]
    return HolidaysFile.model_validate({"years": [{"year": year, "source": "test", "days": named, "working": working}]})


def dhaka(text: str) -> datetime:
    """'2026-11-23T16:30' in Bangladesh, as the UTC time that is stored."""
    return datetime.fromisoformat(text).replace(tzinfo=DHAKA).astimezone(UTC)


def local(at_utc: datetime) -> str:
    """The other way round."""
    return at_utc.astimezone(DHAKA).strftime("%Y-%m-%dT%H:%M")


dates = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.integers(1, 12)


@st.composite
def hours(draw: st.DrawFn) -> dict[str, str]:
    opens, closes = sorted(draw(st.lists(st.integers(0, 1_439), min_size=2, max_size=2, unique=True)))
    return {"opens": f"{opens // 60:02}:{opens % 60:02}", "closes": f"{closes // 60:02}:{closes % 60:02}"}


@st.composite
def calendars(draw: st.DrawFn, rule: str = "first-day-excluded") -> Calendar:
    """Any calendar: odd weekends, hours that change, a Ramadan, orders that close and orders that work."""
    base = draw(st.dates(dt.date(2020, 1, 1), dt.date(2034, 1, 1)))
    near = st.integers(0, 400).map(lambda n: base + dt.timedelta(days=n))
    ordered = draw(st.lists(near, unique=True, max_size=60))
    split = draw(st.integers(0, len(ordered)))
    order = {"bn": "ক", "en": "a", "order": "1", "dated": base}
    ramadan_first = draw(near)
    rows = sorted(draw(st.lists(near, unique=True, min_size=1, max_size=4)))
    file = CalendarFile.model_validate(
        {
            "rule": rule,
            "weekend": draw(st.lists(st.sampled_from(WEEKDAYS), unique=True, max_size=6)),
            "hours": [{"first": first, **draw(hours())} for first in rows],
            "ramadan": [{"first": ramadan_first, "last": ramadan_first + dt.timedelta(days=29), **draw(hours())}],
            "closed": [{"date": day, **order} for day in ordered[:split]],
            "working": [{"date": day, **order} for day in ordered[split:]],
            "service_hours": {"school": SCHOOL},
        }
    )
    years = [listed(year).years[0] for year in range(2019, 2040)]
    return Calendar.of(file, HolidaysFile(years=tuple(years)))
