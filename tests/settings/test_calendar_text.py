"""A calendar written as text is read again as the same calendar."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.calendar import Calendar
from monitor.settings.calendar_file import CalendarFile, WeeklyHours
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.calendar_text import calendar_text
from tests.charter.calendars import calendar, calendars


def test_the_shipped_calendar_survives() -> None:
    file = calendar(
        service_hours={
            "school": calendar().service_hours.school,
            "centre": WeeklyHours.model_validate(
                {"days": ["sunday"], "shifts": [{"opens": "09:00", "closes": "24:00"}]}
            ),
        }
    ).file
    assert CalendarFile.model_validate(tomllib.loads(calendar_text(file))) == file


@given(base=calendars(), words=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30))
def test_any_calendar_with_an_order_of_any_words_survives(base: Calendar, words: str) -> None:
    keys = {"what": "working", "opens": "09:00", "closes": "24:00", "public": True, "order": "7"}
    day = base.file.hours[0].first
    text = words if words.strip() else "x"
    order = OrderedChange.model_validate({**keys, "bn": text, "en": text, "date": day, "dated": day})
    file = base.ordered([order]).file
    assert CalendarFile.model_validate(tomllib.loads(calendar_text(file))) == file
