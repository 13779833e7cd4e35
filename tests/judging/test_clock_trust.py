"""When the wall clock is believed, and when escalation waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.clock import NS_PER_S
from monitor.judging.clock_trust import ClockReading, ClockTrust, first_trust, next_trust, same_boot

T0 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


DAY_S = 86_400


def look(wall_s: float, boot_s: float, boot_id: str = "a", *, ntp: bool = False) -> ClockReading:
    return ClockReading(T0 + timedelta(seconds=wall_s), round(boot_s * NS_PER_S), boot_id, ntp)


def after(*looks: ClockReading, remembered: ClockReading | None = None) -> ClockTrust:
    trust = first_trust(known(remembered) if remembered else None, looks[0])
    for now in looks[1:]:
        trust = next_trust(trust, now)
    return trust


def known(last: ClockReading) -> ClockTrust:
    """What a run whose clock was believed leaves behind."""
    return ClockTrust(last, last, last.utc)


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


def test_after_a_reboot_a_week_off_is_believed_and_an_earlier_time_or_a_much_later_one_is_not() -> None:
    for days in (0.01, 1, 3, 7):
        assert not after(look(days * DAY_S, 5, "b"), remembered=look(0, 100)).suspect
    for days in (-1, -40, 8, 40, 365 * 50):
        assert after(look(days * DAY_S, 5, "b"), remembered=look(0, 100)).suspect


@pytest.mark.parametrize("days", [-20, 12, 40])
def test_a_boot_that_is_not_believed_is_when_ntp_an_operator_or_an_hour_says_so(days: int) -> None:
    before, boot = look(0, 100), look(days * DAY_S, 5, "b")
    assert not after(look(days * DAY_S, 5, "b", ntp=True), remembered=before).suspect  # NTP was quicker than we
    assert not after(boot, look(days * DAY_S + 30, 35, "b", ntp=True), remembered=before).suspect
    assert after(boot, look(days * DAY_S + 30, 35, "b"), remembered=before).suspect
    assert not next_trust(first_trust(known(before), boot), look(days * DAY_S + 9, 14, "b"), word=boot).suspect
    assert not after(boot, look(days * DAY_S + 3_600, 3_605, "b"), remembered=before).suspect


def test_a_boot_that_is_not_believed_is_when_its_clock_is_set_to_what_a_week_off_explains() -> None:
    assert not after(look(40 * DAY_S, 5, "b"), look(DAY_S, 60, "b"), remembered=look(0, 100)).suspect
    assert after(look(40 * DAY_S, 5, "b"), look(20 * DAY_S, 60, "b"), remembered=look(0, 100)).suspect


def test_what_an_operator_said_holds_for_no_other_time_and_no_other_boot() -> None:
    suspect = after(look(0, 4_000), look(40 * DAY_S, 4_001))
    for word in (look(41 * DAY_S, 4_001), look(40 * DAY_S, 4_001, "b")):
        assert next_trust(suspect, look(40 * DAY_S + 1, 4_002), word).suspect
    assert not next_trust(suspect, look(40 * DAY_S + 1, 4_002), look(40 * DAY_S, 4_001)).suspect


def test_ntp_that_kept_the_clock_before_a_jump_does_not_prove_it_but_ntp_that_begins_with_it_does() -> None:
    assert after(look(0, 100, ntp=True), look(DAY_S * 365 * 50, 101, ntp=True)).suspect
    trust = after(look(0, 100), look(3 * DAY_S, 101, ntp=True))
    assert not trust.suspect
    assert trust.move is not None
    assert (trust.move.since_utc, trust.move.by) == (T0, timedelta(days=3) - timedelta(seconds=1))


def test_while_the_clock_is_suspect_time_goes_on_by_the_time_since_boot() -> None:
    trust = after(look(0, 4_000), look(40 * DAY_S, 4_010), look(-500, 4_020))
    assert trust.utc_at(4_100 * NS_PER_S) == T0 + timedelta(seconds=100)
    assert trust.date(T0 + timedelta(days=9), 4_100 * NS_PER_S) == T0 + timedelta(seconds=100)


def test_a_jump_between_two_looks_dates_nothing_although_nobody_saw_it() -> None:
    trust = after(look(0, 4_000))
    assert trust.date(T0 + timedelta(days=18_250), 4_005 * NS_PER_S) == T0 + timedelta(seconds=5)
    assert trust.date(T0 + timedelta(seconds=5.5), 4_005 * NS_PER_S) == T0 + timedelta(seconds=5.5)


def test_a_boot_that_is_not_believed_dates_after_all_that_was_written_before_and_its_gap_is_known_in_the_end() -> None:
    before, boot = look(0, 100), look(40 * DAY_S, 5, "b")
    trust = first_trust(known(before), boot)
    assert trust.utc_at(boot.boot_ns) > before.utc
    trust = next_trust(trust, look(12 * DAY_S + 10, 15, "b", ntp=True))
    assert trust.move is not None
    assert trust.move.off is not None
    off_utc, resumed_utc = trust.move.off
    assert off_utc == before.utc
    assert resumed_utc + trust.move.by == T0 + timedelta(days=12)  # when the daemon looked first


def test_a_reboot_while_the_clock_is_suspect_moves_what_both_boots_dated() -> None:
    first = first_trust(known(look(0, 100)), look(40 * DAY_S, 5, "b"))
    second = first_trust(first, look(2 * DAY_S, 9, "c"))
    assert not second.suspect
    assert second.move is not None
    assert second.move.since_utc == first.unproven_since_utc
    assert second.move.off == first.off


def test_a_reboot_that_ends_a_spike_leaves_what_was_dated_in_it_where_it_is() -> None:
    spike = after(look(0, 100), look(50 * 365 * DAY_S, 101))
    for wall_s in (60, 5 * 3_600, 6 * DAY_S):
        right = first_trust(spike, look(wall_s, 20, "b"))
        assert not right.suspect
        assert right.move is None
        assert right.date(right.last.utc, right.last.boot_ns) == right.last.utc


def test_a_reboot_from_one_clock_that_is_not_believed_into_the_same_moves_both_by_what_it_was_wrong() -> None:
    ahead = look(60 * DAY_S, 100)
    set_back = after(ahead, look(20 * DAY_S, 101))  # nobody said that this is right, and then the power failed
    second = first_trust(set_back, look(20 * DAY_S + 600, 20, "b"))
    assert second.suspect
    right = next_trust(second, look(20 * DAY_S + 660, 80, "b", ntp=True))
    assert right.move is not None
    assert right.move.since_utc == set_back.unproven_since_utc
    assert abs(right.move.by + timedelta(days=40)) < timedelta(minutes=2)


def test_where_the_boot_is_not_known_a_time_since_boot_that_went_back_tells_of_another_one() -> None:
    assert same_boot(look(0, 100, ""), look(60, 160, "b"))
    assert not same_boot(look(0, 100, ""), look(60, 20, ""))
    assert not after(look(3 * DAY_S, 200, ""), remembered=look(0, 100, "")).suspect


@given(
    st.lists(st.tuples(st.floats(1, 5_000), st.sampled_from([0.0, 61.0, -61.0, 86_400.0, -90_000.0])), max_size=20),
)
def test_whatever_the_clock_does_lengths_of_time_are_those_since_boot(jumps: list[tuple[float, float]]) -> None:
    trust, boot_s, wall_s = first_trust(None, look(0, 4_000)), 4_000.0, 0.0
    dates: list[tuple[datetime, float]] = []  # when something was seen: the date, and since boot
    for pause_s, jump_s in jumps:
        boot_s, wall_s = boot_s + pause_s, wall_s + pause_s + jump_s
        trust = next_trust(trust, look(wall_s, boot_s))
        if (move := trust.move) is not None:
            dates = [(at_utc + move.by if at_utc > move.since_utc else at_utc, s) for at_utc, s in dates]
            assert abs((dates[-1][0] - trust.last.utc).total_seconds() + boot_s - dates[-1][1]) < 62
        dates.append((trust.date(trust.last.utc, trust.last.boot_ns), boot_s))
        if trust.suspect:  # since the last believed reading, lengths are exact
            assert abs((dates[-1][0] - trust.anchor.utc).total_seconds() - (boot_s - trust.anchor.boot_ns / 1e9)) < 0.01


@given(st.lists(st.floats(0.1, 100_000), max_size=30), st.sampled_from([-3_600.0, -61.0, 61.0, 86_400.0]))
def test_any_jump_is_noticed_at_once_after_any_quiet_past(downtimes: list[float], jump: float) -> None:
    trust, t = first_trust(None, look(0, 100)), 0.0
    for downtime in downtimes:
        t += downtime
        trust = next_trust(trust, look(t, 100 + t))
        assert not trust.suspect
    assert next_trust(trust, look(t + 1 + jump + (1 if jump > 0 else -1), 101 + t)).suspect
