"""The code of a request: how it is made, read out and typed."""

import pytest

from monitor.domain.tracking_code import ALPHABET, LENGTH, matches, new_code, read, shown


def test_a_code_is_random_and_has_no_letter_that_is_taken_for_another() -> None:
    codes = {new_code() for _ in range(1_000)}
    assert len(codes) == 1_000
    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01OILSZBAEUY")


@pytest.mark.parametrize("typed", ["CDFG2345", "cdfg-2345", " cdfg 2345 ", "CDFG-২৩৪৫", "CDFG\u200b2345"])
def test_a_code_is_known_however_it_is_typed(typed: str) -> None:
    assert read(typed) == "CDFG2345"
    assert matches(typed, "CDFG2345")


@pytest.mark.parametrize("typed", ["", "CDFG234", "CDFG23456", "CDFG0345", "CDFGI345", "\0", "ক" * 8, "CDFG2346"])
def test_what_is_another_code_or_none_does_not_match(typed: str) -> None:
    assert not matches(typed, "CDFG2345")


def test_a_ticket_without_a_code_is_followed_by_nobody() -> None:
    assert not matches("", "")


def test_a_code_is_read_out_in_two_halves() -> None:
    assert shown("CDFG2345") == "CDFG-2345"
    assert shown("") == ""
