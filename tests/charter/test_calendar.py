"""The office calendar: which days are worked, in which hours, and who decided so."""

import datetime as dt
import subprocess
import sys
from datetime import UTC, timedelta

import pytest
from hypothesis import given

from monitor.charter.calendar import Calendar
from monitor.i18n.catalogue import render
from tests.charter.calendars import calendar, calendars, dates, dhaka, listed, local, moments, shipped
from tests.places import SHIPPED

ORDER = {"bn": "স্থানীয় ছুটি", "en": "Local holiday", "order": "৪২", "dated": dt.date(2026, 11, 30)}


def why(office: Calendar, date: str) -> str:
    return render(office.day(dt.date.fromisoformat(date)).why, "en")


def hours(office: Calendar, date: str) -> str:
    day = office.day(dt.date.fromisoformat(date))
    assert day.opens is not None
    assert day.closes is not None
    return f"{day.opens:%H:%M}–{day.closes:%H:%M}"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-12-15", "working day"),
        ("2026-12-16", "Victory Day (general holiday)"),
        ("2026-12-18", "weekend"),
        ("2026-12-25", "Christmas Day (general holiday)"),  # a Friday: the holiday is the better reason
        ("2026-03-18", "Eid al-Fitr holiday (executive holiday)"),
        ("2026-05-31", "Eid al-Adha (executive holiday, subject to the moon)"),
        ("2025-05-24", "working day: worked in exchange for 11 and 12 June"),
        ("2026-02-19", "working day, Ramadan hours"),
    ],
)
def test_every_day_says_why_it_is_worked_or_not(date: str, expected: str) -> None:
    assert why(calendar(), date) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2022-08-23", "09:00–17:00"),
        ("2022-08-24", "08:00–15:00"),
        ("2022-11-14", "08:00–15:00"),
        ("2022-11-15", "09:00–16:00"),
        ("2024-06-13", "09:00–16:00"),
        ("2024-06-20", "09:00–17:00"),
        ("2026-02-18", "09:00–17:00"),
        ("2026-02-19", "09:00–15:30"),
        ("2026-03-16", "09:00–15:30"),
        ("2026-03-24", "09:00–17:00"),
    ],
)
def test_hours_are_dated(date: str, expected: str) -> None:
    assert hours(calendar(), date) == expected


def test_before_the_first_row_its_hours_are_taken() -> None:
    rows = [
        {"first": dt.date(2026, 1, 1), "opens": "10:00", "closes": "15:00"},
        {"first": dt.date(2026, 7, 1), "opens": "11:00", "closes": "16:00"},
    ]
    assert hours(calendar(hours=rows), "2025-11-23") == "10:00–15:00"


def test_ramadan_has_its_hours_from_its_first_to_its_last_day() -> None:
    row = {"first": dt.date(2026, 11, 23), "last": dt.date(2026, 11, 25), "opens": "09:00", "closes": "15:30"}
    closes = [hours(calendar(ramadan=[row]), f"2026-11-{day}")[-5:] for day in (22, 23, 24, 25, 26)]
    assert closes == ["17:00", "15:30", "15:30", "15:30", "17:00"]


def test_every_day_of_a_notified_list_is_off_and_every_exchanged_day_is_worked() -> None:
    office = calendar()
    for year in shipped().holidays.years:
        assert all(office.day(day).kind == "holiday" for entry in year.days for day in entry.days())
        assert all(office.day(day).working for entry in year.working for day in entry.days())


def test_an_order_of_the_office_closes_a_day_and_is_named() -> None:
    day = calendar(closed=[{"date": dt.date(2026, 12, 8), **ORDER}]).day(dt.date(2026, 12, 8))
    assert (day.kind, day.opens, day.closes) == ("order", None, None)
    assert render(day.why, "en") == "Local holiday (order ৪২ of 30/11/2026)"
    assert render(day.why, "bn") == "স্থানীয় ছুটি (স্মারক নং ৪২, ৩০/১১/২০২৬)"


def test_an_order_of_the_office_takes_a_holiday_or_a_weekend_back() -> None:
    office = calendar(working=[{"first": dt.date(2026, 12, 16), "last": dt.date(2026, 12, 18), **ORDER}])
    assert all(office.day(dt.date(2026, 12, day)).working for day in (16, 17, 18))
    assert not office.day(dt.date(2026, 12, 19)).working


# ---------------------------------------------------------------------------------------------- years without a list


def test_a_year_without_a_list_is_filled_by_estimates_and_marked() -> None:
    victory, ordinary = (calendar().day(dt.date(2027, 12, day)) for day in (16, 15))
    assert (victory.kind, render(victory.why, "en"), render(victory.why, "bn")) == (
        "holiday",
        "Victory Day (estimate)",
        "বিজয় দিবস (আনুমানিক)",
    )
    assert (ordinary.working, render(ordinary.why, "en")) == (True, "working day (estimate)")
    assert victory.estimated
    assert ordinary.estimated


def test_an_order_in_a_year_without_a_list_is_no_estimate() -> None:
    assert not calendar(closed=[{"date": dt.date(2027, 12, 8), **ORDER}]).day(dt.date(2027, 12, 8)).estimated


def test_in_a_listed_year_only_the_list_counts() -> None:
    # 5 August has been a public holiday since 2025, and the package knows it; a list without it is the last word
    empty = Calendar.of(shipped().calendar, listed(2026))
    assert why(empty, "2026-08-05") == "working day"


def test_names_do_not_follow_the_language_of_the_process() -> None:
    code = "from monitor.charter.estimates import estimated_holidays as e; print(ascii(sorted(e(2027).items())))"
    answers = {
        subprocess.run([sys.executable, "-c", code], env={"LANG": lang}, capture_output=True, check=True).stdout
        for lang in ("C", "C.UTF-8", "bn_BD.UTF-8", "de_DE.UTF-8")
    }
    assert len(answers) == 1


def test_nothing_slow_is_imported_while_every_year_asked_for_has_a_list() -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import date\n"
        "from monitor.configuration import load; from monitor.charter.calendar import Calendar\n"
        "s = load(Path(sys.argv[1])); c = Calendar.of(s.calendar, s.holidays)\n"
        "c.day(date(2026, 12, 1)); assert 'holidays' not in sys.modules\n"
        "c.day(date(2027, 12, 1)); assert 'holidays' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, SHIPPED], check=True)


def test_from_november_on_the_coming_years_list_is_missed() -> None:
    office = calendar()
    assert office.missing_years(dt.date(2026, 10, 31)) == ()
    assert office.missing_years(dt.date(2026, 11, 1)) == (2027,)
    assert office.missing_years(dt.date(2027, 10, 31)) == (2027,)
    assert office.missing_years(dt.date(2027, 12, 31)) == (2027, 2028)


def test_a_ramadan_that_is_not_given_is_missed_in_the_same_way() -> None:
    office = calendar()
    assert office.missing_ramadans(dt.date(2026, 10, 31)) == ()
    assert office.missing_ramadans(dt.date(2026, 11, 1)) == (2027,)


# ---------------------------------------------------------------------------------------------------- moments of a day


def test_the_office_is_open_from_its_opening_until_before_its_closing() -> None:
    office = calendar()
    moments_of_a_day = ("08:59", "09:00", "16:59", "17:00")
    assert [office.is_open(dhaka(f"2026-11-24T{at}")) for at in moments_of_a_day] == [False, True, True, False]
    assert not office.is_open(dhaka("2026-12-16T12:00"))


def test_the_next_opening_skips_what_is_closed() -> None:
    office = calendar()
    assert local(office.next_opening(dhaka("2026-11-24T09:00"))) == "2026-11-24T09:00"
    assert local(office.next_opening(dhaka("2026-11-26T09:01"))) == "2026-11-29T09:00"
    assert local(office.next_opening(dhaka("2026-05-25T18:00"))) == "2026-06-01T09:00"


@given(calendars(), moments)
def test_the_next_opening_is_the_first_moment_from_which_the_office_is_open(office: Calendar, t: dt.datetime) -> None:
    opening = office.next_opening(t)
    assert opening >= t
    assert office.is_open(opening)
    assert not office.is_open(opening - timedelta(microseconds=1))
    # and no day between has another
    days = [office.day(office.local(t).date() + timedelta(days=n)) for n in range((opening - t).days + 2)]
    assert all(not (day.opens and t <= day.opens < opening) for day in days)


@given(calendars(), moments)
def test_office_time_is_the_moment_itself_when_open_else_the_next_opening(office: Calendar, t: dt.datetime) -> None:
    assert office.office_time(t) == (t if office.is_open(t) else office.next_opening(t))


@given(calendars(), dates)
def test_a_day_has_hours_of_its_own_date_exactly_when_it_is_worked(office: Calendar, date: dt.date) -> None:
    day = office.day(date)
    assert day.working == (day.opens is not None) == (day.closes is not None)
    if day.opens is not None and day.closes is not None:
        assert day.opens.date() == day.closes.date() == date
        assert day.opens < day.closes
        assert day.opens.utcoffset() == timedelta(hours=6)


def test_days_long_past_do_not_fail() -> None:
    assert not calendar().is_open(dt.datetime(1970, 1, 1, tzinfo=UTC))
