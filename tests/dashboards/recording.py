"""Writes down what a real Prometheus answered in the lab, for the page on the dashboards: `scripts/dashboards answers`.

Short: a dozen series a question, thirty values a series, none of the labels that scraping adds.
"""

import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from dashboards.generator.reading import dashboards
from tests.dashboards.asking import LOOK_BACK_S, Answer, answers
from tests.dashboards.office import DEAD_LAB, OfficeInLab, office_in_lab
from tests.dashboards.prometheus import Series
from tests.lab.waiting import until
from tests.places import DOCS

ANSWERS = DOCS / "dashboards.json"
MOST_ROWS, MOST_CURVES, MOST_POINTS = 32, 14, 30
OF_SCRAPING = {"__name__", "instance", "job"}
SITE = "office-ict"


def main() -> int:
    """Plays the story of the tests once more, at leisure, and writes."""
    with tempfile.TemporaryDirectory() as name, office_in_lab(Path(name)) as office:
        _play(office)
        found = {
            name: [_plain(answer) for answer in answers(office.prometheus, board, _wanted(name))]
            for name, board in dashboards().items()
        }
    lines = [f"{json.dumps(name)}: [\n{_lines(questions)}\n]" for name, questions in found.items()]
    ANSWERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


def _lines(questions: list[dict[str, Any]]) -> str:
    return ",\n".join(json.dumps(question, ensure_ascii=False) for question in questions)


def _play(office: OfficeInLab) -> None:
    ask = office.prometheus.now
    until(lambda: ask("rate(ifHCInOctets[10s]) > 0") and ask("upazila_ups_on_battery"), "equipment", 60)
    time.sleep(LOOK_BACK_S / 3)  # some quiet minutes, so to speak, before it breaks
    office.break_things()
    until(lambda: len(ask('upazila_site_state{state="down"} == 1')) == 2, "two sites down", 30)
    time.sleep(LOOK_BACK_S / 6)
    office.damage.up(DEAD_LAB)
    until(lambda: ask("upazila_charter_time_to_resolve_seconds"), "a settled outage", 40)
    time.sleep(5)


def _wanted(name: str) -> dict[str, str]:
    return {"site": SITE} if name.endswith("/site") else {}


def _plain(answer: Answer) -> dict[str, Any]:
    series = sorted(answer.series, key=lambda one: sorted(one.labels.items()))
    return {
        "panel": answer.query.panel,
        "ref": answer.query.ref,
        "expr": answer.query.expr,
        "count": len(series),
        "series": [
            _short(one, answer.query.instant) for one in series[: MOST_ROWS if answer.query.instant else MOST_CURVES]
        ],
    }


def _short(series: Series, instant: bool) -> list[Any]:
    labels = {name: value for name, value in series.labels.items() if name not in OF_SCRAPING}
    if instant:
        return [labels, [_value(series.last)]]
    known = {round(time_s): value for time_s, value in series.points}
    last_s = max(known)
    steps = range(MOST_POINTS - 1, -1, -1)
    return [labels, [_value(known.get(last_s - 2 * step)) for step in steps]]


def _value(value: float | None) -> float | None:
    if value is None or math.isnan(value):
        return None
    return float(f"{value:.4g}") if abs(value) < 1e9 else round(value)


if __name__ == "__main__":
    sys.exit(main())
