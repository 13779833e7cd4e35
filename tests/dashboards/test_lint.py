"""The dashboards are right by construction: what the lint finds, and that it would find it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.generator import writing
from dashboards.generator.lint import faults, skeleton
from dashboards.generator.reading import Json, dashboards

BOARDS = dashboards()
UIDS = {board["uid"] for board in BOARDS.values()}
NAMES = sorted({name.partition("/")[2] for name in BOARDS})


def of_the_morning(spoil: Callable[[Json], Any]) -> list[str]:
    """What the lint says of the English morning overview once it is spoilt."""
    board = copy.deepcopy(BOARDS["en/morning"])
    spoil(board)
    return list(faults(board, UIDS, "en"))


def test_there_are_five_dashboards_in_two_languages() -> None:
    assert set(BOARDS) == {f"{lang}/{name}" for lang in ("bn", "en") for name in writing.BOARDS}
    assert len(UIDS) == 10


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_a_dashboard_has_no_faults(name: str) -> None:
    assert list(faults(BOARDS[name], UIDS, name.partition("/")[0])) == []


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_are_the_same_dashboard(name: str) -> None:
    assert skeleton(BOARDS[f"bn/{name}"]) == skeleton(BOARDS[f"en/{name}"])


def test_the_files_are_what_their_source_makes() -> None:
    assert writing.outdated() == []


def test_a_file_that_was_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    for path, text in writing.files().items():
        copied = tmp_path / path.relative_to(writing.FOLDER)
        copied.parent.mkdir(exist_ok=True)
        copied.write_text(text, encoding="utf-8")
    assert writing.outdated(tmp_path) == []
    changed, left_over = tmp_path / "en" / "site.json", tmp_path / "en" / "old.json"
    changed.write_text(changed.read_text(encoding="utf-8").replace('"1m"', '"5m"'), encoding="utf-8")
    left_over.write_text("{}")
    assert writing.outdated(tmp_path) == [left_over, changed]


SPOILT: dict[str, tuple[Callable[[Json], Any], str]] = {
    "another schema": (lambda board: board.update(schemaVersion=42), "schemaVersion"),
    "no title": (lambda board: board["panels"][0].update(title=""), "title of 0 letters"),
    "no unit": (lambda board: board["panels"][0]["fieldConfig"]["defaults"].pop("unit"), "no unit"),
    "no words for nothing": (lambda b: b["panels"][0]["fieldConfig"]["defaults"].pop("noValue"), "no noValue"),
    "no advice": (lambda board: board["panels"][0].update(description="It is."), "what to do"),
    "another tongue": (lambda board: board["panels"][0].update(title="অচল"), "language 'en'"),
    "a fixed source": (lambda b: b["panels"][1]["targets"][0]["datasource"].update(uid="prom"), "no variable"),
    "a colour alone": (lambda b: b["panels"][0]["fieldConfig"].update(overrides=[]), "no words for what begins at 1"),
    "a plugin": (lambda board: board["panels"][0].update(type="grafana-clock-panel"), "clock"),
    "too wide": (lambda board: board["panels"][3]["gridPos"].update(w=7), "too wide"),
    "a sliver": (lambda board: board["panels"][3]["gridPos"].update(w=3), "too narrow"),
    "one over another": (lambda board: board["panels"][4]["gridPos"].update(y=3), "overlap"),
    "one id twice": (lambda board: board["panels"][1].update(id=1), "id 1 twice"),
    "an unknown variable": (lambda b: b["panels"][0]["targets"][0].update(expr="up{a='$nobody'}"), "$nobody"),
    "a metric of all offices": (
        lambda b: b["panels"][0]["targets"][0].update(expr='sum(upazila_site_state{state="down"})'),
        "upazila_site_state of all offices",
    ),
    "a recorded metric of all offices": (
        lambda b: b["panels"][0]["targets"][0].update(expr="max(service:upazila_charter_burn:ratio1h)"),
        "service:upazila_charter_burn:ratio1h of all offices",
    ),
    "names of metrics of all offices": (
        lambda b: b["panels"][0]["targets"][0].update(expr='{__name__=~"upazila_.+_dbm"} < 0'),
        "a selector of all offices",
    ),
    "an unknown transformation": (
        lambda board: board["panels"][4]["transformations"].append({"id": "spell"}),
        "'spell'",
    ),
    "a hidden legend": (lambda b: b["panels"][7]["options"]["legend"].update(showLegend=False), "hidden"),
    "a nameless series": (lambda b: b["panels"][7]["targets"][0].pop("legendFormat"), "without a name"),
    "an order that a phone would show": (lambda board: board["panels"].reverse(), "phone"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_dashboard_is_noticed(what: str) -> None:
    spoil, expected = SPOILT[what]
    assert any(expected in fault for fault in of_the_morning(spoil))


def test_a_gap_between_words_is_noticed() -> None:
    def spoil(board: Json) -> None:
        mappings = board["panels"][3]["fieldConfig"]["defaults"]["mappings"]
        next(one for one in mappings if one["type"] == "range")["options"]["from"] = 5

    assert any("gap" in fault for fault in of_the_morning(spoil))


def test_a_link_to_nowhere_is_noticed() -> None:
    assert any("no dashboard" in fault for fault in faults(BOARDS["en/morning"], UIDS - {"upazila-site-en"}, "en"))
