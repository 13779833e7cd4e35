"""A device's last hour in a few hundred bytes."""

from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import evidence
from monitor.domain.sample import Sample, Verdict
from monitor.runtime.last_hour import Hour, Minute, chart, summary

T0 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def sample(second: int, rtt_ms: float | None, sent: int = 3, received: int = 3) -> Sample:
    at = T0 + timedelta(seconds=second)
    if rtt_ms is None:
        return Sample("a", "icmp", at, 0, Verdict.FAILED, sent, 0)
    return Sample("a", "icmp", at, 0, Verdict.OK, sent, received, (round(rtt_ms * 1e6),) * received)


rounds = st.lists(st.tuples(st.integers(0, 3 * 3_600), st.sampled_from([None, 1.0, 2.0, 4.0])), max_size=80).map(
    lambda told: sorted(told, key=lambda one: one[0])
)


@given(rounds, st.integers(0, 3_600))
def test_each_minute_sums_its_rounds_up_to_the_first_that_nothing_has_answered_since(
    told: list[tuple[int, float | None]], later: int
) -> None:
    hour = Hour()
    for second, rtt_ms in told:
        hour.add(sample(second, rtt_ms))
    now_s = T0.timestamp() + (told[-1][0] if told else 0) + later

    answered = max((place + 1 for place, (_, rtt_ms) in enumerate(told) if rtt_ms is not None), default=0)
    expected: dict[int, Minute] = {}
    in_minute: dict[int, list[float]] = {}
    for second, rtt_ms in told[:answered]:
        minute = int(T0.timestamp() + second) // 60
        known = expected.get(minute, Minute(0, 0))
        times = [time for time in (known.slowest_ms, rtt_ms) if time is not None]
        in_minute.setdefault(minute, []).extend([] if rtt_ms is None else [rtt_ms] * 3)
        lost = 3 if rtt_ms is None else 0
        mean_ms = fmean(in_minute[minute] or [0.0])
        expected[minute] = Minute(known.sent + 3, known.lost + lost, max(times, default=None), mean_ms)
    ends_s = T0.timestamp() + told[answered][0] if answered < len(told) else now_s
    last = int(min(ends_s, now_s)) // 60
    found, wanted = hour.before(now_s), [expected.get(minute) for minute in range(last - 59, last + 1)]
    assert [minute and minute[:3] for minute in found] == [minute and minute[:3] for minute in wanted]
    means_ms = [minute.mean_ms if minute else 0.0 for minute in wanted]
    assert [minute.mean_ms if minute else 0.0 for minute in found] == pytest.approx(means_ms, rel=1 / 500)


def test_the_hour_before_an_outage_tells_nothing_of_the_outage_itself() -> None:
    hour = Hour()
    for second in range(0, 3_000, 60):
        hour.add(sample(second, 5.0))
    for second in range(3_000, 3_020, 5):  # asked faster once it is suspected
        hour.add(sample(second, None))

    told = summary(hour.before(T0.timestamp() + 3_015))

    assert told is not None
    assert told.loss == 0.0
    assert "×" not in told.chart


def test_loss_weighs_every_echo_alike_not_the_worst_round_of_each_minute() -> None:
    hour = Hour()
    for second in range(0, 60, 6):  # ten rounds in one minute, one of them bad
        hour.add(sample(second, 5.0, sent=3, received=1 if second == 30 else 3))

    (minute,) = [each for each in hour.before(T0.timestamp() + 59) if each is not None]
    assert (minute.sent, minute.lost) == (30, 2)
    told = summary([minute])
    assert told is not None
    assert told.loss == round(2 / 30, 4)


def test_a_failed_round_counts_as_lost_once_something_has_answered_again() -> None:
    hour = Hour()
    for second, rtt_ms in ((0, 5.0), (60, None), (120, 5.0)):
        hour.add(sample(second, rtt_ms))
    told = summary(hour.before(T0.timestamp() + 120))
    assert told is not None
    assert told.loss == round(3 / 9, 4)


def test_a_clock_that_was_set_back_takes_nothing_that_is_later() -> None:
    hour = Hour()
    for second, rtt_ms in ((7_200, 4.0), (7_140, 2.0), (3_660, 8.0), (3_600, 1.0)):  # the last one an hour before
        hour.add(sample(second, rtt_ms))
    told = [minute and minute.slowest_ms for minute in hour.before(T0.timestamp() + 7_200)]
    assert (told[0], told[-2:]) == (8.0, [2.0, 4.0])
    assert hour.before(T0.timestamp() + 3_600)[-1] is None


@given(st.floats(0.02, 60_000), st.integers(1, 60))
def test_times_are_nearly_as_they_were(rtt_ms: float, rounds: int) -> None:
    hour = Hour()
    for second in range(rounds):
        hour.add(sample(second, rtt_ms))
    told = hour.before(T0.timestamp())[-1]
    assert told is not None
    assert told.slowest_ms == pytest.approx(rtt_ms, rel=1 / 2_000)
    assert told.mean_ms == pytest.approx(rtt_ms, rel=1 / 1_000)  # however many there are, and however slow


def test_the_chart_shows_times_losses_and_silence_of_our_own() -> None:
    minutes = [None, Minute(3, 0, 1.0, 1.0), Minute(2, 1, 8.0, 8.0), Minute(3, 3)]

    assert chart(minutes) == "·▂█×"
    assert summary(minutes) == evidence.Hour(
        chart="·▂█×",
        rtt_ms_mean=2.75,
        rtt_ms_max=8.0,
        loss=0.5,
        minutes=(None, (1.0, 0.0), (8.0, 0.5), (None, 1.0)),
    )


@pytest.mark.parametrize("minutes", [[], [None] * 60])
def test_an_hour_without_rounds_says_nothing(minutes: list[Minute | None]) -> None:
    assert summary(minutes) is None


def test_what_was_our_own_fault_says_nothing() -> None:
    hour = Hour()
    hour.add(sample(0, 1.0)._replace(verdict=Verdict.UNKNOWN))
    assert summary(hour.before(T0.timestamp())) is None
