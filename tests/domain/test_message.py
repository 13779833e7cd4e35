"""Messages: English with parameters, rendered later."""

import json
from datetime import date
from pathlib import Path

import pytest

from monitor.domain.message import Message, Said, message, messages, said_as_json, said_by, said_from_json


def test_a_message_is_its_english_text_with_its_gaps_filled() -> None:
    assert str(message("no site '{name}'", name="pop")) == "no site 'pop'"
    assert str(message("{count:,} of {share:.0%}", count=1_000, share=0.5)) == "1,000 of 50%"


def test_braces_are_only_gaps_where_values_are_given() -> None:
    assert str(message("Expected { months = 1 }")) == "Expected { months = 1 }"
    assert str(message("Expected {{ {unit} = 1 }}", unit="months")) == "Expected { months = 1 }"


@pytest.mark.parametrize(("count", "text"), [(0, "0 sites"), (1, "one site"), (2, "2 sites")])
def test_a_message_about_a_number_of_things_says_one_or_several(count: int, text: str) -> None:
    assert str(messages("one site", "{count} sites", count)) == text


def test_a_message_within_a_message_is_filled_too() -> None:
    assert str(message("{found}. Expected {expected}", found=message("found {what}", what=1), expected="x")) == (
        "found 1. Expected x"
    )


def test_how_a_value_is_written_in_a_language_is_left_to_the_catalogue() -> None:
    assert str(message("due {day:moment}", day=date(2026, 11, 24))) == "due 2026-11-24"
    assert str(message("silent for {seconds:lasting}", seconds=7)) == "silent for 7"
    assert str(message("{names}", names=("a", "b"))) == "a, b"


def test_messages_are_compared_sorted_and_hashed_by_what_they_say() -> None:
    assert message("{name}", name="a") == Message("a") == "a"
    assert sorted([message("b"), message("{name}", name="a")]) == ["a", "b"]
    texts: list[Said] = ["c", message("b"), "a"]
    assert sorted(texts) == ["a", "b", "c"]
    assert len({message("{name}", name="a"), message("a")}) == 1


def test_an_error_gives_back_the_message_that_it_was_raised_with() -> None:
    said = message("no site '{name}'", name="pop")
    assert said_by(ValueError(said)) is said
    assert said_by(ValueError("of another kind")) == "of another kind"
    assert str(ValueError(said)) == "no site 'pop'"


@pytest.mark.parametrize(
    "said",
    [
        "421 4.3.2 too many connections",
        message("the server left before it answered: {fault}", fault=message("Connection refused")),
        message("no answer within {seconds:g} s", seconds=7.5),
        message("'{name}' is none of {known}", name="x", known=["a", message("b {c}", c=1)]),
        messages("{count} letter is pending", "{count} letters are pending", 3),
    ],
)
def test_what_was_said_comes_back_from_json_as_it_was(said: Said) -> None:
    again = said_from_json(json.loads(json.dumps(said_as_json(said))))

    assert (str(again), type(again)) == (str(said), type(said))
    if isinstance(said, Message) and isinstance(again, Message):
        assert (again.text, again.many, again.count) == (said.text, said.many, said.count)


def test_a_value_that_json_lacks_is_stored_as_its_text() -> None:
    again = said_from_json(said_as_json(message("{path} is gone", path=Path("/var/x"))))

    assert str(again) == "/var/x is gone"


@pytest.mark.parametrize("stored", [None, 1, [], {}, {"text": "x"}, {"text": "x", "values": {}, "count": "many"}])
def test_anything_else_is_no_message(stored: object) -> None:
    with pytest.raises(ValueError, match="text"):
        said_from_json(stored)
