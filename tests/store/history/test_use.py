"""A month's use is what a carrier bills: the highest rate once the busiest twentieth is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.history.summaries import Traffic
from monitor.store.history.use import billed_bps, use_of

RATES = st.lists(st.floats(0, 1e10), min_size=1, max_size=300)


@given(RATES)
def test_at_most_a_twentieth_of_the_rates_is_above_what_is_billed_and_no_lower_rate_would_do(
    rates: list[float],
) -> None:
    billed = billed_bps(rates)
    assert billed in rates
    above = sum(rate > billed for rate in rates)
    assert above * 20 <= len(rates)
    lower = [rate for rate in rates if rate < billed]
    if lower:
        assert sum(rate > max(lower) for rate in rates) * 20 > len(rates)


def test_a_month_of_30_days_leaves_out_the_432_busiest_rates() -> None:
    rates = [float(number) for number in range(8_640)]
    assert billed_bps(rates) == 8_640 - 432 - 1
    assert billed_bps([]) is None


def test_octets_are_counted_by_the_seconds_that_are_known() -> None:
    use = use_of([Traffic(300, 8_000, 16_000), Traffic(150, 8_000, None)])
    assert use is not None
    assert (use.rates, use.in_octets, use.out_octets) == (2, 450_000, 600_000)
    assert (use.in_p95_bps, use.out_p95_bps, use.busier_bps) == (8_000, 16_000, 16_000)


def test_less_than_half_of_five_minutes_is_no_rate() -> None:
    assert use_of([Traffic(149, 1e9, 1e9)]) is None
    assert use_of([]) is None


@pytest.mark.parametrize("known", [(5.0, None), (None, 5.0)])
def test_the_busier_direction_is_the_one_that_is_known(known: tuple[float | None, float | None]) -> None:
    use = use_of([Traffic(300, *known)])
    assert use is not None
    assert use.busier_bps == 5.0
