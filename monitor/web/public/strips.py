"""Draw the days of a kind as a strip of SVG. Pure.

A day is a stroke 3 units wide and 31 high, with one unit between: up is muted from top to bottom, down rises from the
base with a mark below it, unmonitored hangs from the top. So a strip is read without colours, too. Runs are one line,
of which dashes make days: a strip of 90 days has a few hundred bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.reports.days_by_kind import KindDay

STEP, MIDDLE, HEIGHT, MARK_AT, WHOLE = 4, 2, 31, 36, 38
LEAST = 3  # what is down at all is seen


@dataclass(frozen=True, slots=True)
class Drawn:
    """The paths of a strip: runs of days with something up, unmonitored and down parts, and runs of marked days."""

    view_box: str
    up: str
    unmonitored: str
    down: str
    marks: str


def drawn(days: Sequence[KindDay]) -> Drawn:
    """Return the strip of these days."""
    return Drawn(
        f"0.5 0 {len(days) * STEP - 1} {WHOLE}",
        "".join(_runs([bool(day.up) for day in days], f"{HEIGHT / 2:g}")),
        "".join(_strokes([_height(day, day.unmonitored) for day in days], "0v")),
        "".join(_strokes([_height(day, day.down) for day in days], f"{HEIGHT}v-")),
        "".join(_runs([bool(day.down) for day in days], str(MARK_AT))),
    )


def _runs(days: Sequence[bool], height: str) -> Iterator[str]:
    begins: int | None = None
    for at, is_so in enumerate((*days, False)):
        if is_so and begins is None:
            begins = at
        elif not is_so and begins is not None:
            yield f"M{begins * STEP + 0.5:g} {height}H{at * STEP - 0.5:g}"
            begins = None


def _strokes(heights: Sequence[int], begins: str) -> Iterator[str]:
    for at, height in enumerate(heights):
        if height:
            yield f"M{at * STEP + MIDDLE} {begins}{height}"


def _height(day: KindDay, part: timedelta) -> int:
    whole = day.up + day.down + day.unmonitored
    return max(LEAST, round(HEIGHT * (part / whole))) if part else 0
