"""A dashboard's JSON as its readers need it: panels, queries, variables. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FOLDER = Path(__file__).parents[1] / "grafana"
BUILT_IN = {"__rate_interval": "20s", "__interval": "5s", "__range": "120s"}
"""What Grafana fills in by itself, as for a short look back in a lab."""

VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")

SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}]")


@dataclass(frozen=True)
class Query:
    """One question of a panel. ``legend`` is a pattern such as '{{site}}'."""

    panel: int
    title: str
    kind: str
    ref: str
    expr: str
    legend: str
    instant: bool


def load(path: Path) -> Json:
    """The dashboard in that file."""
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def dashboards(folder: Path = FOLDER) -> dict[str, Json]:
    """Every dashboard by language and name, such as 'bn/morning'."""
    return {f"{path.parent.name}/{path.stem}": load(path) for path in sorted(folder.glob("*/*.json"))}


def queries(dashboard: Json) -> Iterator[Query]:
    """Every question of every panel, in the panels' order."""
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield Query(
                panel["id"],
                panel["title"],
                panel["type"],
                target["refId"],
                target["expr"],
                target.get("legendFormat", ""),
                bool(target.get("instant")),
            )


def variables(dashboard: Json) -> list[Json]:
    """Those that are asked of Prometheus."""
    return [one for one in dashboard["templating"]["list"] if one["type"] == "query"]


def names_in(text: str) -> set[str]:
    """The variables that a text uses; fields of a link's own row (${__data.…}) are none."""
    return {plain or braced for braced, plain in VARIABLE.findall(text)}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; KeyError for one that nobody knows."""
    known = {**BUILT_IN, **values}
    return VARIABLE.sub(lambda found: known[found[1] or found[2]], text)


def several(values: Sequence[str]) -> str:
    """Several chosen values as Grafana writes them into a regular expression inside a string of PromQL."""
    return f"({'|'.join(SPECIAL.sub(lambda found: chr(92) * 2 + found[0], value) for value in values)})"


def named(legend: str, labels: Mapping[str, str]) -> str:
    """What a series is called."""
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: labels.get(found[1], ""), legend).strip()
