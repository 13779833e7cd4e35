"""Flapping by Nagios' algorithm, compared with the same written down plainly, as base/flapping.c has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.decisions import FlappingChanged
from monitor.judging.flapping import STEADY, Flaps, Thresholds, add
from tests.judging.test_board import at

RESULTS = 21


def share_of(results: list[bool]) -> float:
    """Of the last 21 results, oldest first."""
    window = ([True] * RESULTS + results)[-RESULTS:]
    changes = 0.0
    for place in range(1, RESULTS):
        if window[place] != window[place - 1]:
            changes += (place - 1) * (1.25 - 0.75) / (RESULTS - 2) + 0.75
    return changes / (RESULTS - 1)


def flapping(results: list[bool], low: float, high: float) -> list[bool]:
    """Whether it flaps after each result."""
    found, now = [], False
    for count in range(1, len(results) + 1):
        share = share_of(results[:count])
        now = share >= low if now else share > high
        found.append(now)
    return found


@given(st.lists(st.booleans(), max_size=120))
def test_the_share_of_changes_is_nagios(results: list[bool]) -> None:
    history = STEADY
    for result in results:
        history = add(history, result, Thresholds())
    assert history.share == pytest.approx(share_of(results))


@given(st.lists(st.booleans(), max_size=150), st.sampled_from([(0.05, 0.2), (0.25, 0.5), (0.1, 0.1)]))
def test_flapping_begins_above_the_high_threshold_and_ends_below_the_low_one(
    results: list[bool], thresholds: tuple[float, float]
) -> None:
    flaps = Flaps(Thresholds(*thresholds))
    told: list[FlappingChanged] = []
    seen = []
    last = True
    for minute, result in enumerate(results):
        told += flaps.observe("a", at(minute), up=result, changed=result != last)
        last = result
        seen.append(bool(told) and told[-1].flapping)
    assert seen == flapping(results, *thresholds)


@given(st.lists(st.booleans(), max_size=100))
def test_who_is_steady_again_takes_no_room(results: list[bool]) -> None:
    flaps = Flaps()
    for minute, result in enumerate([*results, *[True] * RESULTS]):
        list(flaps.observe("a", at(minute), up=result, changed=True))
    assert not flaps.watches("a")
