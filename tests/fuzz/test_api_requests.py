"""The API under a great many requests, most of them wrong: none meets a fault, and none is left without an answer."""

import os
from pathlib import Path

import pytest

from tests.fuzz.api_office import asked, served

MANY = int(os.environ.get("API_REQUESTS", "1000000"))


def test_requests_of_every_kind_are_answered_and_none_by_a_fault(tmp_path: Path) -> None:
    with served(tmp_path) as (port, tokens):
        statuses, faults, _, _ = asked(port, tokens, 600, 1)
    assert faults == []
    assert statuses.total() == 600
    assert statuses.keys() >= {"200", "404", "422", "garbage 400"}, "it reaches what it is to try"


@pytest.mark.long
def test_a_fault_is_found(tmp_path: Path) -> None:
    with served(tmp_path, broken=True) as (port, tokens):
        _, faults, _, _ = asked(port, tokens, 300, 1)
    assert faults
    assert all(each.startswith("500: b'GET /api/v1/sites") for each in faults)


@pytest.mark.long
@pytest.mark.timeout(24 * 3_600)
def test_a_million_requests_meet_no_fault(tmp_path: Path) -> None:
    with served(tmp_path) as (port, tokens):
        statuses, faults, _, _ = asked(port, tokens, MANY, 4)
    assert faults == []
    assert statuses.total() == MANY // 4 * 4


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(1_800)
def test_no_answer_takes_a_second(tmp_path: Path) -> None:
    with served(tmp_path) as (port, tokens):
        _, faults, slowest_s, slowest = asked(port, tokens, 20_000, 2)
    assert faults == []
    assert slowest_s < 1, slowest
