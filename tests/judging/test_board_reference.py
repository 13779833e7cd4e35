"""Random stories through the board and through the plain reference: intervals, causes and counts must agree."""

import pytest

from tests.judging.plays import by_board, by_reference, key, story


def test_the_board_says_what_the_reference_says() -> None:
    for seed in range(200):
        agree(seed)


@pytest.mark.long
def test_twenty_thousand_stories() -> None:
    for seed in range(20_000):
        agree(seed)


def agree(seed: int) -> None:
    play = story(seed)
    board, plain = by_board(play), by_reference(play)

    assert sorted(map(key, board.outages), key=str) == sorted(map(key, plain.outages), key=str), f"story({seed})"
    assert board.blind == plain.blind, f"story({seed})"
    assert board.flaps == plain.flaps, f"story({seed})"
