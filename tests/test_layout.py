"""How the program is laid out: what the import linter cannot see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from docs.generator.rooms import floors, room_of, source_of
from tests.places import MONITOR, ROOT

LONGEST, SHORTEST = 330, 25
NAMED = re.compile(r"\bmonitor(?:\.[a-z_0-9]+)+")
FLOOR = {room: number for number, floor in enumerate(floors()) for room in floor}
"""Counted from the top."""

SMALL_AND_ALONE = {
    "monitor.charter.estimates": "keeps the package `holidays`, which is slow to import, out of the calendar",
    "monitor.reports.export.as_xlsx": "a format of reports is a file",
}
"""Small files that one neighbour alone uses and that are none the less files, with the reason."""


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(MONITOR.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def strings(source: str) -> Iterator[str]:
    """Every text in the code that is no docstring: those only tell of others."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def exists(module: str) -> bool:
    return source_of(module).exists()


def named_above(module: str, source: str) -> list[str]:
    """The modules that this one names in a string although it may not import them."""
    here = room_of(module, FLOOR.keys())
    found = []
    for words in strings(source):
        for name in NAMED.findall(words):
            there = room_of(name, FLOOR.keys())
            if there not in {"", here} and exists(there) and (not here or FLOOR[there] <= FLOOR[here]):
                found.append(name)
    return found


def test_no_module_is_named_in_a_string_above_its_floor() -> None:
    found = {
        module: names
        for module, path in modules()
        if (names := named_above(module, path.read_text(encoding="utf-8"))) and room_of(module, FLOOR.keys())
    }
    assert found == {}


@pytest.mark.parametrize(
    ("module", "source", "named"),
    [
        ("monitor.settings.load", 'files("monitor.web").joinpath("templates")', ["monitor.web"]),
        ("monitor.store.copies", 'run(["-c", "from monitor.cli.app import main"])', ["monitor.cli.app"]),
        ("monitor.probes.trace", 'WORDS = [*"-P -m".split(), f"monitor.daemon {1}"]', ["monitor.daemon"]),
        ("monitor.judging.board", 'import_module("monitor.alerts.channels.email")', ["monitor.alerts.channels.email"]),
        ("monitor.web.app", 'files("monitor.web"), "monitor.store.models"', []),
        ("monitor.settings.load", '"""As `monitor.web.app` shows it."""\nMAIN = "monitor.toml"', []),
    ],
)
def test_a_name_in_a_string_is_found_and_one_in_a_docstring_is_not(module: str, source: str, named: list[str]) -> None:
    assert named_above(module, source) == named


def lengths() -> dict[str, int]:
    """Lines of every file but tests, by its path in the checkout."""
    folders = (MONITOR, ROOT / "dashboards", ROOT / "docs", ROOT / "benchmarks")
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    return {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    assert {path: lines for path, lines in lengths().items() if lines > LONGEST} == {}


def room_above(module: str) -> str:
    """The folder that a module lies in."""
    return module.rpartition(".")[0]


def test_no_small_file_belongs_to_one_neighbour_alone() -> None:
    graph = grimp.build_graph("monitor", cache_dir=None)
    users = {module: graph.find_modules_that_directly_import(module) for module in graph.modules}
    alone = {module for module in users if [room_above(user) for user in users[module]] == [room_above(module)]}
    short = {module for module, path in modules() if len(path.read_text(encoding="utf-8").splitlines()) < SHORTEST}
    packages = {module for module in users if source_of(module).name == "__init__.py"}
    assert alone & short - packages == SMALL_AND_ALONE.keys()
