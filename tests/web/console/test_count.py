"""The day cells of a deadline: every day once, in order, and the last is when it is due."""

import datetime as dt
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.charter.calendar import Calendar
from monitor.charter.deadline import Deadline, disposal_deadline, target_deadline
from monitor.charter.waiting import Wait
from monitor.domain.period import IMMEDIATE, Period
from monitor.web.console.count import count_view, day_cells
from tests.charter.calendars import DHAKA, amounts, calendar, calendars, dhaka, moments


def target(period: Period, start: str, waits: tuple[Wait, ...] = (), rule: str = "first-day-excluded") -> Deadline:
    begins = dhaka(start)
    return target_deadline(period, started_utc=begins, confirmed_utc=begins, calendar=calendar(rule=rule), waits=waits)


def said(deadline: Deadline, lang: str = "en") -> list[tuple[str, str, str]]:
    return [(cell.shape, cell.label, cell.text) for cell in day_cells(deadline, lang)]


def test_a_report_asked_for_on_14_december_is_due_after_victory_day_and_the_weekend() -> None:
    assert said(target(Period("working_days", 3), "2026-12-14T11:20")) == [
        ("off", "Mon 14 Dec", "the day of the event does not count"),
        ("day", "Tue 15 Dec", "1st working day"),
        ("off", "Wed 16 Dec", "Victory Day (general holiday)"),
        ("day", "Thu 17 Dec", "2nd working day"),
        ("off", "Fri–Sat 18–19 Dec", "weekend"),
        ("due", "Sun 20 Dec", "3rd working day: by 17:00"),
    ]


def test_in_bangla_every_word_and_digit_is_bangla() -> None:
    cells = said(target(Period("working_days", 3), "2026-12-14T11:20"), "bn")
    assert cells[0] == ("off", "সোম ১৪ ডিসে", "ঘটনার দিন গণনায় ধরা হয় না")
    assert cells[1] == ("day", "মঙ্গল ১৫ ডিসে", "১ম কার্যদিবস")
    assert cells[4] == ("off", "শুক্র–শনি ১৮–১৯ ডিসে", "সাপ্তাহিক ছুটি")
    assert cells[5] == ("due", "রবি ২০ ডিসে", "৩য় কার্যদিবস: ১৭:০০-এর মধ্যে")


def test_a_working_day_that_is_unusual_says_how() -> None:
    ramadan = target(Period("working_days", 1), "2027-02-08T11:00")
    assert [cell.text for cell in day_cells(ramadan, "en") if "Ramadan" in cell.text or cell.shape == "due"]


def test_days_beyond_the_tenth_are_numbered_too() -> None:
    texts = [cell.text for cell in day_cells(target(Period("working_days", 12), "2026-11-01T11:00"), "en")]
    assert "10th working day" in texts
    assert "working day 11" in texts
    assert texts[-1] == "working day 12: by 17:00"


def test_a_time_that_runs_by_the_clock_has_its_beginning_and_its_end() -> None:
    assert said(target(Period("hours", 30), "2026-11-27T22:15:10")) == [
        ("day", "Fri 27 Nov", "counted from 22:15 on"),
        ("due", "Sun 29 Nov", "by 04:15"),
    ]


def test_an_immediate_service_is_due_at_once() -> None:
    assert said(target(IMMEDIATE, "2026-11-27T22:15"))[-1] == ("due", "Fri 27 Nov", "by 22:15")


def test_a_row_of_closed_days_over_the_end_of_a_month_names_both() -> None:
    cells = said(target(Period("working_days", 2), "2026-10-29T11:00"))
    assert cells[1] == ("off", "Fri–Sat 30–31 Oct", "weekend")
    assert "Fri–Sat 31 Jul–1 Aug" in {
        label for _, label, _ in said(target(Period("working_days", 2), "2026-07-30T11:00"))
    }


def test_a_stage_of_a_month_says_how_far_its_date_lies() -> None:
    month = disposal_deadline(Period("months", 1), from_utc=dhaka("2026-11-29T17:00"), calendar=calendar())
    assert said(month) == [
        ("off", "Sun 29 Nov", "the day of the event does not count"),
        ("due", "Tue 29 Dec", "1 month later; working day: by 17:00"),
    ]


def test_time_of_waiting_stands_between_the_days_and_the_moved_end() -> None:
    wait = Wait(dhaka("2026-11-24T10:00"), dhaka("2026-11-26T10:00"))
    cells = said(target(Period("working_days", 2), "2026-11-23T10:00", (wait,)))
    assert ("wait", "Tue–Thu 24–26 Nov", "Waiting, which does not count") in cells
    assert cells[-1][0] == "due"
    assert [shape for shape, _, _ in cells].count("due") == 1


def test_a_wait_of_a_few_hours_leaves_the_day_of_the_deadline_once() -> None:
    wait = Wait(dhaka("2026-11-24T10:00"), dhaka("2026-11-24T12:00"))
    cells = said(target(Period("working_days", 2), "2026-11-23T10:00", (wait,)))
    labels = [label for shape, label, _ in cells if shape != "wait"]
    assert len(labels) == len(set(labels))
    assert [shape for shape, _, _ in cells].count("wait") == 1


@given(moments, amounts, calendars())
def test_cells_name_every_step_once_and_end_where_the_deadline_does(at: dt.datetime, n: int, some: Calendar) -> None:
    deadline = target_deadline(Period("working_days", n), started_utc=at, confirmed_utc=at, calendar=some)
    cells = day_cells(deadline, "en")
    assert [cell.shape for cell in cells].count("due") == 1
    assert cells[-1].shape == "due"
    counted = [cell for cell in cells if cell.shape in {"day", "due"}]
    assert len(counted) == n, "as many days count as were promised"
    assert str(deadline.due_utc.astimezone(DHAKA).day) in cells[-1].label.split()


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_the_drawn_count_has_a_cell_a_day_and_escapes_what_it_says(lang: str) -> None:
    office = calendar(
        closed=[
            {"date": dt.date(2026, 11, 24), "bn": "<b>", "en": "<b>", "order": "1&2", "dated": dt.date(2026, 11, 1)}
        ]
    )
    begins = dhaka("2026-11-23T10:00")
    deadline = target_deadline(Period("working_days", 1), started_utc=begins, confirmed_utc=begins, calendar=office)
    pages = Environment(loader=PackageLoader("monitor.web.console"), autoescape=True, undefined=StrictUndefined)
    html = str(pages.get_template("count.html.j2").module.due_count(count_view(deadline, lang)))  # type: ignore[attr-defined]
    assert html.count("<li ") == 3
    assert "<b>&lt;b&gt;" not in html
    assert "&lt;b&gt;" in html
    assert f'<time datetime="{deadline.due_utc.isoformat()}">' in html


@given(st.integers(0, 400))
def test_a_day_cell_of_any_day_of_the_year_is_short(day: int) -> None:
    begins = dhaka("2026-01-01T10:00") + timedelta(days=day)
    deadline = target_deadline(Period("working_days", 1), started_utc=begins, confirmed_utc=begins, calendar=calendar())
    assert all(len(cell.label) <= 24 for lang in ("bn", "en") for cell in day_cells(deadline, lang))
