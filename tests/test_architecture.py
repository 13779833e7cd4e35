"""docs/architecture.md and its picture: current, and true to the code."""

from xml.etree import ElementTree

import pytest

from docs.generator import architecture, ways
from docs.generator.drawing import drawn
from docs.generator.rooms import Room, drawn_arrows, floors, on_floors, rooms, threads
from tests.places import DOCS

SVG = "{http://www.w3.org/2000/svg}"


def test_page_and_picture_are_what_the_code_makes() -> None:
    assert (DOCS / "architecture.md").read_text(encoding="utf-8") == architecture.page(), "run scripts/docs"
    assert (DOCS / architecture.PICTURE).read_text(encoding="utf-8") == architecture.picture(), "run scripts/docs"


def test_every_room_says_what_it_is_for() -> None:
    assert [room.name for room in rooms().values() if not room.says] == []


def test_every_floor_is_drawn_with_its_rooms_and_no_arrow_points_upwards() -> None:
    root = ElementTree.fromstring(architecture.picture())
    said = {element.text for element in root.iter(f"{SVG}text")}
    assert {room.short for room in rooms().values()} <= said
    floor = {room: number for number, names in enumerate(floors()) for room in names}
    assert [(one, other) for one, other in drawn_arrows(rooms()) if floor[one] >= floor[other]] == []


def test_an_arrow_that_another_way_implies_is_not_drawn_and_every_other_is() -> None:
    def room(name: str, *asks: str) -> Room:
        return Room(name, "", frozenset(asks), frozenset())

    known = {each.name: each for each in (room("a", "b", "c", "d"), room("b", "c"), room("c"), room("d"))}
    assert drawn_arrows(known) == [("a", "b"), ("a", "d"), ("b", "c")]


def test_no_two_arrows_go_down_in_one_place() -> None:
    picture = drawn(on_floors(rooms()), drawn_arrows(rooms()))
    ways_down = [
        path.attrib["d"].split()[2]
        for path in ElementTree.fromstring(picture).iter(f"{SVG}path")
        if "marker-end" in path.attrib
    ]
    assert len(ways_down) == len(drawn_arrows(rooms()))


def test_a_name_that_is_gone_from_the_code_is_told() -> None:
    assert ways.written(("{domain.sample:Sample} is one.",)) == "1. [`Sample`](../monitor/domain/sample.py) is one."
    for gone in ("{domain.sample:Simple}", "{runtime.wheel:Wheel}", "{judging.board:Board.look}"):
        with pytest.raises(LookupError, match="is not in the code any more"):
            ways.written((gone,))


def test_the_threads_are_those_that_the_code_makes() -> None:
    made = {one.name: (one.module, one.how_many) for one in threads()}
    assert made["writer"] == ("runtime/writer.py", "1")
    assert made["delivery by …"][0] == "runtime/notifier.py"
