"""Which unions a form about a user offers, and of which offices they are."""

from pathlib import Path

import pytest

from monitor.accounts.nodes import Places
from monitor.configuration import load_installation
from monitor.web.console import union_choices as choosing
from monitor.web.console.union_choices import UnionChoice, union_choices
from tests.settings.many_offices import installation


def test_a_word_of_two_offices_is_offered_once_with_both(tmp_path: Path) -> None:
    found = load_installation(installation(tmp_path))
    places = Places.of(found, "")
    here = {"mirpur": found.offices["mirpur"].fleet}
    offered = {each.word: each for each in union_choices(places, "", here, (), "en")}
    assert offered["sadar"] == UnionChoice("sadar", ["Mirpur Sadar", "Gangni Sadar"], ["Mirpur", "Gangni"])
    assert offered["juniadaha"].offices == ["Bheramara"]


def test_of_very_many_offices_those_of_the_page_s_office_are_offered_and_what_is_given_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load_installation(installation(tmp_path))
    places = Places.of(found, "")
    here = {"mirpur": found.offices["mirpur"].fleet}
    monkeypatch.setattr(choosing, "MOST_OFFICES", 2)
    offered = union_choices(places, "", here, ["juniadaha", "gone"], "en")
    assert [(each.word, each.offices) for each in offered] == [
        ("sadar", ["Mirpur"]),
        ("gone", []),
        ("juniadaha", ["Bheramara"]),
    ]


def test_an_office_that_stands_alone_names_none(tmp_path: Path) -> None:
    found = load_installation(installation(tmp_path))
    alone = {"": found.offices["mirpur"].fleet}
    assert union_choices(Places.of(None, ""), "", alone, (), "en") == [UnionChoice("sadar", ["Mirpur Sadar"], [])]
