"""Outlines from a data package: the office's own unions alone, and never without their licence."""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.message import said_by
from monitor.new_office import map_areas as module
from monitor.new_office.map_areas import MapAreasError, map_areas
from monitor.settings.areas_file import read_areas

UNIONS = ("Juniadaha", "bahirchar")
LICENCE = "CC BY 4.0\n\nDistrict data portal,\nsurvey of 2024\n"
TRIANGLE = {"type": "Polygon", "coordinates": [[[88.98, 24.01], [89.00, 24.01], [89.01, 23.98], [88.98, 24.01]]]}


def geojson(**names: str) -> str:
    features = [{"type": "Feature", "properties": {"ADM4_EN": name}, "geometry": TRIANGLE} for name in names.values()]
    return json.dumps({"type": "FeatureCollection", "features": features})


DISTRICT = geojson(a="JUNIADAHA", b="Elsewhere", c="Bahirchar")


def folder(home: Path, files: Mapping[str, str]) -> Path:
    made = home / "package"
    made.mkdir()
    for name, text in files.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def packed(home: Path, files: Mapping[str, str]) -> Path:
    made = home / "package.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(f"district/{name}", text)
    return made


@pytest.mark.parametrize("make", [folder, packed])
def test_a_districts_package_gives_the_outlines_of_the_lists_unions(
    tmp_path: Path, make: Callable[[Path, Mapping[str, str]], Path]
) -> None:
    found = map_areas(make(tmp_path, {"kushtia.geojson": DISTRICT, "LICENCE.txt": LICENCE, "note.txt": "x"}), UNIONS)
    assert (found.drawn, found.missing, found.licence) == (("Juniadaha", "bahirchar"), (), "CC BY 4.0")

    (tmp_path / "areas.json").write_bytes(found.content)
    read = read_areas(tmp_path / "areas.json", "areas.json")
    assert read is not None
    assert {area.union for area in read[0].areas} == set(UNIONS)
    assert (read[0].licence, read[0].source) == ("CC BY 4.0", "District data portal, survey of 2024")


def test_a_file_that_says_its_licence_is_enough(tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(DISTRICT) | {"licence": "ODbL 1.0", "approximate": False}
    (tmp_path / "areas.json").write_text(json.dumps(document))
    found = map_areas(tmp_path / "areas.json", [*UNIONS, "dharampur"])
    assert (found.licence, found.missing) == ("ODbL 1.0", ("dharampur",))
    assert json.loads(found.content)["approximate"] is False


@pytest.mark.parametrize("make", [folder, packed])
@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.geojson": DISTRICT}, "has no licence. Expected a file LICENCE.txt beside the GeoJSON"),
        ({"a.geojson": DISTRICT, "LICENCE.txt": " \n\n"}, "has no licence"),
        ({"LICENCE.txt": LICENCE}, "expected one GeoJSON file in it, found: -"),
        ({"a.geojson": DISTRICT, "b.json": "{}", "LICENCE": LICENCE}, "expected one GeoJSON file in it, found: "),
        ({"a.geojson": "{", "LICENCE": LICENCE}, "is not JSON: "),
        ({"a.geojson": "[" * 100_000, "LICENCE": LICENCE}, "is not JSON: "),
        ({"a.geojson": "[]", "LICENCE": LICENCE}, "is no GeoJSON FeatureCollection"),
        ({"a.geojson": geojson(a="Elsewhere"), "LICENCE": LICENCE}, "has no outline of a union of the list. Expected"),
    ],
)
def test_a_package_that_cannot_be_used_is_refused_with_what_was_expected(
    tmp_path: Path, make: Callable[[Path, Mapping[str, str]], Path], files: Mapping[str, str], said: str
) -> None:
    with pytest.raises(MapAreasError) as refused:
        map_areas(make(tmp_path, files), UNIONS)
    assert said in str(said_by(refused.value))


def test_no_more_is_unpacked_than_is_allowed_whatever_a_zip_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1_000_000)
    with pytest.raises(MapAreasError, match="is larger than"):
        map_areas(packed(tmp_path, {"a.geojson": " " * 5_000_000, "LICENCE": LICENCE}), UNIONS)
    monkeypatch.setattr(module, "MOST_FILES", 1)
    with pytest.raises(MapAreasError, match="Expected at most"):
        map_areas(packed(tmp_path, {"a.geojson": DISTRICT, "LICENCE": LICENCE}), UNIONS)


def test_what_is_no_zip_is_named(tmp_path: Path) -> None:
    good = packed(tmp_path, {"a.geojson": DISTRICT, "LICENCE": LICENCE}).read_bytes()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(good[:60] + b"\xff" * 40 + good[100:])
    for path in (broken, tmp_path / "nowhere.zip"):
        with pytest.raises(MapAreasError, match=str(path)):
            map_areas(path, UNIONS)


def test_an_outline_that_is_none_is_left_to_the_check_of_the_configuration(tmp_path: Path) -> None:
    broken = {"type": "FeatureCollection", "features": [{"properties": {"union": "bahirchar"}, "geometry": None}, 7]}
    found = map_areas(folder(tmp_path, {"a.geojson": json.dumps(broken), "LICENCE": LICENCE}), UNIONS)
    assert found.missing == ("Juniadaha",)
