"""A dashboard drawn from its JSON and from what Prometheus answered. Not a picture of Grafana, and it says so. Pure."""

from collections.abc import Iterator, Mapping

from dashboards.generator.bodies import Box, Panel, Series, body
from dashboards.generator.reading import Json
from dashboards.generator.svg import FAINT, FONT, INK, rect, shortened, text
from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup

WIDTH, UNIT, GAP, HEAD = 1366.0, 38.0, 8.0, 64.0
SAYS = N_("Drawn from the JSON with what a real Prometheus answered in the lab. This is not a picture of Grafana.")

Answers = Mapping[tuple[int, str], list[Series]]


def drawn(board: Json, answers: Answers, lang: Lang) -> str:
    """The whole dashboard as it stands on a laptop's screen of 1366 points."""
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"])
    height = HEAD + bottom * UNIT + GAP
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'width="{WIDTH:g}" height="{height:g}" font-family="{FONT}">',
        rect(0, 0, WIDTH, height, "#f4f5f5"),
        text(GAP * 2, 28, board["title"], 20, INK, bold=True),
        text(GAP * 2, 50, lookup(lang, SAYS), 12.5, FAINT),
        text(WIDTH - GAP * 2, 28, _chosen(board), 12.5, FAINT, "end"),
    ]
    for panel in board["panels"]:
        lines += _panel(Panel(panel, _of_panel(panel, answers)))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _of_panel(panel: Json, answers: Answers) -> dict[str, list[Series]]:
    return {target["refId"]: answers[panel["id"], target["refId"]] for target in panel["targets"]}


def _chosen(board: Json) -> str:
    return "   ".join(f"{one['label']} ▾" for one in board["templating"]["list"])


def _panel(panel: Panel) -> Iterator[str]:
    at, column = panel.json["gridPos"], (WIDTH - GAP) / 24
    x, y = GAP + at["x"] * column, HEAD + at["y"] * UNIT
    width, height = at["w"] * column - GAP, at["h"] * UNIT - GAP
    name = f"p{panel.json['id']}"
    yield f'<clipPath id="{name}">{rect(x, y, width, height, "none")}</clipPath><g clip-path="url(#{name})">'
    yield rect(x, y, width, height, "#ffffff", ' rx="4" stroke="#dde2e8"')
    yield text(x + 10, y + 20, shortened(panel.json["title"], 13.5, width - 70), 13.5, INK, bold=True)
    yield text(x + width - 10, y + 19, f"{panel.json['id']} · {panel.json['type']}", 10, FAINT, "end")
    yield from body(panel, Box(x + 10, y + 30, width - 20, height - 42))
    yield "</g>"
