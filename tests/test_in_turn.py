"""Tests that take turns: each has its day within three, and the others have every day."""

from datetime import date, timedelta

from tests.in_turn import DAYS, IN_TURN, rests
from tests.places import ROOT

TODAY = date(2026, 11, 28)


def test_each_has_one_of_three_days_whenever_one_begins() -> None:
    for begin in IN_TURN:
        for number in range(50):
            test = f"{begin}::test_{number}"
            assert sum(not rests(test, TODAY + timedelta(days)) for days in range(DAYS)) == 1


def test_a_third_of_them_runs_a_day() -> None:
    tests = [f"tests/story/test_kill.py::test_{number}" for number in range(3_000)]
    for days in range(DAYS):
        assert 850 < sum(not rests(test, TODAY + timedelta(days)) for test in tests) < 1_150


def test_all_others_run_every_day() -> None:
    assert not any(rests(f"tests/judging/test_board.py::test_{number}", TODAY) for number in range(50))


def test_each_of_the_list_is_there() -> None:
    for begin in IN_TURN:
        folder, _, name = begin.rpartition("/")
        assert list((ROOT / folder).glob(f"{name}*.py" if name and not name.endswith(".py") else name or "test_*.py"))
