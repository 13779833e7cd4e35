"""Dates, times and lengths as people read them."""

import datetime as dt
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.period import IMMEDIATE, Period
from monitor.i18n import formats
from monitor.i18n.languages import Lang
from tests.charter.calendars import dates, dhaka, moments

DAY = dt.date(2026, 11, 24)


def test_dates_in_both_languages() -> None:
    assert formats.date_text(DAY, "en") == "Tuesday, 24 November 2026"
    assert formats.date_text(DAY, "bn") == "মঙ্গলবার, ২৪ নভেম্বর ২০২৬"
    assert formats.short_date_text(DAY, "bn") == "২৪/১১/২০২৬"
    assert formats.month_text(DAY, "bn") == "নভেম্বর ২০২৬"
    assert (formats.weekday_text(DAY, "en"), formats.weekday_text(DAY, "bn")) == ("Tue", "মঙ্গল")


def test_moments_are_dhakas_on_the_24_hour_clock() -> None:
    assert formats.moment_text(dhaka("2026-11-24T17:00"), "en") == "Tuesday, 24 November 2026, 17:00"
    assert formats.moment_text(dhaka("2026-11-24T17:05"), "bn") == "মঙ্গলবার, ২৪ নভেম্বর ২০২৬, ১৭:০৫"


def test_seconds_are_shown_only_where_there_are_any() -> None:
    assert formats.time_text(dt.time(9, 0, 7), "en") == "09:00:07"
    assert formats.time_text(dt.time(9, 0), "en") == "09:00"


@pytest.mark.parametrize(
    ("period", "bn", "en"),
    [
        (IMMEDIATE, "তাৎক্ষণিক", "immediate"),
        (Period("working_days", 1), "১ কার্যদিবস", "1 working day"),
        (Period("working_days", 30), "৩০ কার্যদিবস", "30 working days"),
        (Period("months", 2), "২ মাস", "2 months"),
        (Period("days", 1), "১ দিন", "1 day"),
        (Period("hours", 6), "৬ ঘণ্টা", "6 hours"),
        (Period("seconds", 20), "২০ সেকেন্ড", "20 seconds"),
    ],
)
def test_periods(period: Period, bn: str, en: str) -> None:
    assert (formats.period_text(period, "bn"), formats.period_text(period, "en")) == (bn, en)


@pytest.mark.parametrize(
    ("seconds", "en"),
    [
        (0, "0 seconds"),
        (-5, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (3_661, "1 hour 1 minute"),
        (7_200, "2 hours"),
        (86_399, "23 hours 59 minutes"),
        (86_400 + 61, "1 day"),
        (2 * 86_400 + 3 * 3_600, "2 days 3 hours"),
    ],
)
def test_lengths_have_their_two_largest_units(seconds: float, en: str) -> None:
    assert formats.duration_text(timedelta(seconds=seconds), "en") == en


def test_a_length_in_bangla() -> None:
    assert formats.duration_text(timedelta(days=2, hours=3), "bn") == "২ দিন ৩ ঘণ্টা"


@given(dates, moments, st.timedeltas(timedelta(0), timedelta(9_999)))
def test_no_ascii_digit_is_left_in_bangla(day: dt.date, t: dt.datetime, length: timedelta) -> None:
    bangla: Lang = "bn"
    written = [
        formats.date_text(day, bangla),
        formats.month_text(day, bangla),
        formats.moment_text(t, bangla),
        formats.duration_text(length, bangla),
    ]
    assert not set("".join(written)) & set("0123456789")


@given(st.text())
def test_digits_change_nothing_but_digits(words: str) -> None:
    assert formats.digits(words, "en") == words
    assert len(formats.digits(words, "bn")) == len(words)
    assert [c for c in formats.digits(words, "bn") if c not in "০১২৩৪৫৬৭৮৯"] == [
        c for c in words if c not in "0123456789০১২৩৪৫৬৭৮৯"
    ]
