"""Soft and hard states of one device."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.sample import Sample, Verdict
from monitor.judging.health import Health, Rules, State, Transition, judge, suspect

T0 = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
RULES = Rules(down_after=3, up_after=2, degraded_loss=0.3, degraded_rtt_ns=100_000_000)


def at(minute: int) -> datetime:
    return T0 + timedelta(minutes=minute)


def sample(letter: str, minute: int) -> Sample:
    """o = answered well, p = poorly (lost one of two), s = slowly, x = not at all, u = unknown."""
    verdict = {"x": Verdict.FAILED, "u": Verdict.UNKNOWN}.get(letter, Verdict.OK)
    received = {"x": 0, "u": 0, "p": 1}.get(letter, 2)
    rtt_ns = 200_000_000 if letter == "s" else 1_000_000
    return Sample("site/gateway", "icmp", at(minute), 0, verdict, 2, received, (rtt_ns,) * received)


def run(history: str, health: Health | None = None) -> tuple[Health, list[Transition]]:
    health = health or Health()
    seen = []
    for minute, letter in enumerate(history):
        health, transition = judge(health, sample(letter, minute), RULES)
        if transition:
            seen.append(transition)
    return health, seen


def test_one_answer_is_enough_to_call_an_unknown_device_up() -> None:
    health, seen = run("o")
    assert health.state is State.UP
    assert [(t.old, t.new, t.since_utc) for t in seen] == [(State.UNKNOWN, State.UP, at(0))]


def test_two_failed_rounds_are_a_soft_state_and_change_nothing_for_certain() -> None:
    health, seen = run("oxxo")
    assert health.state is State.UP
    assert len(seen) == 1
    assert not health.suspect


def test_a_device_that_is_up_and_well_keeps_no_rows() -> None:
    for history, since in (("o", 0), ("ooo", 0), ("oxo", 0), ("opo", 0), ("xxxoo", 3), ("pppoo", 3)):
        assert run(history)[0] == Health(State.UP, at(since)), history


def test_the_third_failed_round_in_a_row_makes_it_down_since_the_first() -> None:
    health, seen = run("ooxxx")
    assert health.state is State.DOWN
    assert (seen[-1].since_utc, seen[-1].seen_utc) == (at(2), at(4))


def test_a_suspect_device_says_so_until_its_state_is_certain_again() -> None:
    assert run("ox")[0].suspect
    assert not run("oxxx")[0].suspect
    assert run("oxxxo")[0].suspect


def test_recovery_needs_two_answered_rounds_and_dates_from_the_first() -> None:
    assert run("xxxo")[0].state is State.DOWN
    health, seen = run("xxxoxxoo")
    assert health.state is State.UP
    assert seen[-1].since_utc == at(6)


def test_unknown_rounds_neither_count_nor_break_a_row() -> None:
    assert run("oxuxux")[1][-1].since_utc == at(1)
    assert run("uuuuuuu") == (Health(), [])


def test_loss_makes_it_degraded_only_when_it_lasts_and_good_rounds_restore_it() -> None:
    assert run("oppo")[0].state is State.UP
    assert run("oppp")[1][-1].new is State.DEGRADED
    assert run("opppoo")[1][-1].new is State.UP


def test_slow_answers_make_it_degraded_too() -> None:
    assert run("osss")[1][-1].new is State.DEGRADED


def test_who_comes_back_poorly_is_degraded_only_after_three_poor_rounds() -> None:
    assert run("xxxop")[1][-1].new is State.UP
    assert run("xxxpp")[1][-1].new is State.UP
    assert [(t.new, t.since_utc) for t in run("xxxppp")[1][-2:]] == [(State.UP, at(3)), (State.DEGRADED, at(3))]


def test_who_is_judged_anew_and_answers_poorly_is_not_degraded_at_once() -> None:
    down, _ = run("oxxx")
    assert run("xxp", suspect(down))[0].state is State.UP
    assert run("xxpp", suspect(down))[0].state is State.UP
    assert run("xxppp", suspect(down))[0].state is State.DEGRADED


def test_two_failed_rounds_and_a_poor_one_are_no_degradation_yet_while_the_failures_go_on() -> None:
    assert run("oppx")[0].state is State.UP
    assert run("oppxp")[1][-1].new is State.DEGRADED


def test_a_doubted_device_is_down_again_after_three_rounds_of_its_own_since_its_true_start() -> None:
    down, _ = run("oxxx")
    health, seen = run("xxx", suspect(down))
    assert health.state is State.DOWN
    assert seen[-1].since_utc == at(1)


def test_a_doubted_device_that_answers_is_up_at_once() -> None:
    down, _ = run("oxxx")
    assert run("o", suspect(down))[0].state is State.UP


def reference(history: str) -> list[tuple[int, State]]:
    """The same rules, told from the whole history each time: (minute at which it became certain, state)."""
    state, changes, back = State.UNKNOWN, [], 0
    known = [(minute, letter) for minute, letter in enumerate(history) if letter != "u"]
    for index, (minute, letter) in enumerate(known):
        past = "".join(known_letter for _, known_letter in known[: index + 1])
        new = state
        if past.endswith("xxx"):
            new = State.DOWN
        elif state is State.DOWN:
            if len(past) >= 2 and "x" not in past[-2:]:
                new, back = State.UP, len(past.rstrip("ops"))
        elif state is State.UNKNOWN:
            new, back = (State.UP if letter != "x" else state), index
        elif state is State.UP:
            poor = len(past) - max(len(past.rstrip("psx")), back)
            new = State.DEGRADED if poor >= 3 and letter != "x" else state
        elif past.endswith("oo"):
            new = State.UP
        if new is not state:
            changes.append((minute, new))
        state = new
    return changes


@given(st.text(alphabet="opsxu", max_size=60))
def test_every_history_agrees_with_the_reference(history: str) -> None:
    _, seen = run(history)
    assert [((t.seen_utc - T0) // timedelta(minutes=1), t.new) for t in seen] == reference(history)


@given(st.text(alphabet="opsxu", max_size=60))
def test_a_change_never_dates_from_after_it_was_seen_and_changes_follow_each_other(history: str) -> None:
    _, seen = run(history)
    assert all(t.since_utc <= t.seen_utc for t in seen)
    assert all(later.old is earlier.new for earlier, later in itertools.pairwise(seen))


@given(st.text(alphabet="opsx", max_size=40))
def test_unknown_rounds_may_be_strewn_in_anywhere(history: str) -> None:
    thin, _ = run(history)
    thick, _ = run("".join(f"u{letter}u" for letter in history))
    assert thin.state is thick.state
    assert thin.failed.rounds == thick.failed.rounds
