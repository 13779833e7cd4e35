"""The periods that a report is about."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reports import period
from monitor.reports.period import Period, before, period_of, year_before

DAYS = st.dates(date(2000, 1, 1), date(2200, 1, 1))
PERIODS = st.one_of(
    st.builds(period.month, st.integers(2000, 2200), st.integers(1, 12)),
    st.builds(period.quarter, st.integers(2000, 2200), st.integers(1, 4)),
    st.builds(period.fiscal, st.integers(2000, 2200)),
    st.builds(lambda first, length: period.days(first, first + timedelta(days=length)), DAYS, st.integers(0, 400)),
)


def test_a_month_is_its_days_by_the_offices_clock() -> None:
    found = period_of("month", "2024-02")
    assert (found.begins, found.ends) == (date(2024, 2, 1), date(2024, 3, 1))
    assert found.window[0] == datetime(2024, 1, 31, 18, tzinfo=UTC)


def test_the_fiscal_year_is_july_to_june_and_its_quarters_are_those_of_the_calendar() -> None:
    found = period_of("fiscal", "2026-27")
    assert (found.begins, found.ends) == (date(2026, 7, 1), date(2027, 7, 1))
    quarters = [period_of("quarter", code) for code in ("2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2")]
    assert [each.begins for each in quarters[1:]] == [each.ends for each in quarters[:-1]]
    assert (quarters[0].begins, quarters[-1].ends) == (found.begins, found.ends)


@given(PERIODS)
def test_a_period_is_found_again_by_its_code(one: Period) -> None:
    assert period_of(one.kind, one.code) == one


@given(PERIODS)
def test_the_period_before_ends_where_it_begins_and_is_of_its_kind(one: Period) -> None:
    found = before(one)
    assert (found.ends, found.kind) == (one.begins, one.kind)
    assert found.kind != "days" or found.ends - found.begins == one.ends - one.begins


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("month", "2026-13"),
        ("month", "2026-1"),
        ("month", "০২০২৬-11"),
        ("quarter", "2026-Q5"),
        ("fiscal", "2026-28"),
        ("days", "2026-11-02..2026-11-01"),
        ("days", "2026-11-02"),
        ("week", "2026-11"),
        ("month", ""),
        ("month", "0000-01"),
    ],
)
def test_what_is_no_period_is_refused(kind: str, code: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        period_of(kind, code)


@given(PERIODS)
def test_the_year_before_is_the_same_kind_of_period_a_year_earlier(one: Period) -> None:
    found = year_before(one)
    assert found.kind == one.kind
    assert found.begins.year == one.begins.year - 1
    assert abs((one.begins - found.begins).days - 365) <= 1


def test_days_that_february_lacks_a_year_earlier_end_on_its_last() -> None:
    assert year_before(period_of("days", "2028-02-29..2028-02-29")).code == "2027-02-28..2027-02-28"
