"""Asks a real Prometheus what a dashboard asks, with its variables filled in as Grafana does it."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboards.generator.reading import Json, Query, filled, queries, several, variables
from tests.dashboards.prometheus import Prometheus, Series

LOOK_BACK_S = 120  # longer than everything that is planted lasts, on a slow machine too
STEP_S = 2


@dataclass(frozen=True)
class Answer:
    """What a question brought."""

    query: Query
    asked: str
    series: list[Series]


def choices(prometheus: Prometheus, variable: Json, chosen: Mapping[str, str]) -> dict[str, str]:
    """What the reader of a dashboard may choose: text → value."""
    question = filled(variable["query"]["query"], chosen)
    function, _, arguments = question.removesuffix(")").partition("(")
    if function == "label_values":
        selector, _, label = arguments.rpartition(",")
        return {value: value for value in prometheus.values(label.strip(), selector.strip())}
    assert function == "query_result"
    found = {}
    pattern = re.compile(variable["regex"].strip("/").replace("(?<", "(?P<"))
    for series in prometheus.now(arguments):
        labels = ",".join(f'{name}="{value}"' for name, value in sorted(series.labels.items()) if name != "__name__")
        text = f"{series.labels['__name__']}{{{labels}}} {series.last:g} {series.points[-1][0] * 1000:.0f}"
        if match := pattern.search(text):
            found[match["text"]] = match["value"]
    return found


def fill_in(prometheus: Prometheus, dashboard: Json, wanted: Mapping[str, str]) -> dict[str, str]:
    """A value for each variable: the wanted one by its value, else all of several, else the first."""
    chosen: dict[str, str] = {}
    for variable in variables(dashboard):
        offered = list(choices(prometheus, variable, chosen).values())
        name = variable["name"]
        if name in wanted:
            assert wanted[name] in offered, f"{name}: {wanted[name]} is not among {offered}"
            chosen[name] = wanted[name]
        else:
            chosen[name] = several(offered) if variable.get("multi") else offered[0]
    return chosen


def answers(prometheus: Prometheus, dashboard: Json, wanted: Mapping[str, str]) -> Iterator[Answer]:
    """Every question of the dashboard with what it brought; QueryError where one does not parse."""
    values = fill_in(prometheus, dashboard, wanted)
    now_s = time.time()
    for query in queries(dashboard):
        asked = filled(query.expr, values)
        found = prometheus.now(asked) if query.instant else prometheus.over(asked, now_s - LOOK_BACK_S, now_s, STEP_S)
        yield Answer(query, asked, found)
