"""docs/dashboards.md and its pictures, out of the dashboards' JSON and the answers that were written down. Pure."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboards.generator.drawing import Answers, drawn
from dashboards.generator.reading import Json, named
from dashboards.generator.values import shown

DOCS = Path(__file__).parents[2] / "docs"
ANSWERS = DOCS / "dashboards.json"
PICTURES = DOCS / "pictures" / "dashboards"
ORDER = ("morning", "site", "backbone", "charter", "itself")
MOST_SHOWN = 3

HEAD = """\
<!-- Written by scripts/dashboards; the part about installing is docs/installing-dashboards.md. -->
# The dashboards

Five dashboards for Grafana 11.6, each in Bangla and in English, made by `scripts/dashboards` from one source
(`dashboards/generator/`). How they are installed, and what of that was tried:
[installing-dashboards.md](installing-dashboards.md). What to do when an alert comes: [runbook.md](runbook.md).

**The pictures are not Grafana's.** No Grafana was on the machine that made them. They are drawn from the dashboards'
JSON on the same grid, and show what a real Prometheus answered that read a real daemon in the lab: 31 sites with a dead
backbone link and all behind it, a lab that had been down and came back, an office whose switch is dead and whose UPS is
on its battery. The queries and answers below are those of the English dashboards; in Bangla only the names differ.
"""


def load_answers(path: Path = ANSWERS) -> dict[str, list[Any]]:
    """What was written down, by dashboard."""
    found: dict[str, list[Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def not_asked(boards: dict[str, Json], written: dict[str, list[Any]]) -> list[str]:
    """Questions of the dashboards that nobody put to a Prometheus in this form."""
    asked = {(name, q["panel"], q["ref"], q["expr"]) for name, questions in written.items() for q in questions}
    return [
        f"{name}: panel {panel['id']} '{panel['title']}', question {target['refId']}"
        for name, board in boards.items()
        for panel in board["panels"]
        for target in panel["targets"]
        if (name, panel["id"], target["refId"], target["expr"]) not in asked
    ]


def pages(boards: dict[str, Json], written: dict[str, list[Any]]) -> dict[Path, str]:
    """Every file of the page: where it lies, and its text."""
    found = {DOCS / "dashboards.md": "\n".join(_page(boards, written))}
    for name, board in boards.items():
        lang, _, short = name.partition("/")
        picture = drawn(board, _by_question(written[name]), "bn" if lang == "bn" else "en")
        found[PICTURES / f"{short}-{lang}.svg"] = picture
    return found


def _by_question(questions: list[Any]) -> Answers:
    return {(q["panel"], q["ref"]): [(labels, values) for labels, values in q["series"]] for q in questions}


def _page(boards: dict[str, Json], written: dict[str, list[Any]]) -> Iterator[str]:
    yield HEAD
    for short in ORDER:
        bangla, board = boards[f"bn/{short}"], boards[f"en/{short}"]
        questions = {(q["panel"], q["ref"]): q for q in written[f"en/{short}"]}
        yield f"## {board['title']} · {bangla['title']}\n\n{board['description']}\n"
        yield f"![{board['title']}, drawn from its JSON](pictures/dashboards/{short}-en.svg)\n"
        yield f"In Bangla: [{bangla['title']}](pictures/dashboards/{short}-bn.svg)\n"
        for panel in board["panels"]:
            yield from _panel(panel, questions)


def _panel(panel: Json, questions: dict[Any, Any]) -> Iterator[str]:
    yield f"### {panel['id']}. {panel['title']}\n\n{panel['description']}\n"
    for target in panel["targets"]:
        if target["expr"].startswith("vector("):
            continue
        question = questions[panel["id"], target["refId"]]
        yield f"`{target['refId']}`\n\n```promql\n{target['expr']}\n```\n\n{_answered(panel, target, question)}\n"


def _answered(panel: Json, target: Json, question: Json) -> str:
    """In one line: how many series, and the first of them."""
    unit, mappings = _field(panel, target["refId"])
    told = [_one(labels, values, target, unit, mappings) for labels, values in question["series"][:MOST_SHOWN]]
    more = " …" if question["count"] > MOST_SHOWN else ""
    return f"→ {question['count']} series: {'; '.join(told)}{more}"


def _one(labels: dict[str, str], values: list[float | None], target: Json, unit: str, mappings: list[Json]) -> str:
    last = next((value for value in reversed(values) if value is not None), None)
    words, _ = shown(last, unit, mappings)
    name = named(target.get("legendFormat", ""), labels) or ", ".join(labels.values())
    return f"{name}: {words}" if name else words


def _field(panel: Json, ref: str) -> tuple[str, list[Json]]:
    """The unit and mappings of a question's values."""
    config = panel["fieldConfig"]
    names = {ref}
    for one in panel.get("transformations", []):
        names |= {one["options"].get("renameByName", {}).get(f"Value #{ref}", ref)}
        names |= {one["options"].get("renameByName", {}).get("Value", ref)}
    own: Json = {}
    for override in config.get("overrides", []):
        if override["matcher"]["options"] in names:
            own = {each["id"]: each["value"] for each in override["properties"]}
    return own.get("unit", config["defaults"]["unit"]), own.get("mappings", config["defaults"].get("mappings", []))
