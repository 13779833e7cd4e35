"""A device's last hour in a few hundred bytes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.metrics.hour import Hour, Minute, chart, summary
from monitor.sample import Sample, Verdict

T0 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def sample(second: int, rtt_ms: float | None, sent: int = 3, received: int = 3) -> Sample:
    at = T0 + timedelta(seconds=second)
    if rtt_ms is None:
        return Sample("a", "icmp", at, 0, Verdict.FAILED, sent, 0)
    return Sample("a", "icmp", at, 0, Verdict.OK, sent, received, (round(rtt_ms * 1e6),))


rounds = st.lists(st.tuples(st.integers(0, 3 * 3_600), st.sampled_from([None, 1.0, 2.0, 4.0])), max_size=80).map(
    lambda told: sorted(told, key=lambda one: one[0])
)


@given(rounds, st.integers(0, 3_600))
def test_each_minute_keeps_its_worst_round(told: list[tuple[int, float | None]], later: int) -> None:
    hour = Hour()
    for second, rtt_ms in told:
        hour.add(sample(second, rtt_ms))
    now_s = T0.timestamp() + (told[-1][0] if told else 0) + later

    expected: dict[int, Minute] = {}
    for second, rtt_ms in told:
        minute = int(T0.timestamp() + second) // 60
        known = expected.get(minute, Minute(None, 0.0))
        times = [time for time in (known.rtt_ms, rtt_ms) if time is not None]
        expected[minute] = Minute(max(times, default=None), max(known.loss, 1.0 if rtt_ms is None else 0.0))
    last = int(now_s) // 60
    assert hour.minutes(now_s) == [expected.get(minute) for minute in range(last - 59, last + 1)]


def test_the_chart_shows_times_losses_and_silence_of_our_own() -> None:
    minutes = [None, Minute(1.0, 0.0), Minute(8.0, 0.5), Minute(None, 1.0)]

    assert chart(minutes) == "·▂█×"
    assert summary(minutes) == {
        "chart": "·▂█×",
        "rtt_ms_median": 4.5,
        "rtt_ms_max": 8.0,
        "loss": 0.5,
        "minutes": [None, [1.0, 0.0], [8.0, 0.5], [None, 1.0]],
    }


@pytest.mark.parametrize("minutes", [[], [None] * 60])
def test_an_hour_without_rounds_says_nothing(minutes: list[Minute | None]) -> None:
    assert summary(minutes) == {}


def test_what_was_our_own_fault_says_nothing() -> None:
    hour = Hour()
    hour.add(sample(0, 1.0)._replace(verdict=Verdict.UNKNOWN))
    assert summary(hour.minutes(T0.timestamp())) == {}
