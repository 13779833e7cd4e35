"""Flapping by Nagios' algorithm, compared with the same written down plainly, as base/flapping.c has it."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.decisions import FlappingChanged
from monitor.judging.flapping import STEADY, Flaps, Thresholds, add
from tests.judging.boards import at

RESULTS = 21


def share_of(results: list[bool]) -> Fraction:
    """Of the last 21 results, oldest first."""
    window = ([True] * RESULTS + results)[-RESULTS:]
    changes = Fraction()
    for place in range(1, RESULTS):
        if window[place] != window[place - 1]:
            changes += (place - 1) * Fraction(1, 2) / (RESULTS - 2) + Fraction(3, 4)
    return changes / (RESULTS - 1)


def flapping(results: list[bool], low: float, high: float) -> list[bool]:
    """Whether it flaps after each result."""
    found, now = [], False
    for count in range(1, len(results) + 1):
        share = share_of(results[:count])
        now = share > Fraction(str(low)) if now else share >= Fraction(str(high))
        found.append(now)
    return found


@given(st.lists(st.booleans(), max_size=120))
def test_the_share_of_changes_is_nagios(results: list[bool]) -> None:
    history = STEADY
    for result in results:
        history = add(history, result, Thresholds())
    assert history.share == float(share_of(results))


@given(st.lists(st.booleans(), max_size=150), st.sampled_from([(0.05, 0.2), (0.25, 0.5), (0.1, 0.1), (0.05, 0.1625)]))
def test_flapping_begins_at_the_high_threshold_and_ends_at_the_low_one(
    results: list[bool], thresholds: tuple[float, float]
) -> None:
    flaps = Flaps(Thresholds(*thresholds))
    told: list[FlappingChanged] = []
    seen = []
    for minute, result in enumerate(results):
        told += flaps.observe("a", at(minute), up=result)
        seen.append(bool(told) and told[-1].flapping)
    assert seen == flapping(results, *thresholds)


@given(st.lists(st.booleans(), max_size=100))
def test_who_is_steady_again_takes_no_room(results: list[bool]) -> None:
    flaps = Flaps()
    for minute, result in enumerate([*results, *[True] * RESULTS]):
        list(flaps.observe("a", at(minute), up=result))
    assert not flaps.watches("a")


def test_a_share_of_exactly_the_threshold_flaps() -> None:
    changed = (1, 4, 15, 18)  # of the 20 pairs: 0.2 of the whole to the last digit, but not as a sum of floats
    results = [True]
    for pair in range(RESULTS - 1):
        results.append(results[-1] ^ (pair in changed))
    assert share_of(results) == Fraction(1, 5)
    assert flapping(results, 0.05, 0.2)[-1]
    flaps = Flaps()
    told = [one for minute, result in enumerate(results) for one in flaps.observe("a", at(minute), up=result)]
    assert [one.flapping for one in told] == [True]


def test_who_was_down_or_flapped_before_a_restart_is_remembered_so() -> None:
    flaps = Flaps(flapped=frozenset({"b"}))
    flaps.restore(["a"], flaps.flapped)
    assert [list(flaps.observe("a", at(minute), up=True)) for minute in range(2)] == [[], []]
    assert flaps.watches("a"), "it was down and is up: one change"
    told = [one for minute in range(RESULTS) for one in flaps.observe("b", at(minute), up=True)]
    assert [(one.flapping, one.at_utc) for one in told] == [(False, at(RESULTS - 1))]
