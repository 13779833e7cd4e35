"""What is usual at an hour of the week is the middle half of what was measured at it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.usual_band import LEAST, hour_of_week, usual_band
from monitor.store.history.summaries import Echoes

MONDAY = datetime(2026, 11, 22, 18, tzinfo=UTC)  # 00:00 in Dhaka
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def took(time_us: float | None) -> Echoes:
    return Echoes(60, 0, 0, 180, 0, time_us, time_us, time_us)


@given(st.lists(st.floats(1, 1e6), min_size=LEAST, max_size=13))
def test_a_quarter_of_the_weeks_is_below_the_band_and_a_quarter_above(times: list[float]) -> None:
    band = usual_band({MONDAY + number * WEEK: took(time) for number, time in enumerate(times)})[0]
    assert min(times) <= band.low_us <= band.high_us <= max(times)
    for outside in (sum(time < band.low_us for time in times), sum(time > band.high_us for time in times)):
        assert outside * 4 <= len(times) + 3, "a quarter, in whole weeks"


def test_monday_is_not_friday_but_an_hour_seldom_measured_has_the_band_of_its_hour_of_the_day() -> None:
    measured = {MONDAY + number * WEEK: took(1_000) for number in range(4)}
    measured |= {MONDAY + timedelta(days=4) + number * WEEK: took(9_000) for number in range(4)}
    found = usual_band(measured)
    assert (found[0].high_us, found[96].low_us) == (1_000, 9_000)
    assert (found[24].low_us, found[24].high_us) == (1_000, 9_000)
    assert 1 not in found


def test_hours_without_any_answer_are_not_measured() -> None:
    assert usual_band({MONDAY + number * WEEK: took(None) for number in range(9)}) == {}


def test_the_hour_of_the_week_is_that_of_the_office() -> None:
    assert hour_of_week(MONDAY) == 0
    assert hour_of_week(MONDAY - HOUR) == 167
