"""How long to wait before another try."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.backoff import backoff

FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 30), (1, 30), (2, 60), (7, 1_920), (8, 3_600), (10**6, 3_600)])
def test_each_further_failure_doubles_the_wait_up_to_the_longest(failures: int, seconds: int) -> None:
    assert backoff(failures, 0.5, FIRST, LONGEST, (0.75, 1.25)) == timedelta(seconds=seconds)


@given(st.integers(1, 60), st.floats(0, 1))
def test_who_failed_together_is_spread_between_both_shares(failures: int, jitter: float) -> None:
    whole = backoff(failures, 0, FIRST, LONGEST, (1, 1))
    assert whole * 0.5 <= backoff(failures, jitter, FIRST, LONGEST, (0.5, 1.0)) <= whole
