"""A link that grows by a line is full by a day; one that does not is never said to be."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.growth import FARTHEST, Growth, full_by, growth_of

TODAY = date(2026, 11, 24)
DAYS = [TODAY - timedelta(days=back) for back in range(89, -1, -1)]


@given(st.floats(1e4, 1e8), st.floats(0, 1e9), st.floats(1, 1e9))
def test_an_exact_line_is_full_on_the_day_on_which_it_reaches_the_capacity(
    per_day: float, level: float, above: float
) -> None:
    growth = growth_of({day: level + per_day * number for number, day in enumerate(DAYS)})
    assert growth is not None
    capacity = level + per_day * 89 + above
    found = full_by(growth, capacity, TODAY)
    expected = above / per_day
    if found is None:
        assert expected > FARTHEST.days - 1
    else:
        assert (found - TODAY).days == pytest.approx(expected, abs=1.001, rel=1e-6)


@given(st.floats(1e4, 1e7), st.lists(st.floats(-5e8, 5e8), min_size=7, max_size=7))
def test_weekdays_of_levels_of_their_own_hide_no_line_and_the_busiest_is_full_first(
    per_day: float, levels: list[float]
) -> None:
    growth = growth_of({day: 1e9 + levels[day.weekday()] + per_day * n for n, day in enumerate(DAYS)})
    assert growth is not None
    assert growth.per_day_bps == pytest.approx(per_day, rel=1e-3)
    assert growth.at(TODAY) == pytest.approx(1e9 + max(levels) + per_day * 89, rel=1e-6)


def test_one_that_is_full_already_is_full_today() -> None:
    growth = growth_of({day: 1e6 * number for number, day in enumerate(DAYS)})
    assert growth is not None
    assert full_by(growth, 50e6, TODAY) == TODAY


def test_a_line_that_reaches_the_capacity_in_many_years_says_nothing() -> None:
    assert full_by(Growth(1.0, TODAY, 0.0), 731.0, TODAY) is None
    assert full_by(Growth(1.0, TODAY, 0.0), 730.0, TODAY) == TODAY + FARTHEST


@pytest.mark.parametrize("days", [DAYS[-59:], []])
def test_two_months_that_are_not_whole_are_no_line(days: list[date]) -> None:
    assert growth_of({day: 1e6 * number for number, day in enumerate(days)}) is None


def test_what_shrinks_or_stays_is_no_growth() -> None:
    assert growth_of({day: 1e9 - 1e6 * number for number, day in enumerate(DAYS)}) is None
    assert growth_of(dict.fromkeys(DAYS, 1e6)) is None


def test_a_step_that_is_over_is_hardly_a_line_and_an_outlier_is_none() -> None:
    steps = dict.fromkeys(DAYS, 1000000.0) | {DAYS[-1]: 1e9}
    assert growth_of(steps) is None


def share_of_lines(resemblance: float, growth_a_day: float = 0.0) -> float:
    """How many of 400 random links with days of that resemblance to the day before count as growing."""
    chance = random.Random(5)
    found = 0
    for _ in range(400):
        noise, days = 0.0, {}
        for number, day in enumerate(DAYS):
            noise = resemblance * noise + chance.gauss(0, 1)
            days[day] = 100 + noise + growth_a_day * number
        found += growth_of(days) is not None
    return found / 400


@pytest.mark.parametrize(("resemblance", "most"), [(0.0, 0.001), (0.5, 0.01), (0.8, 0.02), (1.0, 0.02)])
def test_chance_alone_is_hardly_ever_a_line(resemblance: float, most: float) -> None:
    assert share_of_lines(resemblance) <= most


def test_a_line_through_noise_is_found() -> None:
    assert share_of_lines(0.3, growth_a_day=0.1) >= 0.95
