"""Read the outlines of unions from a data package: a folder or a zip with GeoJSON and the licence that it comes under.

Of a file that covers a district or the country only the office's own unions are taken. Nothing is unpacked.
"""

import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.json_text import parse_json
from monitor.domain.message import message, said_by
from monitor.domain.text import clean, comparison_key
from monitor.plain_file import PlainFileError, read_bounded

MOST_BYTES = 32 * 1024 * 1024  # GeoJSON of a whole district
MOST_LICENCE_BYTES = 64 * 1024
MOST_FILES = 1_000
MOST_WORDS = 500  # characters of licence and of source, as areas.json may have
NAMED_BY = ("union", "ADM4_EN", "adm4_name", "shapeName", "name:en", "name:bn", "name")
"""Properties in which publishers of boundaries write a union's name, the surest first."""
_LICENCE = re.compile(r"(licen[cs]e|copying)([-.\w]*)", re.IGNORECASE)
_GEOJSON = (".geojson", ".json")
_Read = Callable[[int], bytes]
UNPACKING = (OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError)
"""What unpacking a file of a zip may raise: RuntimeError for one with a password."""


class MapAreasError(Exception):
    """A package cannot be used; the message says why, and what was expected."""


@dataclass(frozen=True, slots=True)
class MapAreas:
    """What areas.json is to hold, its licence, and the unions that are drawn and those of which there is no outline."""

    content: bytes
    licence: str
    drawn: tuple[str, ...]
    missing: tuple[str, ...]


def map_areas(package: Path, unions: Iterable[str]) -> MapAreas:
    """Read the outlines of ``unions`` from a folder, a zip or a GeoJSON file with a licence in it.

    Raises MapAreasError.
    """
    files = _files(package)
    name = _only_geojson(package, files)
    document = _parsed(package, name, files[name])
    licence, source = _licence(package, files, document)
    by_key = {comparison_key(union): union for union in unions if union}
    features = dict(_features(document, by_key))
    if not features:
        known = ", ".join(sorted(by_key.values()))
        said = message(
            "{file}: has no outline of a union of the list. Expected some of: {known}", file=name, known=known
        )
        raise MapAreasError(said)
    approximate = document.get("approximate", True) is not False
    outlines = {"type": "FeatureCollection", "licence": licence, "source": source, "approximate": approximate}
    content = json.dumps({**outlines, "features": [*features.values()]}, ensure_ascii=False, separators=(",", ":"))
    missing = tuple(sorted(set(by_key.values()) - features.keys()))
    return MapAreas(content.encode(), licence, tuple(sorted(features)), missing)


def _files(package: Path) -> Mapping[str, _Read]:
    """Return what reads each file of the package, by its name; raises MapAreasError."""
    try:
        if package.is_dir():
            return {path.name: _of_file(path) for path in sorted(package.iterdir()) if not path.name.startswith(".")}
        if not zipfile.is_zipfile(package):
            return {package.name: _of_file(package)}
        with zipfile.ZipFile(package) as packed:
            listed = packed.infolist()
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise MapAreasError(message("{file}: cannot be read: {why}", file=package, why=str(error))) from None
    if len(listed) > MOST_FILES:
        said = message(
            "{file}: has {count:,} files. Expected at most {most:,}", file=package, count=len(listed), most=MOST_FILES
        )
        raise MapAreasError(said)
    entries = (entry for entry in listed if not entry.is_dir() and not entry.filename.startswith("__MACOSX/"))
    return {entry.filename: _of_entry(package, entry) for entry in entries}


def _of_file(path: Path) -> _Read:
    def read(most: int) -> bytes:
        try:
            return read_bounded(path, most)
        except PlainFileError as error:
            raise MapAreasError(message("{file}: {why}", file=path, why=said_by(error))) from None

    return read


def _of_entry(package: Path, entry: zipfile.ZipInfo) -> _Read:
    def read(most: int) -> bytes:
        try:
            with zipfile.ZipFile(package) as packed, packed.open(entry) as opened:
                found = opened.read(most + 1)  # whatever size its heading claims
        except UNPACKING as error:
            said = message(
                "{file}: {name} cannot be unpacked: {why}", file=package, name=entry.filename, why=str(error)
            )
            raise MapAreasError(said) from None
        if len(found) > most:
            said = message("{file}: {name} is larger than {most:,} bytes", file=package, name=entry.filename, most=most)
            raise MapAreasError(said)
        return found

    return read


def _only_geojson(package: Path, files: Mapping[str, _Read]) -> str:
    found = [name for name in files if name.lower().endswith(_GEOJSON)]
    if len(found) != 1:
        names = ", ".join(found) or "-"
        raise MapAreasError(
            message("{file}: expected one GeoJSON file in it, found: {names}", file=package, names=names)
        )
    return found[0]


def _parsed(package: Path, name: str, read: _Read) -> dict[str, Any]:
    try:
        document = parse_json(read(MOST_BYTES).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MapAreasError(message("{file}: {name} is not UTF-8", file=package, name=name)) from None
    except ValueError as error:
        said = message("{file}: {name} is not JSON: {fault}", file=package, name=name, fault=str(error))
        raise MapAreasError(said) from None
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise MapAreasError(message("{file}: {name} is no GeoJSON FeatureCollection", file=package, name=name))
    return document


def _licence(package: Path, files: Mapping[str, _Read], document: Mapping[str, Any]) -> tuple[str, str]:
    """Return licence and source: the first line of the licence's file and what follows it, else the GeoJSON's own."""
    own = [document.get(key) for key in ("licence", "source")]
    licence, source = (clean(text)[:MOST_WORDS].strip() if isinstance(text, str) else "" for text in own)
    for name, read in files.items():
        if _LICENCE.fullmatch(name.rpartition("/")[2]) and not name.lower().endswith(_GEOJSON):
            text = read(MOST_LICENCE_BYTES).decode("utf-8-sig", "replace")
            lines = [line for each in text.splitlines() if (line := clean(each).strip())]
            licence = licence or "".join(lines[:1])[:MOST_WORDS]
            source = source or " ".join(lines[1:])[:MOST_WORDS]
    if not licence:
        said = message(
            "{file}: has no licence. Expected a file LICENCE.txt beside the GeoJSON, its name in the first line",
            file=package,
        )
        raise MapAreasError(said)
    return licence, source


def _features(document: Mapping[str, Any], by_key: Mapping[str, str]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the union and the outline of each feature that is one of the unions wanted."""
    for feature in document["features"]:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            continue
        names = (properties[key] for key in NAMED_BY if isinstance(properties.get(key), str))
        union = next((by_key[key] for name in names if (key := comparison_key(clean(name))) in by_key), None)
        if union is not None:
            yield union, {"type": "Feature", "properties": {"union": union}, "geometry": feature.get("geometry")}
