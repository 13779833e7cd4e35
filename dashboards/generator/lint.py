"""What must be true of a dashboard's JSON, since no Grafana is here to say it. Pure: sentences about what is wrong."""

import re
from collections.abc import Iterator, Set
from itertools import combinations, pairwise
from typing import Any

from dashboards.generator.layout import COLUMNS, SCHEMA
from dashboards.generator.reading import BUILT_IN, Json, names_in
from dashboards.generator.scales import HIGHEST, LOWEST

CORE = {"stat", "timeseries", "state-timeline", "table", "heatmap", "geomap"}
"""Of what Grafana ships itself; all that is used here."""

TRANSFORMATIONS = {"merge", "organize", "convertFieldType"}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
LONGEST_TITLE = 45
LEAST_WIDTH, HEIGHTS = 6, range(4, 13)
WHAT_TO_DO = re.compile(r"\*\*(What to do|করণীয়):\*\* \S")
LIMIT = re.compile(r"^≥ .+: .+")
WITHOUT_OFFICE = re.compile(
    r"(?<![\w:.\"])"
    r"(?:(?:\w+:)?upazila_\w+(?::\w+)?|process_\w+|if(?:HC|In|Out|Oper|Admin|High)\w+|ALERTS|(?<![\w{])(?=\{__name__))"
    r"(?![\w:])(?!\{office=)"
)
"""A metric that is asked of all offices at once."""

BANGLA = re.compile(r"[\u0980-\u09ff]")


def faults(dashboard: Json, uids: Set[str], lang: str) -> Iterator[str]:
    """Everything that is wrong with it; ``uids`` are those of all dashboards."""
    if dashboard.get("schemaVersion") != SCHEMA:
        yield f"schemaVersion is {dashboard.get('schemaVersion')}. Expected {SCHEMA}"
    for key in ("uid", "title", "description", "timezone", "refresh", "weekStart"):
        if not dashboard.get(key):
            yield f"no {key}"
    variables = {one["name"]: one for one in dashboard["templating"]["list"]}
    if variables.get("datasource", {}).get("type") != "datasource":
        yield "no variable 'datasource'"
    panels = dashboard["panels"]
    for what in ("id", "title"):
        values = [panel.get(what) for panel in panels]
        yield from (f"{what} {value} twice" for value in sorted({v for v in values if values.count(v) > 1}, key=str))
    yield from _grid(panels)
    for panel in panels:
        for fault in _panel(panel, uids, variables.keys() | BUILT_IN.keys(), lang):
            yield f"panel {panel.get('id')} '{panel.get('title')}': {fault}"


def _grid(panels: list[Json]) -> Iterator[str]:
    for panel in panels:
        at = panel["gridPos"]
        if at["x"] + at["w"] > COLUMNS or at["w"] < LEAST_WIDTH or at["h"] not in HEIGHTS:
            yield f"panel {panel['id']} is {at['w']} × {at['h']} at column {at['x']}: too wide, too narrow or too high"
    for one, other in combinations(panels, 2):
        a, b = one["gridPos"], other["gridPos"]
        apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        if not apart and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
            yield f"panels {one['id']} and {other['id']} overlap"
    places = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in panels]
    if places != sorted(places):
        yield "the panels are not in the order of their places: a phone would show them in another one"


def _panel(panel: Json, uids: Set[str], known: Set[str], lang: str) -> Iterator[str]:
    title, description = panel.get("title", ""), panel.get("description", "")
    if not title or len(title) > LONGEST_TITLE:
        yield f"a title of {len(title)} letters"
    if not WHAT_TO_DO.search(description):
        yield "its description does not say what to do"
    for text in (title, description):
        if bool(BANGLA.search(text)) != (lang == "bn"):
            yield f"not in the language '{lang}': {text}"
    if panel["type"] not in CORE:
        yield f"a panel of the kind '{panel['type']}', which Grafana does not ship or nobody here has tried"
    for place in (panel, *panel["targets"]):
        if place.get("datasource") != SOURCE:
            yield f"a source of data that is no variable: {place.get('datasource')}"
    yield from _questions(panel, known)
    yield from _fields(panel)
    yield from _legend(panel)
    yield from _links(panel, uids, known)


def _questions(panel: Json, known: Set[str]) -> Iterator[str]:
    refs = [target["refId"] for target in panel["targets"]]
    if not refs or len(refs) != len(set(refs)):
        yield f"questions {refs}"
    for target in panel["targets"]:
        yield from (f"{metric or 'a selector'} of all offices" for metric in WITHOUT_OFFICE.findall(target["expr"]))
        for text in (target["expr"], target.get("legendFormat", "")):
            yield from (f"nobody knows ${name}" for name in sorted(names_in(text) - known))
    for one in panel.get("transformations", []):
        if one["id"] not in TRANSFORMATIONS:
            yield f"the transformation '{one['id']}'"


def _fields(panel: Json) -> Iterator[str]:
    defaults = panel["fieldConfig"]["defaults"]
    for key in ("unit", "noValue", "thresholds"):
        if not defaults.get(key):
            yield f"no {key}"
    overrides = [
        {one["id"]: one["value"] for one in each["properties"]} for each in panel["fieldConfig"].get("overrides", [])
    ]
    lines = {
        float(target["expr"][len("vector(") : -1])
        for target in panel["targets"]
        if LIMIT.match(target.get("legendFormat", "")) and target["expr"].startswith("vector(")
    }
    in_words = [defaults, *overrides]
    for place in in_words:
        steps = (place.get("thresholds") or {"steps": []})["steps"]
        values = [step["value"] for step in steps]
        if values and (values[0] is not None or any(a >= b for a, b in pairwise(values[1:]))):
            yield f"thresholds out of order: {values}"
        worded = lines.union(*(_begins(one.get("mappings", [])) for one in in_words))
        yield from (f"no words for what begins at {value}" for value in values[1:] if value not in worded)
        yield from _ranges(place.get("mappings", []))


def _begins(mappings: list[Json]) -> set[float]:
    return {one["options"]["from"] for one in mappings if one["type"] == "range" and one["options"]["result"]["text"]}


def _ranges(mappings: list[Json]) -> Iterator[str]:
    """Ranges in words must cover every value, the highest first."""
    ranges = [one["options"] for one in mappings if one["type"] == "range"]
    if not ranges:
        return
    bounds = [ranges[0]["to"], *(one["from"] for one in ranges)]
    joined = all(upper["from"] == lower["to"] for upper, lower in pairwise(ranges))
    if bounds[0] != HIGHEST or bounds[-1] != LOWEST or not joined:
        yield f"words with a gap: {bounds}"
    if len({one["result"]["text"] for one in ranges}) < len(ranges):
        yield "two steps with the same words"


def _legend(panel: Json) -> Iterator[str]:
    options: dict[str, Any] = panel["options"]
    if panel["type"] in {"timeseries", "state-timeline"}:
        legend = options["legend"]
        if not legend["showLegend"] or legend["placement"] != "bottom":
            yield "a legend that is hidden, or takes the width of a phone"
        names = [target.get("legendFormat") for target in panel["targets"]]
        if not all(names) or len(names) != len(set(names)):
            yield f"series without a name of their own: {names}"
    if panel["type"] == "heatmap" and not options["legend"]["show"]:
        yield "no legend"


def _links(panel: Json, uids: Set[str], known: Set[str]) -> Iterator[str]:
    for override in panel["fieldConfig"].get("overrides", []):
        for each in override["properties"]:
            for link in each["value"] if each["id"] == "links" else []:
                uid = link["url"].removeprefix("/d/").partition("?")[0]
                if uid not in uids:
                    yield f"a link to {uid}, which is no dashboard"
                yield from (f"nobody knows ${name} of a link" for name in names_in(link["url"]) - known - {"__data"})


def skeleton(dashboard: Json) -> list[Any]:
    """What must be the same in every language: all but words."""
    return [
        dashboard["schemaVersion"],
        [(one["name"], one["type"]) for one in dashboard["templating"]["list"]],
        [
            (
                panel["id"],
                panel["type"],
                panel["gridPos"],
                panel["fieldConfig"]["defaults"]["unit"],
                panel["fieldConfig"]["defaults"]["thresholds"],
                [(target["refId"], _without_words(target["expr"])) for target in panel["targets"]],
            )
            for panel in dashboard["panels"]
        ],
    ]


def _without_words(expr: str) -> str:
    return re.sub(r'"[^"]*", "", ""\)', "", expr.replace("name_bn", "name_en"))
