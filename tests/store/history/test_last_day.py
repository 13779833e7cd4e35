"""A day by the minute: what a minute's rounds were, for 24 hours, within six per cent."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.sample import Sample, Verdict
from monitor.store.history.last_day import MINUTES, DayMinute, LastDay

T0 = datetime(2026, 11, 24, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def round_at(at: datetime, *rtts_us: float, sent: int = 3) -> Sample:
    verdict = Verdict.OK if rtts_us else Verdict.FAILED
    times = tuple(round(rtt_us * 1_000) for rtt_us in rtts_us)
    return Sample("a/gateway", "icmp", at, 0, verdict, sent, len(rtts_us), times)


def kept(day: LastDay, at: datetime) -> dict[datetime, DayMinute]:
    return dict(day.minutes(at))


@given(st.floats(10, 1.5e7))
def test_a_time_comes_back_within_six_per_cent(rtt_us: float) -> None:
    day = LastDay()
    day.add(round_at(T0, rtt_us, sent=1))
    found = kept(day, T0)[T0]
    assert found.rtt_us == pytest.approx(rtt_us, rel=0.061)
    assert not found.is_lossy


def test_a_minute_of_several_rounds_has_the_slowest_and_any_loss() -> None:
    day = LastDay()
    for rtts in ((4_000.0,) * 3, (9_000.0,) * 2, ()):
        day.add(round_at(T0, *rtts))
    found = kept(day, T0)[T0]
    assert found.rtt_us == pytest.approx(9_000, rel=0.061)
    assert found.is_lossy


def test_a_minute_without_any_answer_is_silent_and_one_without_a_round_that_counts_is_not_there() -> None:
    day = LastDay()
    day.add(round_at(T0))
    day.add(round_at(T0 + MINUTE, 5.0)._replace(verdict=Verdict.UNKNOWN))
    day.add(round_at(T0 + 2 * MINUTE, 5.0, sent=1))
    assert kept(day, T0 + 2 * MINUTE) == {T0: DayMinute(None, True), T0 + 2 * MINUTE: DayMinute(10.0, False)}


@given(st.lists(st.integers(-30, 2_000), min_size=1, max_size=30))
def test_the_last_24_hours_are_kept_whatever_the_clock_does(steps: list[int]) -> None:
    day, at, latest, played = LastDay(), T0, T0, set()
    for step in steps:
        at += step * MINUTE
        if at > latest - MINUTES * MINUTE:
            latest = max(latest, at)
            played.add(at)
        day.add(round_at(at, 4_000.0, sent=1))
    expected = {each for each in played if each > latest - MINUTES * MINUTE}
    assert set(kept(day, latest)) == expected


def test_what_is_a_day_old_is_not_shown_when_nothing_newer_came() -> None:
    day = LastDay()
    day.add(round_at(T0, 4_000.0))
    assert kept(day, T0 + (MINUTES - 1) * MINUTE)
    assert kept(day, T0 + MINUTES * MINUTE) == {}


def test_a_noisy_day_takes_two_thirds_of_a_byte_a_minute_and_a_calm_one_an_eighth() -> None:
    chance = random.Random(3)
    noisy, calm = LastDay(), LastDay()
    for number in range(2 * MINUTES):
        noisy.add(round_at(T0 + number * MINUTE, chance.uniform(3_000, 9_000), sent=1))
        calm.add(round_at(T0 + number * MINUTE, 4_000.0, sent=1))
    assert noisy.size < 850
    assert calm.size < 200
    assert len(kept(noisy, T0 + (2 * MINUTES - 1) * MINUTE)) == MINUTES
