"""What each kind of panel shows of its answers, drawn. Pure: boxes in, SVG out."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.generator.reading import Json, named
from dashboards.generator.svg import FAINT, INK, PALETTE, colour, line, rect, shortened, text, width_of, wrapped
from dashboards.generator.values import shown, text_shown, with_unit

Series = tuple[dict[str, str], list[float | None]]
ROW = 26


@dataclass(frozen=True)
class Box:
    """Where a body may be drawn."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Panel:
    """A panel with the answers to its questions, by their letter."""

    json: Json
    answers: dict[str, list[Series]]

    @property
    def defaults(self) -> Json:
        found: Json = self.json["fieldConfig"]["defaults"]
        return found

    @property
    def unit(self) -> str:
        return str(self.defaults["unit"])

    def overridden(self, matcher: str, name: str) -> Json:
        """The properties that are set for a question or a column."""
        for each in self.json["fieldConfig"].get("overrides", []):
            if each["matcher"] == {"id": matcher, "options": name}:
                return {one["id"]: one["value"] for one in each["properties"]}
        return {}

    def legend(self, ref: str) -> str:
        """The pattern of a question's names."""
        return next(str(one.get("legendFormat", "")) for one in self.json["targets"] if one["refId"] == ref)


def body(panel: Panel, box: Box) -> Iterator[str]:
    """What is inside the frame."""
    if not any(panel.answers.values()):
        for index, words in enumerate(wrapped(panel.defaults["noValue"], 12, box.width, 4)):
            yield text(box.x, box.y + 20 + 18 * index, words, 12, FAINT)
        return
    yield from BODIES[panel.json["type"]](panel, box)


def _stat(panel: Panel, box: Box) -> Iterator[str]:
    values = {ref: series[0][1][-1] for ref, series in panel.answers.items() if series}
    mappings, thresholds = panel.defaults["mappings"], panel.defaults["thresholds"]
    middle = box.y + box.height / 2 + 8
    if "A" not in values:
        words, name = shown(values["W"], "none", mappings)
        yield rect(box.x, box.y, box.width, box.height, colour(name), ' rx="3"')
        yield text(box.x + box.width / 2, middle, shortened(words, 20, box.width), 20, "#ffffff", "middle", True)
        return
    number, name = shown(values["A"], panel.unit, mappings, thresholds)
    size = min(34.0, 34 * box.width * 0.42 / max(width_of(number, 34), 1))
    yield text(box.x + box.width * 0.23, middle + 2, number, size, colour(name), "middle", True)
    words, name = shown(values["W"], "none", panel.overridden("byFrameRefID", "W").get("mappings", []))
    lines = wrapped(words, 17, box.width * 0.52, 2)
    for index, part in enumerate(lines):
        yield text(
            box.x + box.width * 0.48, middle - 11 * (len(lines) - 1) + 22 * index, part, 17, colour(name), bold=True
        )


def _table(panel: Panel, box: Box) -> Iterator[str]:
    organize = next(one["options"] for one in panel.json["transformations"] if one["id"] == "organize")
    order = sorted(organize["indexByName"], key=organize["indexByName"].__getitem__)
    refs = [ref for ref in panel.answers if panel.answers[ref]]
    first = panel.answers[refs[0]]
    titles = [(name, organize["renameByName"].get(name, name)) for name in order]
    columns = [(name, title) for name, title in titles if not panel.overridden("byName", title).get("custom.hidden")]
    keys = [name for name, _ in columns if not name.startswith("Value")]
    fixed = {title: panel.overridden("byName", title).get("custom.width", 0) for _, title in columns}
    shares = {title: 0 if fixed[title] else 2.2 if name == keys[0] else 1.0 for name, title in columns}
    left = box.width - sum(fixed.values())
    widths = [fixed[title] or left * shares[title] / sum(shares.values()) for _, title in columns]
    many = max(1, int((box.height - ROW) // ROW))
    x = box.x
    for (name, title), width in zip(columns, widths, strict=True):
        yield text(x + 4, box.y + 17, shortened(title, 12, width - 8), 12, FAINT, bold=True)
        for index, (labels, _) in enumerate(first[:many]):
            words, tint = _cell(panel, refs, name, title, labels)
            yield text(x + 4, box.y + ROW * (index + 1) + 17, shortened(words, 12.5, width - 8), 12.5, colour(tint))
        x += width
    for index in range(min(many, len(first)) + 1):
        yield rect(box.x, box.y + ROW * (index + 1) - 2, box.width, 0.6, "#dde2e8")
    if len(first) > many:
        yield text(box.x + box.width, box.y + box.height + 9, f"+ {len(first) - many}", 11, FAINT, "end")


def _cell(panel: Panel, refs: Sequence[str], name: str, title: str, labels: dict[str, str]) -> tuple[str, str]:
    override = panel.overridden("byName", title)
    if not name.startswith("Value"):
        return text_shown(labels.get(name, ""), override.get("mappings", [])), ""
    ref = name.partition("#")[2] or refs[0]
    value = next((values[-1] for other, values in panel.answers.get(ref, []) if other == labels), None)
    mappings = override.get("mappings") or panel.defaults["mappings"]
    return shown(value, override.get("unit", "none"), mappings)


def _curves(panel: Panel, box: Box) -> Iterator[str]:
    custom = panel.defaults.get("custom", {})
    log = custom.get("scaleDistribution", {}).get("type") == "symlog"
    series = [(ref, one) for ref, answers in panel.answers.items() for one in answers]
    everything = [value for _, (_, values) in series for value in values if value is not None]
    bottom = min(everything, default=0) - 2 if panel.unit == "dBm" else 0.0
    top = panel.defaults.get("max") or max(everything, default=1) * 1.05 or 1.0
    plot = Box(box.x + 58, box.y + 6, box.width - 62, box.height - 62)

    def height(value: float) -> float:
        share = _symlog(value) / _symlog(top) if log else (value - bottom) / (top - bottom)
        return plot.y + plot.height * (1 - min(max(share, 0), 1))

    marks = [0.0, *(10.0**power for power in range(-3, 10) if 10.0**power < top)][-6:] if log else []
    for mark in marks or [bottom + (top - bottom) * part / 4 for part in range(5)]:
        yield rect(plot.x, height(mark), plot.width, 0.6, "#dde2e8")
        yield text(plot.x - 6, height(mark) + 4, with_unit(mark, panel.unit), 10.5, FAINT, "end")
    entries, tint = [], 0
    for ref, (labels, values) in series:
        limit = panel.overridden("byFrameRefID", ref).get("color", {}).get("fixedColor")
        stroke = colour(limit) if limit else PALETTE[tint % len(PALETTE)]
        tint += not limit
        entries.append((named(panel.legend(ref), labels), stroke))
        for run in _runs(values):
            at = [(plot.x + plot.width * index / max(len(values) - 1, 1), height(value)) for index, value in run]
            yield line(at, stroke, dashed=bool(limit))
    yield from _entries(entries, Box(box.x, plot.y + plot.height + 18, box.width, 44))


def _symlog(value: float) -> float:
    return math.log10(1 + max(value, 0) / 0.001)


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    run: list[tuple[int, float]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _entries(entries: Sequence[tuple[str, str]], box: Box) -> Iterator[str]:
    x, y = box.x, box.y
    for name, stroke in entries:
        words = shortened(name, 11, box.width - 30)
        if x + width_of(words, 11) + 20 > box.x + box.width and x > box.x:
            x, y = box.x, y + 15
        if y > box.y + box.height:
            yield text(box.x + box.width, y - 12, "…", 12, FAINT, "end")
            return
        yield rect(x, y - 6, 10, 3, stroke)
        yield text(x + 14, y, words, 11, INK)
        x += width_of(words, 11) + 34


def _timeline(panel: Panel, box: Box) -> Iterator[str]:
    series = panel.answers["A"]
    room = min(220.0, box.width * 0.3)
    row = min(30.0, (box.height - 24) / max(len(series), 1))
    used = {}
    for index, (labels, values) in enumerate(series):
        y = box.y + row * index
        name = shortened(named(panel.legend("A"), labels), 11.5, room - 8)
        yield text(box.x, y + row / 2 + 4, name, 11.5)
        width = (box.width - room) / len(values)
        for step, value in enumerate(values):
            if value is not None:
                words, tint = shown(value, "none", panel.defaults["mappings"])
                used[words] = colour(tint)
                yield rect(box.x + room + width * step, y + 2, width + 0.4, row - 4, colour(tint))
    yield from _entries(list(used.items()), Box(box.x, box.y + box.height - 4, box.width, 14))


def _heat(panel: Panel, box: Box) -> Iterator[str]:
    series = panel.answers["A"]
    known = [value for _, values in series for value in values if value]
    low, high = math.log10(min(known)), math.log10(max(known)) + 1e-9
    rows, columns = 10, max(len(values) for _, values in series)
    counts = [[0] * columns for _ in range(rows)]
    for _, values in series:
        for step, value in enumerate(values):
            if value:
                counts[min(int((math.log10(value) - low) / (high - low) * rows), rows - 1)][step] += 1
    most = max(max(row) for row in counts)
    plot = Box(box.x + 58, box.y + 6, box.width - 62, box.height - 36)
    cell_width, cell_height = plot.width / columns, plot.height / rows
    for bucket, row in enumerate(counts):
        y = plot.y + plot.height - cell_height * (bucket + 1)
        yield text(
            plot.x - 6, y + cell_height, with_unit(10 ** (low + (high - low) * bucket / rows), "s"), 10, FAINT, "end"
        )
        for step, count in enumerate(row):
            if count:
                faded = f' fill-opacity="{0.15 + 0.85 * count / most:.2f}"'
                yield rect(plot.x + cell_width * step, y, cell_width - 1, cell_height - 1, "#d9660a", faded)
    yield text(box.x + box.width, box.y + box.height - 4, f"1 … {most}", 11, FAINT, "end")


def _map(panel: Panel, box: Box) -> Iterator[str]:
    places = [
        (float(labels["longitude"]), float(labels["latitude"]), values[-1]) for labels, values in panel.answers["A"]
    ]
    west, east = min(p[0] for p in places), max(p[0] for p in places)
    south, north = min(p[1] for p in places), max(p[1] for p in places)
    stretch = math.cos(math.radians(south))
    scale = min((box.width - 40) / ((east - west) * stretch), (box.height - 60) / (north - south))
    used: dict[str, str] = {}
    yield rect(box.x, box.y, box.width, box.height - 24, "#eef2f5")
    for longitude, latitude, value in sorted(places, key=lambda place: place[2] or 0):
        words, tint = shown(value, "none", panel.defaults["mappings"])
        used[words] = colour(tint)
        x = box.x + box.width / 2 + (longitude - (east + west) / 2) * stretch * scale
        y = box.y + (box.height - 24) / 2 - (latitude - (north + south) / 2) * scale
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="{colour(tint)}" fill-opacity="0.9"/>'
    yield from _entries(list(used.items()), Box(box.x, box.y + box.height - 4, box.width, 14))


BODIES: dict[str, Callable[[Panel, Box], Iterator[Any]]] = {
    "stat": _stat,
    "table": _table,
    "timeseries": _curves,
    "state-timeline": _timeline,
    "heatmap": _heat,
    "geomap": _map,
}
