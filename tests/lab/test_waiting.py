"""Waiting ends when the fact is there, and says what did not come."""

import time

import pytest

from tests.lab.waiting import BESIDE_OTHERS, patient, until


def test_it_returns_what_was_found_as_soon_as_it_is_there() -> None:
    answers = iter(["", "", "found"])
    assert until(lambda: next(answers), "a word", 10) == "found"


def test_it_says_what_did_not_come_and_what_was_seen_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    with pytest.raises(AssertionError, match=r"^a word: not within 0\.1 s; last seen: ''"):
        until(lambda: "", "a word", 0.1)


def test_a_limit_is_longer_where_tests_run_side_by_side_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    assert patient(2) == 2
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    assert patient(2) == 2 * BESIDE_OTHERS
    begun_s = time.monotonic()
    with pytest.raises(AssertionError, match=r"not within 0\.3 s"):
        until(lambda: False, "nothing", 0.1)
    assert time.monotonic() - begun_s > 0.3
