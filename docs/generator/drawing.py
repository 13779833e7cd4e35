"""The picture of rooms and arrows, as SVG. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dashboards.generator.svg import FAINT, FONT, INK, rect, text, wrapped
from docs.generator.rooms import Room

WIDTH, PITCH, HEIGHT, GAP = 1_000, 92, 50, 20
SIDE, TOP, LANE = 110, 17, 12
WIDEST = 260
PAPER, BOX, EDGE, ARROW = "#ffffff", "#eef4fb", "#7f9cbd", "#6b7a8c"


class Box(NamedTuple):
    """Where a room stands: ``floor`` counts from the top."""

    floor: int
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


class Arrow(NamedTuple):
    """From the lower edge of one box to the upper edge of another."""

    start: str
    end: str


Boxes = Mapping[str, Box]


def drawn(floors: Sequence[Sequence[Room]], imports: Sequence[tuple[str, str]]) -> str:
    """A floor is a line of boxes; an arrow over several floors takes a lane beside the boxes, hidden by none."""
    boxes, arrows = dict(_placed(floors)), [Arrow(*each) for each in imports]
    height = 2 * TOP + PITCH * (len(floors) - 1) + HEIGHT
    parts = [
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{ARROW}"/></marker></defs>',
        rect(0, 0, WIDTH, height, PAPER),
        *_lines(boxes, arrows),
    ]
    for floor in floors:
        for room in floor:
            parts += _box(room, boxes[room.name])
    return svg(height, parts)


def _placed(floors: Sequence[Sequence[Room]]) -> Iterator[tuple[str, Box]]:
    for number, floor in enumerate(floors):
        width = min(WIDEST, (WIDTH - 2 * SIDE - GAP * (len(floor) - 1)) / len(floor))
        left = (WIDTH - width * len(floor) - GAP * (len(floor) - 1)) / 2
        for place, room in enumerate(floor):
            yield room.name, Box(number, left + place * (width + GAP), TOP + number * PITCH, width)


def _box(room: Room, box: Box) -> Iterator[str]:
    yield rect(box.x, box.y, box.width, HEIGHT, BOX, f' rx="5" stroke="{EDGE}"')
    yield from words_in_box(room.short, room.says, box.middle, box.y, 13, box.width - 10, 2)


def words_in_box(
    name: str, says: str, middle: float, top: float, size: int, width: float, most_lines: int
) -> Iterator[str]:
    """Write a name in bold, ``size`` pixels high, and below it smaller what it says, in lines of at most ``width``."""
    small, first = size - 3, top + size + 4
    yield text(middle, first, name, size, INK, "middle", bold=True)
    for number, words in enumerate(wrapped(says, small, width, most_lines)):
        yield text(middle, first + small + 4 + (small + 2) * number, words, small, FAINT, "middle")


def svg(height: int, parts: Sequence[str]) -> str:
    """Return a picture of that height and of WIDTH."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="{FONT}">'
    return "\n".join([head, *parts, "</svg>", ""])


def _lines(boxes: Boxes, arrows: Sequence[Arrow]) -> Iterator[str]:
    lanes = _lanes(boxes, arrows)
    for number, arrow in enumerate(arrows):
        one, other = boxes[arrow.start], boxes[arrow.end]
        x1 = _slot(one, [boxes[each.end] for each in arrows if each.start == arrow.start], other)
        x2 = _slot(other, [boxes[each.start] for each in arrows if each.end == arrow.end], one)
        y1, y2 = one.y + HEIGHT, other.y
        if arrow not in lanes:
            bend = (y2 - y1) / 2
            way = f"M{x1:.1f} {y1:.1f} C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
        else:
            out, back = y1 + 7 + 4 * (number % 4), y2 - 11 - 4 * (number % 4)
            way = f"M{x1:.1f} {y1:.1f} V{out:.1f} H{lanes[arrow]:.1f} V{back:.1f} H{x2:.1f} V{y2:.1f}"
        yield f'<path d="{way}" fill="none" stroke="{ARROW}" stroke-width="1.2" marker-end="url(#tip)"/>'


def _lanes(boxes: Boxes, arrows: Sequence[Arrow]) -> Mapping[Arrow, float]:
    """For each arrow over more than one floor the place beside the boxes where it goes down, short ones further in."""
    found: dict[Arrow, float] = {}
    taken: dict[float, list[tuple[int, int]]] = {}
    spans = {arrow: (boxes[arrow.start].floor, boxes[arrow.end].floor) for arrow in arrows}
    for arrow, (top, bottom) in sorted(spans.items(), key=lambda each: each[1][1] - each[1][0]):
        if bottom - top == 1:
            continue
        is_left = boxes[arrow.start].middle + boxes[arrow.end].middle < WIDTH
        lane = SIDE - LANE if is_left else WIDTH - SIDE + LANE
        while any(top < low and high < bottom for high, low in taken.get(lane, [])):
            lane += -LANE if is_left else LANE
        taken.setdefault(lane, []).append((top, bottom))
        found[arrow] = lane
    return found


def _slot(box: Box, ends: Sequence[Box], end: Box) -> float:
    """Where on its edge an arrow leaves or enters a box: beside the others, in the order of their other ends."""
    order = sorted(ends, key=lambda each: (each.middle, each.floor))
    return box.x + box.width * (order.index(end) + 1) / (len(order) + 1)
