"""Figures of a sample, as people read them."""

import pytest

from monitor.domain.sample import milliseconds


@pytest.mark.parametrize(
    ("rtt_ms", "decimals", "written"),
    [
        (0.0, 3, "< 0.001"),
        (0.000_999, 3, "< 0.001"),
        (0.001, 3, "0.001"),
        (0.0204, 3, "0.020"),
        (0.02, 1, "< 0.1"),
        (0.1, 1, "0.1"),
        (12.34, 1, "12.3"),
    ],
)
def test_a_time_below_what_the_clock_tells_is_not_written_as_nothing(
    rtt_ms: float, decimals: int, written: str
) -> None:
    assert milliseconds(rtt_ms, decimals) == written
