"""Project the outlines of the unions onto a drawing of fixed width, as paths of SVG. Pure.

An upazila is so small that a cylinder does: degrees of longitude are shortened by the cosine of the middle latitude.
Lines are thinned until the whole drawing has few points: a page of 30 kB must hold it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from monitor.settings.areas_file import Areas, Point

WIDTH = 360
MARGIN = 8
MOST_POINTS = 700  # of the whole drawing
LEAST_RING = 3  # corners of what is still drawn

Place = tuple[float, float]
"""On the drawing: from the left, and from the top."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A union on the drawing: the ``d`` of its path, to be filled by the rule 'evenodd', and where its name stands."""

    union: str
    path: str
    label: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The unions on a drawing of ``width`` × ``height``; ``scale`` and ``origin`` place a position on it."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    licence: str
    source: str
    approximate: bool
    scale: tuple[float, float]
    origin: Point

    def place(self, latitude: float, longitude: float) -> tuple[int, int] | None:
        """Return where a site stands, by its ``position`` of sites.toml; None where that is off the drawing."""
        x, y = _onto(Point(longitude, latitude), self.origin, self.scale)
        return (round(x), round(y)) if 0 <= x <= self.width and 0 <= y <= self.height else None


def drawing(areas: Areas) -> Drawing:
    """Return the drawing of the areas."""
    points = [point for area in areas.areas for ring in area.rings for point in ring]
    west, east = min(p.longitude for p in points), max(p.longitude for p in points)
    south, north = min(p.latitude for p in points), max(p.latitude for p in points)
    shortened = max(cos(radians((south + north) / 2)), 0.01)
    span = max((east - west) * shortened, (north - south) / 2, 1e-6)  # never taller than twice its width
    unit = (WIDTH - 2 * MARGIN) / span
    scale, origin = (unit * shortened, unit), Point(west, north)
    placed = [[[_onto(point, origin, scale) for point in ring] for ring in area.rings] for area in areas.areas]
    thinned = _thinned(placed)
    return Drawing(
        WIDTH,
        round((north - south) * unit) + 2 * MARGIN,
        tuple(
            Shape(area.union, "".join(map(_path, rings)), _label(rings))
            for area, rings in zip(areas.areas, thinned, strict=True)
        ),
        areas.licence,
        areas.source,
        areas.approximate,
        scale,
        origin,
    )


def _onto(point: Point, origin: Point, scale: tuple[float, float]) -> Place:
    x = (point.longitude - origin.longitude) * scale[0] + MARGIN
    return x, (origin.latitude - point.latitude) * scale[1] + MARGIN


def _thinned(areas: Sequence[Sequence[Sequence[Place]]]) -> list[list[list[tuple[int, int]]]]:
    """Return all rings on whole units, with corners left out until there are at most MOST_POINTS."""
    tolerance = 0.5
    while True:
        found = [[ring for each in rings if len(ring := _whole(each, tolerance)) >= LEAST_RING] for rings in areas]
        if tolerance > WIDTH or sum(len(ring) for rings in found for ring in rings) <= MOST_POINTS:
            # A union that is smaller than the tolerance is a speck, but not lost.
            return [rings or [_speck(each)] for rings, each in zip(found, areas, strict=True)]
        tolerance *= 1.5


def _whole(ring: Sequence[Place], tolerance: float) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for x, y in _kept(ring[:-1], tolerance):
        place = (round(x), round(y))
        if not found or found[-1] != place:
            found.append(place)
    return found


def _speck(rings: Sequence[Sequence[Place]]) -> list[tuple[int, int]]:
    x, y = round(rings[0][0][0]), round(rings[0][0][1])
    return [(x, y), (x + 1, y), (x, y + 1)]


def _kept(line: Sequence[Place], tolerance: float) -> list[Place]:
    """Return the corners of a line that are farther than ``tolerance`` from what is drawn without them.

    Source: Douglas and Peucker, 1973; without recursion, as a line may have many thousand points.
    """
    keeps, waiting = {0, len(line) - 1}, [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        far, at = max((_off(line[each], line[first], line[last]), each) for each in range(first + 1, last))
        if far > tolerance:
            keeps.add(at)
            waiting += [(first, at), (at, last)]
    return [line[each] for each in sorted(keeps)]


def _off(point: Place, begin: Place, end: Place) -> float:
    """Return the distance of a point from the line between two others."""
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    length = hypot(dx, dy)
    if not length:
        return hypot(point[0] - begin[0], point[1] - begin[1])
    along = ((point[0] - begin[0]) * dx + (point[1] - begin[1]) * dy) / length**2
    along = min(1.0, max(0.0, along))
    return hypot(point[0] - begin[0] - along * dx, point[1] - begin[1] - along * dy)


def _path(ring: Iterable[tuple[int, int]]) -> str:
    first, *others = [f"{x} {y}" for x, y in ring]
    return f"M{first}L{' '.join(others)}z"


def _label(rings: Sequence[Sequence[tuple[int, int]]]) -> tuple[int, int]:
    """Return the centre of the largest ring."""
    area, x, y = max((_centre(ring) for ring in rings), key=lambda found: found[0])
    return (round(x), round(y)) if area else rings[0][0]


def _centre(ring: Sequence[tuple[int, int]]) -> tuple[float, float, float]:
    """Return the area of a ring and its centre of gravity."""
    twice = x_sum = y_sum = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        twice += cross
        x_sum += (x1 + x2) * cross
        y_sum += (y1 + y2) * cross
    return (abs(twice) / 2, x_sum / (3 * twice), y_sum / (3 * twice)) if twice else (0.0, 0.0, 0.0)
