"""The outlines of the unions: what is taken, and what each mistake gets."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from monitor.configuration import load
from monitor.settings.areas_file import MOST_POINTS
from tests.places import TESTS
from tests.settings.offices import faults, office

__all__ = ["office"]

SAMPLE = TESTS / "web" / "sample_areas.json"


def spoilt(office: Path, **changes: Any) -> list[str]:
    """The faults of a file in which these keys are other ones; None takes a key away."""
    data = json.loads(SAMPLE.read_text()) | changes
    kept = {key: value for key, value in data.items() if value is not None}
    (office / "areas.json").write_text(json.dumps(kept))
    return faults(office)


def feature(**changes: Any) -> dict[str, Any]:
    one: dict[str, Any] = json.loads(SAMPLE.read_text())["features"][0]
    return one | changes


def square(*points: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


def test_an_office_without_the_file_has_no_map(office: Path) -> None:
    assert load(office).areas is None


def test_outlines_come_with_their_licence(office: Path) -> None:
    shutil.copy(SAMPLE, office / "areas.json")
    sources: dict[str, bytes] = {}
    areas = load(office, sources).areas
    assert areas is not None
    assert (areas.licence, len(areas.areas)) == ("CC0: these outlines are made up", 7)
    # What the daemon keeps of the configuration in force holds them too.
    assert sources["areas.json"] == SAMPLE.read_bytes()


def test_outlines_without_a_licence_are_refused(office: Path) -> None:
    assert spoilt(office, licence=None) == ["areas.json: licence: is missing. Expected it in this file"]
    expected = "areas.json: licence: has no words. Expected the licence under which the outlines may be published"
    assert spoilt(office, licence=" - ") == [expected]


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (
            square([88.9, 24.1], [88.9, 24.2], [89.0, 24.1], [88.95, 24.1]),
            "the line does not end where it begins. Expected its first point again at its end",
        ),
        (
            square([24.1, 188.9], [24.1, 189], [24.2, 189], [24.1, 188.9]),
            "is no place on the earth. Expected [longitude, latitude] in degrees",
        ),
        (square([88.9, 24.1], [88.9, 24.1]), "found 2 entries. Expected at least 4"),
        (square(["88.9", 24.1], [1, 1], [2, 2], ["88.9", 24.1]), "found '88.9'. Expected a number, without quotes"),
    ],
)
def test_a_wrong_outline_is_named(office: Path, geometry: dict[str, Any], expected: str) -> None:
    (found, *_) = spoilt(office, features=[feature(geometry=geometry)])
    assert found.startswith("areas.json: features.0.geometry.")
    assert found.endswith(expected)


def test_a_union_has_one_outline(office: Path) -> None:
    other = feature(properties={"union": "Bahadurpur"})
    expected = "is the outline of features.0 again. Expected one for each union"
    assert spoilt(office, features=[feature(), other]) == [f"areas.json: features.1.properties.union: {expected}"]


def test_endless_outlines_are_refused(office: Path) -> None:
    half = [[88.0, 24.0]] * (MOST_POINTS // 2 + 1)
    features = [feature(properties={"union": str(n)}, geometry=square(*half)) for n in range(2)]
    assert spoilt(office, features=features) == ["areas.json: features: has 50,002 points. Expected at most 50,000"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "is not JSON: "),
        (b"[]", "is not a GeoJSON file. Expected a FeatureCollection with 'licence'"),
        (b"\xff\xfe", "is not UTF-8. Expected a GeoJSON file in UTF-8"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "is not JSON: it is nested too deep"),
        (b"[" * 100_000, "is not JSON: it is nested too deep"),
    ],
)
def test_what_is_no_geojson_is_refused_in_one_line(office: Path, content: bytes, expected: str) -> None:
    (office / "areas.json").write_bytes(content)
    (found,) = faults(office)
    assert found.startswith(f"areas.json: {expected}")


def test_a_folder_in_its_place_is_refused(office: Path) -> None:
    (office / "areas.json").mkdir()
    assert faults(office) == ["areas.json: is a folder. Expected a GeoJSON file"]
