"""Draw the unions of an office, each by the worst state in it, with a mark for each site that has a position."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.text import comparison_key
from monitor.i18n.terms import STATES
from monitor.settings.areas_file import Areas
from monitor.web.areas import Drawing, Shape, drawing
from monitor.web.overview import Overview

MOST_MARKS = 200
QUIET = ("up", "paused", "unknown")


@dataclass(frozen=True, slots=True)
class Mark:
    """A site on the drawing."""

    x: int
    y: int
    state: str


@dataclass(frozen=True, slots=True)
class UnionMap:
    """The drawing, the state of each of its shapes, and the marks of sites."""

    drawing: Drawing
    shapes: Sequence[tuple[Shape, str]]
    marks: Sequence[Mark]

    @property
    def troubled(self) -> list[str]:
        """Return the unions that are drawn as broken or of poor quality."""
        return [shape.union for shape, state in self.shapes if state not in QUIET]


def union_map(areas: Areas | None, overview: Overview) -> UnionMap | None:
    """Return the map of the sites' states; None without outlines."""
    if areas is None:
        return None
    drawn = _drawn(areas)
    unions = overview.index.unions
    named = [(shape, unions.get(comparison_key(shape.union), "")) for shape in drawn.shapes]
    shapes = [(shape, worst(overview.by_union.get(union))) for shape, union in named]
    return UnionMap(drawn, shapes, _marks(drawn, overview))


def worst(counts: Counter[str] | None) -> str:
    """Return the worst of the counted states; 'unknown' where nothing is counted."""
    return next((state for state in STATES if counts and counts[state]), "unknown")


def _marks(drawn: Drawing, overview: Overview) -> list[Mark]:
    placed = overview.placed
    if len(placed) > MOST_MARKS:
        return []
    at = ((drawn.place(*site.position), overview.states[site.id]) for site in placed if site.position is not None)
    return [Mark(*place, state) for place, state in at if place is not None]


@lru_cache(maxsize=4)
def _drawn(areas: Areas) -> Drawing:
    return drawing(areas)
