"""When the wall clock is believed, and when escalation waits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.believable import Look, Trust, first_trust, look_again
from monitor.clock import NS_PER_S

T0 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def look(wall_s: float, boot_s: float, boot_id: str = "a") -> Look:
    return Look(T0 + timedelta(seconds=wall_s), round(boot_s * NS_PER_S), boot_id)


def after(*looks: Look, remembered: Look | None = None) -> Trust:
    trust = first_trust(Trust(remembered, remembered, remembered.utc) if remembered else None, looks[0])
    for now in looks[1:]:
        trust = look_again(trust, now)
    return trust


def test_a_clock_that_goes_on_is_believed() -> None:
    assert not after(look(0, 100), look(10, 110), look(3_610, 3_710)).suspect


def test_a_small_correction_is_believed() -> None:
    assert not after(look(0, 100), look(40, 110)).suspect


def test_a_step_back_or_far_ahead_is_not_believed() -> None:
    assert after(look(0, 100), look(-3_600, 101)).suspect
    assert after(look(0, 100), look(30 * 86_400, 101)).suspect


def test_it_is_believed_again_when_it_is_back_where_it_would_have_been() -> None:
    assert not after(look(0, 100), look(-7_200, 101), look(50, 150)).suspect


def test_a_step_that_stays_for_an_hour_of_real_time_is_believed() -> None:
    assert after(look(0, 100), look(7_200, 101), look(7_200 + 3_000, 3_101)).suspect
    assert not after(look(0, 100), look(7_200, 101), look(7_200 + 3_600, 3_701)).suspect


def test_a_boot_in_1970_is_never_believed_however_long_it_lasts() -> None:
    epoch = (datetime(1970, 1, 1, tzinfo=UTC) - T0).total_seconds()
    assert after(look(epoch, 5, "b"), look(epoch + 90_000, 90_005, "b"), remembered=look(0, 100)).suspect


def test_a_suspend_is_no_step_because_the_time_since_boot_counts_it() -> None:
    assert not after(look(0, 100), look(28_800, 28_900)).suspect


def test_after_a_reboot_any_later_time_is_believed_and_an_earlier_one_is_not() -> None:
    assert not after(look(86_400, 5, "b"), remembered=look(0, 100)).suspect
    assert after(look(-86_400, 5, "b"), remembered=look(0, 100)).suspect


@given(st.lists(st.floats(0.1, 100_000), max_size=30), st.sampled_from([-3_600.0, -61.0, 61.0, 86_400.0]))
def test_any_jump_is_noticed_at_once_after_any_quiet_past(pauses: list[float], jump: float) -> None:
    trust, t = first_trust(None, look(0, 100)), 0.0
    for pause in pauses:
        t += pause
        trust = look_again(trust, look(t, 100 + t))
        assert not trust.suspect
    assert look_again(trust, look(t + 1 + jump + (1 if jump > 0 else -1), 101 + t)).suspect
