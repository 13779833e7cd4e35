"""Model config/areas.json: the outlines of the unions, for maps. It may be missing: then there are no maps.

GeoJSON (RFC 7946) with ``licence`` beside its features, which is mandatory: nobody may publish outlines whose licence
was not read. Keys of other programs are left alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from monitor.domain.json_text import parse_json
from monitor.domain.message import message, messages, said_by
from monitor.domain.text import clean, comparison_key, has_words
from monitor.plain_file import PlainFileError, read_bounded
from monitor.settings.base import Model
from monitor.settings.problems import ConfigError, Problem
from monitor.settings.toml import Document, KeyPath
from monitor.settings.validate import validate

AREAS = "areas.json"
MOST_LEVELS = 20
MOST_BYTES = 4 * 1024 * 1024
MOST_POINTS = 50_000


def _position(value: list[float]) -> list[float]:
    longitude, latitude = value[:2]
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(message("is no place on the earth. Expected [longitude, latitude] in degrees"))
    return value


def _ring(value: list[list[float]]) -> list[list[float]]:
    if value[0][:2] != value[-1][:2]:
        raise ValueError(message("the line does not end where it begins. Expected its first point again at its end"))
    return value


def _with_words(value: str) -> str:
    if not has_words(value):
        raise ValueError(message("has no words. Expected the licence under which the outlines may be published"))
    return value


Text = Annotated[str, StringConstraints(max_length=500)]
Position = Annotated[list[float], Field(min_length=2, max_length=4), AfterValidator(_position)]
Ring = Annotated[list[Position], Field(min_length=4, max_length=MOST_POINTS), AfterValidator(_ring)]


class _Foreign(Model):
    """A part of a GeoJSON file, which may hold keys of other programs."""

    model_config = ConfigDict(extra="ignore")


class PolygonEntry(_Foreign):
    """One outline, and its holes behind it."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1)]


class MultiPolygonEntry(_Foreign):
    """Several outlines."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Annotated[list[Ring], Field(min_length=1)]], Field(min_length=1)]


class PropertiesEntry(_Foreign):
    """Which union it is, by the word with which sites.toml names it."""

    union: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class FeatureEntry(_Foreign):
    """The outline of one union."""

    type: Literal["Feature"] = "Feature"
    properties: PropertiesEntry
    geometry: Annotated[PolygonEntry | MultiPolygonEntry, Field(discriminator="type")]


class AreasFile(_Foreign):
    """The whole file. ``approximate``: pages say that the outlines are not exact."""

    type: Literal["FeatureCollection"]
    licence: Annotated[Text, AfterValidator(_with_words)]
    source: Text = ""
    approximate: bool = True
    features: Annotated[list[FeatureEntry], Field(min_length=1, max_length=1_000)]


class Point(NamedTuple):
    """A place in degrees, WGS 84."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Area:
    """A union's outline: closed lines, of which those within others are holes."""

    union: str
    rings: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Areas:
    """The outlines of all unions, with the licence and the source to be named beside each map."""

    areas: tuple[Area, ...]
    licence: str
    source: str = ""
    approximate: bool = True


class _JsonDocument(Document):
    """A file that is not TOML: places in it are named by their keys alone."""

    def line(self, path: KeyPath) -> int:
        return 0


def read_areas(file: Path, name: str) -> tuple[Areas, bytes] | None:
    """Read ``file``, called ``name`` in errors; return it with its bytes, None where there is none.

    Raises ConfigError for what is no such file.
    """
    if not file.is_symlink() and not file.exists():
        return None
    try:
        source = read_bounded(file, MOST_BYTES)
        cleaned = _cleaned(parse_json(source.decode("utf-8")), MOST_LEVELS)
    except PlainFileError as error:
        raise _error(name, message("{fault}. Expected a GeoJSON file", fault=said_by(error))) from None
    except UnicodeDecodeError:
        raise _error(name, message("is not UTF-8. Expected a GeoJSON file in UTF-8")) from None
    except ValueError as error:
        raise _error(name, message("is not JSON: {fault}. Expected a GeoJSON file", fault=str(error))) from None
    if not isinstance(cleaned, dict):
        raise _error(name, message("is not a GeoJSON file. Expected a FeatureCollection with 'licence'"))
    found = validate(_JsonDocument(name, cleaned, source), AreasFile, {})
    areas = tuple(Area(entry.properties.union, tuple(_rings(entry))) for entry in found.features)
    points = sum(len(ring) for area in areas for ring in area.rings)
    if points > MOST_POINTS:
        said = messages(
            "has {count:,} point. Expected at most {most:,}",
            "has {count:,} points. Expected at most {most:,}",
            points,
            most=MOST_POINTS,
        )
        raise ConfigError([Problem(name, 0, "features", said)])
    _refuse_twice(name, areas)
    return Areas(areas, found.licence, found.source, found.approximate), source


def _error(name: str, said: Any) -> ConfigError:
    return ConfigError([Problem(name, 0, "", said)])


def _rings(entry: FeatureEntry) -> Iterator[tuple[Point, ...]]:
    geometry = entry.geometry
    polygons = [geometry.coordinates] if isinstance(geometry, PolygonEntry) else geometry.coordinates
    for polygon in polygons:
        for ring in polygon:
            yield tuple(Point(position[0], position[1]) for position in ring)


def _refuse_twice(name: str, areas: tuple[Area, ...]) -> None:
    seen: dict[str, int] = {}
    for at, area in enumerate(areas):
        first = seen.setdefault(comparison_key(area.union), at)
        if first != at:
            said = message("is the outline of features.{first} again. Expected one for each union", first=first)
            raise ConfigError([Problem(name, 0, f"features.{at}.properties.union", said)])


def _cleaned(value: Any, levels: int) -> Any:
    """Return ``value`` with all its texts cleaned; raises ValueError when it is nested deeper than ``levels``."""
    if isinstance(value, str):
        return clean(value)
    if levels == 0 and isinstance(value, list | dict):
        raise ValueError(message("it is nested too deep"))
    if isinstance(value, list):
        is_position = bool(value) and isinstance(value[0], float | int)
        return value if is_position else [_cleaned(each, levels - 1) for each in value]
    return {key: _cleaned(each, levels - 1) for key, each in value.items()} if isinstance(value, dict) else value
