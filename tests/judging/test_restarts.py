"""A restart is told from a counter that ran over, a late answer, and a monitor that slept."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.judging.restarts import WRAP_TICKS, Uptime, restarted

DAY_S = 86_400
ages_s = some.floats(0, 3_000 * DAY_S)
pauses_s = some.floats(1, 2 * DAY_S)


def age(seconds: float, *, engine: bool) -> Uptime:
    return Uptime(int(seconds * 100) % WRAP_TICKS, int(seconds) if engine else None)


@given(ages_s, pauses_s, some.floats(-4, 4), some.booleans())
def test_a_device_that_only_grew_older_has_not_restarted(
    age_s: float, pause_s: float, late_s: float, engine: bool
) -> None:
    later_s = max(age_s + pause_s + late_s, 0)
    assert not restarted(age(age_s, engine=engine), age(later_s, engine=engine), pause_s)


@given(some.floats(60, 490 * DAY_S), pauses_s, some.floats(0, 1), some.booleans())
def test_a_device_that_started_between_two_readings_has_restarted(
    age_s: float, pause_s: float, share: float, engine: bool
) -> None:
    assert restarted(age(age_s, engine=engine), age(pause_s * share * 0.9, engine=engine), pause_s)


@pytest.mark.parametrize("before_s", [0.5, 30, 59.9])
def test_the_wrap_after_497_days_is_no_restart(before_s: float) -> None:
    before = Uptime(WRAP_TICKS - round(before_s * 100), None)

    assert not restarted(before, Uptime(round((60 - before_s) * 100), None), 60)


def test_an_agent_that_does_not_tell_its_age_never_restarts() -> None:
    assert not restarted(Uptime(None, None), Uptime(5, None), 60)
    assert not restarted(Uptime(5_000_000, None), Uptime(None, 3), 60)


@given(ages_s, pauses_s, some.booleans())
def test_a_monitor_that_slept_meanwhile_sees_no_restart(age_s: float, slept_s: float, engine: bool) -> None:
    assert not restarted(age(age_s, engine=engine), age(age_s + slept_s, engine=engine), 1.0)


@pytest.mark.parametrize("age_s", [600, 300 * DAY_S])
def test_an_age_that_stands_still_is_no_restart(age_s: int) -> None:
    assert not restarted(age(age_s, engine=True), age(age_s, engine=True), 60)


def test_an_engine_time_that_wraps_with_sysuptime_is_no_restart() -> None:
    end_s = WRAP_TICKS // 100

    assert not restarted(Uptime(WRAP_TICKS - 1_000, end_s - 10), Uptime(5_000, 50), 60)


def test_a_restart_shows_in_both_ages() -> None:
    assert restarted(Uptime(WRAP_TICKS - 1_000, 900_000_000), Uptime(2_000, 20), 60)
