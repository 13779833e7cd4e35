"""Texts in a language, with their gaps filled as the language writes things."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from monitor.domain.message import N_, message, messages
from monitor.domain.period import Period
from monitor.i18n import catalogue, languages
from monitor.i18n.catalogue import render, tr, trn

AT = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value", "en", "bn"),
    [
        ("{x}", 1_234, "1234", "১২৩৪"),
        ("{x:,}", 1_234_567, "1,234,567", "১২,৩৪,৫৬৭"),
        ("{x:.0%}", 0.25, "25%", "২৫%"),
        ("{x:percent}", 0.25, "25", "২৫"),
        ("{x:lasting}", 7_200, "2 hours", "২ ঘণ্টা"),
        (
            "{x:exact}",
            AT,
            "2026-11-24 17:00:00",
            "২০২৬-১১-২৪ ১৭:০০:০০",
        ),
        ("{x}", AT, "24/11/2026 17:00", "২৪/১১/২০২৬ ১৭:০০"),
        ("{x}", date(2026, 11, 24), "24/11/2026", "২৪/১১/২০২৬"),
        ("{x}", time(9), "09:00", "০৯:০০"),
        ("{x}", timedelta(hours=1), "1 hour", "১ ঘণ্টা"),
        ("{x}", Period("months", 2), "2 months", "২ মাস"),
        ("{x}", ("a", "b"), "a, b", "a, b"),
        ("{x}", "10.0.0.1", "10.0.0.1", "10.0.0.1"),
        ("{x}", True, "true", "true"),
        ("{x:words}", "ENOENT", "no such file or directory", "এমন ফাইল বা ফোল্ডার নেই"),
        ("a{x:: }", "b", "a: b", "a: b"),
        ("a{x:: }", "", "a", "a"),
        ("{x:>; }a", "b", "b; a", "b; a"),
        ("{x:>; }a", None, "a", "a"),
    ],
)
def test_each_kind_of_value_is_written_as_the_language_does(text: str, value: object, en: str, bn: str) -> None:
    assert tr("en", text, x=value) == en
    assert tr("bn", text, x=value) == bn


def test_a_moment_is_written_with_weekday_and_month() -> None:
    assert tr("en", "{x:moment}", x=AT) == "Tuesday, 24 November 2026, 17:00"


def test_a_text_without_values_is_shown_as_it_stands() -> None:
    assert tr("en", "Expected { months = 1 }") == "Expected { months = 1 }"


def test_one_and_several_are_chosen_by_the_count() -> None:
    assert trn("en", "{count} hour", "{count} hours", 1) == "1 hour"
    assert trn("en", "{count} hour", "{count} hours", 2) == "2 hours"
    assert trn("bn", "{count} hour", "{count} hours", 2) == "২ ঘণ্টা"


def test_a_message_within_a_message_is_in_the_language_too() -> None:
    said = message("{state}: {length}", state=message("down"), length=messages("{count} hour", "{count} hours", 2))
    assert render(said, "en") == "down: 2 hours"
    assert render(said, "bn") == f"{languages.lookup('bn', 'down')}: ২ ঘণ্টা"


def test_text_that_is_no_message_is_shown_as_it_is() -> None:
    assert render("{not a gap}", "bn") == "{not a gap}"


def test_a_faulty_entry_of_the_catalogue_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "lookup", lambda *_, **__: "{other} {")
    assert tr("bn", N_("immediate")) == "{other} {"
    assert tr("bn", "no site '{name}'", name="pop") == "no site 'pop'"


def test_a_gap_that_is_more_than_a_name_is_filled_as_str_format_does() -> None:
    """Most gaps are a mere name, and are filled without the library."""
    values = {"day": "Sunday", "wide": 6, "pair": ("a", "b")}
    assert tr("en", "{day!r} {pair[1]} {{{day}}} {wide:{wide}} {wide}", **values) == "'Sunday' b {Sunday}      6 6"
