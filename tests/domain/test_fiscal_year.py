"""A day lies in the fiscal year that began last, on a 1st of July."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.fiscal_year import fiscal_year_of


@given(st.dates(date(1971, 1, 1), date(2100, 1, 1)))
def test_it_is_the_last_first_of_july_that_is_not_after_the_day(day: date) -> None:
    back = day
    while (back.month, back.day) != (7, 1):
        back -= timedelta(days=1)
    assert fiscal_year_of(day) == back
