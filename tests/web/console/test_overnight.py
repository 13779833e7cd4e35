"""What changed while the office was closed stands on the first page in the morning."""

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.clock import DHAKA
from monitor.web.console.overnight import MORNING, closed_utc
from tests.places import SHIPPED
from tests.web.asking import ask
from tests.web.desk import Desk

CALENDAR = Office.of(load(SHIPPED)).calendar
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis wants bare ones)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=DHAKA)


def test_in_the_morning_it_is_since_yesterdays_closing_and_after_three_hours_it_is_over() -> None:
    assert closed_utc(CALENDAR, local(24, 9, 30)) == local(23, 17)
    assert closed_utc(CALENDAR, local(24, 11, 59)) == local(23, 17)
    assert closed_utc(CALENDAR, local(24, 12)) is None
    assert closed_utc(CALENDAR, local(24, 17)) == local(24, 17)


def test_after_a_weekend_it_is_since_thursdays_closing() -> None:
    assert closed_utc(CALENDAR, local(28, 15)) == local(26, 17)  # on Saturday
    assert closed_utc(CALENDAR, local(29, 9)) == local(26, 17)  # on Sunday


@settings(deadline=None)  # the first look makes a calendar of years
@given(MOMENTS)
def test_between_the_last_closing_and_now_the_office_was_open_for_the_morning_at_most(now_utc: datetime) -> None:
    since = closed_utc(CALENDAR, now_utc)
    today = CALENDAR.day(CALENDAR.local(now_utc).date())
    if since is None:
        assert today.opens is not None
        assert today.opens + MORNING <= now_utc
        return
    assert since <= now_utc
    days = [date.fromordinal(each) for each in range(since.date().toordinal(), now_utc.date().toordinal() + 2)]
    opened = [day.opens for each in days if (day := CALENDAR.day(each)).opens and since < day.opens <= now_utc]
    assert len(opened) <= 1
    assert all(now_utc - each < MORNING for each in opened)


async def test_the_first_page_says_what_began_and_ended_overnight(office: Desk, port: int) -> None:
    office.clock.advance(timedelta(hours=10).total_seconds())  # Tuesday, 19:00
    office.goes_down("udc-juniadaha")
    office.clock.advance(timedelta(hours=2).total_seconds())
    office.round("udc-juniadaha")
    office.round("udc-juniadaha")
    office.goes_down("backbone-south")
    office.clock.advance(timedelta(hours=13).total_seconds())  # Wednesday, 10:00
    page = (await ask(port, "/?lang=en")).text
    said = page.partition('id="overnight"')[2].partition("</details>")[0]
    assert "1 outage began" in said or "2 outages began" in said
    assert "1 is over" in said
    assert "Juniadaha" in said
    office.clock.advance(timedelta(hours=3).total_seconds())
    assert 'id="overnight"' not in (await ask(port, "/?lang=en")).text


async def test_a_quiet_night_is_said_too(office: Desk, port: int) -> None:
    assert "nothing happened" in (await ask(port, "/?lang=en")).text  # on Tuesday at 09:00


async def test_on_sunday_morning_the_weekend_is_one_line_and_what_goes_on_stands_first(office: Desk, port: int) -> None:
    def at(day: int, hour: int, minute: int = 0) -> None:
        office.clock.advance((local(day, hour, minute) - office.clock.utc()).total_seconds())

    at(26, 14)  # Thursday, while the office was open
    office.goes_down("office-ict")
    at(26, 19)
    office.goes_down("udc-juniadaha")
    at(27, 2)
    office.round("udc-juniadaha")
    office.round("udc-juniadaha")
    at(27, 10)
    office.round("office-ict")
    office.round("office-ict")
    at(28, 16)
    office.goes_down("udc-bahirchar")
    at(29, 7, 40)
    office.goes_down("udc-juniadaha")
    at(29, 9, 5)
    page = (await ask(port, "/?lang=en")).text
    said = page.partition('id="overnight"')[2].partition("</details>")[0]
    line = said.partition("<summary>")[2].partition("</summary>")[0]
    assert line == ("Since the office closed (26 November 17:00): 3 outages began, 2 are over, 2 go on")
    rows = re.findall(r'class="when (text-\w+)">([^<]+)</span><a href="/sites/([\w-]+)"', said)
    assert rows == [
        ("text-down", "still down", "udc-juniadaha"),
        ("text-down", "still down", "udc-bahirchar"),
        ("text-up", "lasted 20 hours", "office-ict"),
        ("text-up", "lasted 7 hours", "udc-juniadaha"),
    ]
    assert "আজ ০৭:৪০" in (await ask(port, "/?lang=bn")).text
