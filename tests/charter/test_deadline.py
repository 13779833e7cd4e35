"""Deadlines: the examples of the counting rules, their laws, and an oracle that counts by hand."""

import datetime as dt
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.calendar import Calendar, CalendarError
from monitor.charter.deadline import Deadline, disposal_deadline, explain, target_deadline
from monitor.domain.period import IMMEDIATE, Period, Unit
from monitor.i18n.catalogue import render
from tests.charter.calendars import DHAKA, amounts, calendar, calendars, dhaka, local, moments
from tests.charter.oracle import Oracle
from tests.places import SHIPPED


def due(n: int, start: str, calendar: Calendar) -> str:
    return local(working_days(n, dhaka(start), calendar).due_utc)


def working_days(n: int, start_utc: datetime, calendar: Calendar) -> Deadline:
    period = Period("working_days", n)
    return target_deadline(period, started_utc=start_utc, confirmed_utc=start_utc, calendar=calendar)


def disposal(unit: Unit, n: int, start: str, calendar: Calendar) -> str:
    return local(disposal_deadline(Period(unit, n), from_utc=dhaka(start), calendar=calendar).due_utc)


# ------------------------------------------------------------------------------------------------- first day excluded


@pytest.mark.parametrize("at", ["00:00", "08:59", "09:00", "16:30", "17:00", "23:59"])
def test_the_hour_of_the_event_does_not_matter(at: str) -> None:
    assert due(1, f"2026-11-23T{at}", calendar()) == "2026-11-24T17:00"


def test_the_weekend_is_not_counted() -> None:
    assert due(1, "2026-11-26T10:00", calendar()) == "2026-11-29T17:00"


def test_a_holiday_is_not_counted() -> None:
    # Monday 14 December: Tuesday, not Wednesday (Victory Day), Thursday, not Friday and Saturday, Sunday
    assert due(3, "2026-12-14T12:00", calendar()) == "2026-12-20T17:00"


def test_six_days_of_eid_and_no_weekend_beside_them() -> None:
    assert due(1, "2026-05-25T11:00", calendar()) == "2026-06-01T17:00"


def test_a_saturday_worked_in_exchange_is_counted() -> None:
    assert due(1, "2025-05-15T10:00", calendar()) == "2025-05-17T17:00"


def test_in_ramadan_the_day_ends_at_half_past_three() -> None:
    assert due(1, "2026-02-23T10:00", calendar()) == "2026-02-24T15:30"


def test_hours_are_those_of_the_day_on_which_it_falls_due() -> None:
    assert due(1, "2022-08-23T10:00", calendar()) == "2022-08-24T15:00"
    assert due(1, "2022-11-14T10:00", calendar()) == "2022-11-15T16:00"


def test_the_day_of_the_event_is_that_of_dhaka() -> None:
    # 18:30 on the 23rd in UTC is already 00:30 on the 24th there
    started = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert local(working_days(1, started, calendar()).due_utc) == "2026-11-25T17:00"


# ------------------------------------------------------------------------------------------------------------ elapsed


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-23T09:00", "2026-11-23T17:00"),  # from an opening exactly: that day counts
        ("2026-11-23T08:59", "2026-11-23T17:00"),  # before it: moved forward to the opening
        ("2026-11-23T09:01", "2026-11-24T09:01"),
        ("2026-11-23T16:59", "2026-11-24T16:59"),
        ("2026-11-23T17:00", "2026-11-24T17:00"),  # at closing time the office is closed
        ("2026-11-26T18:00", "2026-11-29T17:00"),  # Thursday evening: Sunday counts
        ("2026-02-18T16:30", "2026-02-19T15:30"),  # clipped to the first day of Ramadan
    ],
)
def test_elapsed_takes_the_same_time_of_day_on_the_next_working_day(start: str, expected: str) -> None:
    assert due(1, start, calendar(rule="elapsed")) == expected


def test_elapsed_clips_to_an_opening_that_is_later_than_the_time_of_day() -> None:
    hours = [
        {"first": dt.date(2026, 1, 1), "opens": "08:00", "closes": "15:00"},
        {"first": dt.date(2026, 11, 24), "opens": "09:00", "closes": "17:00"},
    ]
    assert due(1, "2026-11-23T08:30", calendar(rule="elapsed", hours=hours)) == "2026-11-24T09:00"


# ------------------------------------------------------------------------------------------ immediate and by the clock


def test_immediate_is_due_when_the_outage_is_confirmed_at_any_hour() -> None:
    started, confirmed = dhaka("2026-11-27T03:00"), dhaka("2026-11-27T03:01")
    answer = target_deadline(IMMEDIATE, started_utc=started, confirmed_utc=confirmed, calendar=calendar())
    assert (answer.due_utc, answer.rule, answer.steps) == (confirmed, "immediate", ())


@pytest.mark.parametrize("unit", ["hours", "seconds"])
def test_time_by_the_clock_runs_through_nights_and_holidays(unit: Unit) -> None:
    started = dhaka("2026-12-15T23:00")
    period = Period(unit, 6)
    answer = target_deadline(period, started_utc=started, confirmed_utc=started, calendar=calendar())
    assert answer.due_utc - started == timedelta(**{unit: 6})
    assert disposal_deadline(period, from_utc=started, calendar=calendar()).due_utc == answer.due_utc


def test_a_target_of_months_and_a_disposal_at_once_are_refused() -> None:
    now = dhaka("2026-11-23T10:00")
    with pytest.raises(ValueError, match="months are no service-time target"):
        target_deadline(Period("months", 1), started_utc=now, confirmed_utc=now, calendar=calendar())
    with pytest.raises(ValueError, match="immediate is no disposal time"):
        disposal_deadline(IMMEDIATE, from_utc=now, calendar=calendar())


# ----------------------------------------------------------------------------------------------------- disposal times


@pytest.mark.parametrize(
    ("months", "start", "expected"),
    [
        (1, "2026-11-24T17:00", "2026-12-24T17:00"),
        (1, "2026-01-31T12:00", "2026-03-01T15:30"),  # clamped to 28 February, a Saturday; Sunday is in Ramadan
        (1, "2024-01-31T12:00", "2024-02-29T16:00"),  # a leap day, in the hours of that year
        (12, "2024-02-29T12:00", "2025-03-02T15:30"),  # no leap day a year later, and the 28th is a Friday
        (2, "2026-12-31T12:00", "2027-02-28T17:00"),  # across the year, clamped, a Sunday
        (1, "2025-11-16T09:00", "2025-12-17T17:00"),  # the day after Victory Day
    ],
)
def test_months_end_on_the_same_date_or_the_next_working_day(months: int, start: str, expected: str) -> None:
    assert disposal("months", months, start, calendar()) == expected


def test_days_and_working_days_as_disposal_times() -> None:
    assert disposal("days", 10, "2026-11-24T10:00", calendar()) == "2026-12-06T17:00"  # 4 December is a Friday
    assert disposal("working_days", 10, "2026-11-24T10:00", calendar()) == "2026-12-08T17:00"


def test_disposal_times_are_whole_days_by_either_rule() -> None:
    start = "2026-11-24T10:00"
    for unit, n in (("months", 1), ("days", 9), ("working_days", 5)):
        period = Period(unit, n)  # type: ignore[arg-type]
        by_rule = [
            disposal_deadline(period, from_utc=dhaka(start), calendar=calendar(rule=rule)).due_utc
            for rule in ("first-day-excluded", "elapsed")
        ]
        assert by_rule[0] == by_rule[1]


# --------------------------------------------------------------------------------------------------------------- laws


@given(st.data(), st.sampled_from(["first-day-excluded", "elapsed"]), amounts)
def test_the_deadline_never_decreases_as_the_event_moves_later(data: st.DataObject, rule: str, n: int) -> None:
    any_calendar = data.draw(calendars(rule))
    first = data.draw(moments)
    # close together as well as far apart: the rules have their edges at openings, closings and midnights
    later = first + data.draw(
        st.timedeltas(timedelta(0), timedelta(days=3)) | st.timedeltas(timedelta(0), timedelta(60))
    )
    assert working_days(n, first, any_calendar).due_utc <= working_days(n, later, any_calendar).due_utc


@given(calendars("first-day-excluded"), moments, amounts)
def test_a_deadline_is_always_the_closing_time_of_a_working_day(any_calendar: Calendar, t: datetime, n: int) -> None:
    answer = working_days(n, t, any_calendar)
    assert answer.due_utc == any_calendar.day(any_calendar.local(answer.due_utc).date()).closes
    assert answer.due_utc > t


@given(calendars("elapsed"), moments, amounts)
def test_an_elapsed_deadline_lies_inside_working_hours_and_after_the_event(
    any_calendar: Calendar, t: datetime, n: int
) -> None:
    answer = working_days(n, t, any_calendar)
    day = any_calendar.day(any_calendar.local(answer.due_utc).date())
    assert day.opens is not None
    assert day.closes is not None
    assert day.opens <= answer.due_utc <= day.closes
    assert answer.due_utc > t


@given(st.data(), st.sampled_from(["first-day-excluded", "elapsed"]), moments, amounts)
def test_the_steps_are_every_day_from_the_event_to_the_deadline_and_count_to_n(
    data: st.DataObject, rule: str, t: datetime, n: int
) -> None:
    any_calendar = data.draw(calendars(rule))
    answer = working_days(n, t, any_calendar)
    shown = [step.date for step in answer.steps]
    # from the day of the event (or, by the clock's rule, of the opening that it waited for), without a gap
    assert shown[-1] == any_calendar.local(answer.due_utc).date()
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(shown))
    assert shown[0] == any_calendar.local(t).date() or rule == "elapsed"
    # numbered 1 to n, on working days only
    counted = [step for step in answer.steps if step.counted is not None]
    assert [step.counted for step in counted] == list(range(1, n + 1))
    assert all(any_calendar.day(step.date).working for step in counted)


@given(calendars(), moments, moments, st.sampled_from(["months", "days", "working_days"]), amounts)
def test_a_disposal_time_never_decreases_and_ends_at_a_closing(
    any_calendar: Calendar, one: datetime, other: datetime, unit: Unit, n: int
) -> None:
    first, later = (
        disposal_deadline(Period(unit, n), from_utc=t, calendar=any_calendar).due_utc for t in sorted([one, other])
    )
    assert first <= later
    assert first == any_calendar.day(any_calendar.local(first).date()).closes


@pytest.mark.parametrize("n", [1, 3])
def test_the_shipped_calendar_gives_what_counting_by_hand_gives_from_2020_to_2035(n: int) -> None:
    oracle = Oracle(SHIPPED)
    excluded, elapsed = calendar(), calendar(rule="elapsed")
    day = datetime(2020, 1, 1)  # noqa: DTZ001 (the oracle's times are naive)
    while day.year < 2036:
        for minutes in (0, 8 * 60, 9 * 60, 9 * 60 + 1, 15 * 60 + 30, 16 * 60 + 59, 17 * 60):
            t = day + timedelta(minutes=minutes)
            t_utc = t.replace(tzinfo=DHAKA).astimezone(UTC)
            assert _naive(working_days(n, t_utc, elapsed)) == oracle.elapsed(t, n), t
        assert _naive(working_days(n, t_utc, excluded)) == oracle.first_day_excluded(t, n), t
        months = disposal_deadline(Period("months", n), from_utc=t_utc, calendar=excluded)
        assert _naive(months) == oracle.months_later(t, n), t
        day += timedelta(days=1)


def _naive(deadline: Deadline) -> datetime:
    return deadline.due_utc.astimezone(DHAKA).replace(tzinfo=None)


# -------------------------------------------------------------------------------------------------------- explanation


def test_the_explanation_names_every_day_and_why() -> None:
    lines = explain(working_days(1, dhaka("2026-12-15T16:30"), calendar()), "en").splitlines()
    assert lines == [
        "Event: Tuesday, 15 December 2026, 16:30",
        "Time allowed: 1 working day (first day excluded)",
        "  15/12/2026 Tue  –  the day of the event does not count",
        "  16/12/2026 Wed  –  Victory Day (general holiday)",
        "  17/12/2026 Thu  1  working day",
        "Due: Thursday, 17 December 2026, 17:00",
    ]


def test_the_explanation_in_bangla_has_no_other_digits() -> None:
    text = explain(working_days(3, dhaka("2026-12-15T16:30"), calendar()), "bn")
    assert "১৬/১২/২০২৬ বুধ  –  বিজয় দিবস (সাধারণ ছুটি)" in text
    assert text.endswith("সময়সীমা: সোমবার, ২১ ডিসেম্বর ২০২৬, ১৭:০০")
    assert not set(text) & set("0123456789")


def test_elapsed_says_from_when_it_counts() -> None:
    office = calendar(rule="elapsed")
    step = working_days(1, dhaka("2026-11-23T16:30"), office).steps[0]
    assert (step.date, step.counted) == (dt.date(2026, 11, 23), None)
    assert (render(step.why, "bn"), render(step.why, "en")) == ("১৬:৩০ থেকে গণনা শুরু", "counted from 16:30 on")
    reasons = [
        (step.counted, render(step.why, "en")) for step in working_days(1, dhaka("2026-11-26T17:30"), office).steps
    ]
    assert reasons == [(None, "after office hours"), (None, "weekend"), (None, "weekend"), (1, "working day")]


def test_a_disposal_time_is_explained_by_its_date_and_where_that_moved() -> None:
    answer = disposal_deadline(Period("months", 1), from_utc=dhaka("2025-11-16T09:00"), calendar=calendar())
    assert [render(step.why, "en") for step in answer.steps] == [
        "the day of the event does not count",
        "1 month later; Victory Day (general holiday)",
        "working day",
    ]


def test_a_deadline_in_a_year_without_a_list_says_that_it_is_an_estimate() -> None:
    known, guessed = (working_days(1, dhaka(t), calendar()) for t in ("2026-12-29T10:00", "2026-12-31T10:00"))
    assert (known.estimated, guessed.estimated) == (False, True)
    assert "An estimate: " not in explain(known, "en")
    assert "An estimate: " in explain(guessed, "en")


def test_a_calendar_without_a_working_day_is_an_error_and_no_endless_search() -> None:
    closed = [
        {
            "first": dt.date(year, 1, 1),
            "last": dt.date(year, 12, 31),
            "bn": "ক",
            "en": "a",
            "order": "1",
            "dated": dt.date(2026, 1, 1),
        }
        for year in range(2026, 2040)
    ]
    with pytest.raises(CalendarError, match="no working day within ten years after 2026-11-24"):
        working_days(1, dhaka("2026-11-23T10:00"), calendar(closed=closed))
