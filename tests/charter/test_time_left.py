"""Working days left, as they are counted on the wall calendar."""

from datetime import datetime

import pytest

from monitor.charter.office import Office
from monitor.charter.time_left import MOST_DAYS, working_days_left
from monitor.i18n.formats import DHAKA


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DHAKA)


@pytest.mark.parametrize(
    ("due", "now", "left"),
    [
        ("2026-11-24T17:00", "2026-11-24T09:00", 0),
        ("2026-11-25T17:00", "2026-11-24T23:59", 1),
        ("2026-11-29T17:00", "2026-11-25T10:00", 2),  # Thursday, and after the weekend Sunday
        ("2026-11-28T17:00", "2026-11-26T10:00", 0),  # a Saturday: nobody works until then
        ("2026-11-24T17:00", "2026-11-24T18:00", 0),
        ("2026-11-24T17:00", "2026-11-29T10:00", -3),
    ],
)
def test_days_are_counted_after_today_up_to_the_last_one(office: Office, due: str, now: str, left: int) -> None:
    assert working_days_left(at(due), at(now), office.calendar) == left


def test_a_date_beyond_the_calendar_is_not_counted_for_ever(office: Office) -> None:
    assert working_days_left(at("2200-01-01T17:00"), at("2026-11-24T09:00"), office.calendar) < MOST_DAYS
