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


NOW = dhaka("2026-11-24T14:00")


@pytest.mark.parametrize(
    ("at", "en", "bn"),
    [
        ("2026-11-24T10:31", "today 10:31", "আজ ১০:৩১"),
        ("2026-11-24T10:31:59", "today 10:31", "আজ ১০:৩১"),
        ("2026-11-24T00:00", "today 00:00", "আজ ০০:০০"),
        ("2026-11-24T23:59", "today 23:59", "আজ ২৩:৫৯"),
        ("2026-11-23T23:59", "yesterday 23:59", "গতকাল ২৩:৫৯"),
        ("2026-11-25T09:00", "tomorrow 09:00", "আগামীকাল ০৯:০০"),
        ("2026-11-21T09:30", "21 November 09:30", "২১ নভেম্বর ০৯:৩০"),
        ("2025-11-24T10:31", "24 November 2025 10:31", "২৪ নভেম্বর ২০২৫ ১০:৩১"),
        ("2027-01-01T08:00", "1 January 2027 08:00", "১ জানুয়ারী ২০২৭ ০৮:০০"),
    ],
)
def test_a_time_is_written_as_it_is_said_today(at: str, en: str, bn: str) -> None:
    assert (formats.near_text(dhaka(at), NOW, "en"), formats.near_text(dhaka(at), NOW, "bn")) == (en, bn)


def test_today_is_dhakas_day_and_not_utcs() -> None:
    just_after_midnight = dhaka("2026-11-25T00:05")  # 18:05 UTC of the day before

    assert formats.near_text(just_after_midnight, dhaka("2026-11-25T08:00"), "en") == "today 00:05"
    assert formats.near_text(dhaka("2026-11-24T23:55"), just_after_midnight, "en") == "yesterday 23:55"


@pytest.mark.parametrize(
    ("number", "en", "bn"),
    [
        (0, "0", "০"),
        (99_999, "99,999", "৯৯,৯৯৯"),
        (100_000, "100,000", "১,০০,০০০"),
        (1_234_567, "1,234,567", "১২,৩৪,৫৬৭"),
        (12_345_678_901, "12,345,678,901", "১২,৩৪,৫৬,৭৮,৯০১"),
        (-1_234_567, "-1,234,567", "-১২,৩৪,৫৬৭"),
    ],
)
def test_bangla_groups_by_lakh_and_crore(number: int, en: str, bn: str) -> None:
    assert (formats.number_text(number, "en"), formats.number_text(number, "bn")) == (en, bn)


@given(st.integers(-(10**15), 10**15))
def test_a_number_in_bangla_is_read_back_as_it_was(number: int) -> None:
    written = formats.number_text(number, "bn")
    first, *groups = written.lstrip("-").split(",")

    assert int(written.replace(",", "")) == number  # int() reads the digits of every script
    assert 1 <= len(first) <= 3
    assert [len(group) for group in groups[:-1]] == [2] * (len(groups) - 1)
    assert [len(group) for group in groups[-1:]] in ([], [3])


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_a_decimal_has_at_most_its_places_and_no_empty_ones(thousandths: int, places: int) -> None:
    number = thousandths / 1_000
    written = formats.decimal_text(number, places, "bn")

    assert abs(float(written.replace(",", "")) - number) <= 0.5 * 10**-places + 1e-4 * (number != 0)
    assert len(written.partition(".")[2]) <= places
    assert "." not in written or not written.endswith((".", "০"))


def test_units_are_latin_and_their_figures_are_not() -> None:
    assert [formats.rate_text(rate, "en") for rate in (0, 999, 12_500_000, 1e9)] == [
        "0 b/s",
        "999 b/s",
        "12.5 Mb/s",
        "1 Gb/s",
    ]
    assert [formats.size_text(size, "bn") for size in (0, 640_000, 1_234_567)] == ["০ B", "৬৪০ kB", "১.২ MB"]
    assert [formats.ms_text(rtt, "bn") for rtt in (18.42, 0.01)] == ["১৮.৪ ms", "< ০.১ ms"]
    assert [formats.percent_text(share, "bn", 2) for share in (0, 0.9995, 1)] == ["০%", "৯৯.৯৫%", "১০০%"]


@given(st.floats(0, 9e14))
def test_a_rate_never_needs_a_fourth_figure_before_the_point(rate: float) -> None:
    figure, unit = formats.rate_text(rate, "en").split(" ")

    assert len(figure.partition(".")[0]) <= 3
    assert unit in {"b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"}


@pytest.mark.parametrize(
    ("items", "en", "bn"),
    [
        ([], "", ""),
        (["ক"], "ক", "ক"),
        (["ক", "খ"], "ক and খ", "ক ও খ"),
        (["ক", "খ", "গ"], "ক, খ and গ", "ক, খ ও গ"),
    ],
)
def test_lists_in_a_sentence(items: list[str], en: str, bn: str) -> None:
    assert (formats.and_text(items, "en"), formats.and_text(items, "bn")) == (en, bn)
    assert formats.list_text(items, "bn") == ", ".join(items)
