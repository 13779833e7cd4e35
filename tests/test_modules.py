"""How the tests themselves are laid out."""

import ast
import re
from pathlib import Path

from tests.places import DOCS, MONITOR, ROOT, TESTS

OF_A_WHOLE_ROOM = {
    "accounts/test_at_one_moment.py": "whatever twelve do to the accounts at one moment",
    "alerts/cases/test_at_one_moment.py": "whatever two people do at one moment",
    "alerts/notices/test_languages.py": "every kind of letter in each language, and in a made-up one",
    "cli/test_bangla_elsewhere.py": "every command in Bangla, and in a made-up language",
    "cli/test_commands.py": "what each command prints, and its exit code",
    "cli/test_first_office.py": "the commands and the questions of docs/first-office.md",
    "cli/test_no_plain_files.py": "every command that meets a pipe or a folder where a file should be",
    "cli/test_output.py": "every command at any width, in any encoding, and before a reader who leaves",
    "cli/test_transcripts.py": "the commands of docs/recovery.md",
    "charter/test_docs.py": "the worked examples of the documentation",
    "doctor/test_offices.py": "whatever each of several offices has of its own",
    "i18n/test_glossary.py": "the catalogue's words against docs/glossary.md",
    "i18n/test_latin.py": "what tells English words in a Bangla text",
    "i18n/test_no_words_elsewhere.py": "Bangla letters in any file but the catalogue",
    "i18n/test_pseudo.py": "the made-up language itself",
}
"""Tests that are of no single file, with what they are of."""


def imported(module: Path) -> set[str]:
    """Every name that stands in an import of this file, with the module it comes from."""
    found = set()
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def is_collected(part: str) -> bool:
    """Whether pytest looks for tests or fixtures in a module of this name."""
    return part.startswith("test_") or part == "conftest"


def test_no_test_module_and_no_conftest_is_imported_by_another() -> None:
    others = {
        f"{module.relative_to(TESTS)}: {name}"
        for module in TESTS.rglob("*.py")
        for name in imported(module)
        if name.startswith("tests.") and any(map(is_collected, name.split(".")))
    }
    assert others == set()


def test_only_one_module_says_where_the_checkout_lies() -> None:
    climbs = re.compile(r"__file__\)[^\n]*\.parents\b")
    found = [str(module.relative_to(TESTS)) for module in TESTS.rglob("*.py") if climbs.search(module.read_text())]
    assert found == ["places.py"], "what lies where stands in tests/places.py"


def test_every_test_of_a_room_bears_the_name_of_what_it_tests() -> None:
    astray = set()
    for module in TESTS.rglob("test_*.py"):
        place = module.relative_to(TESTS)
        room = MONITOR / place.parent
        if place.parent == Path() or not room.is_dir():
            continue  # of the whole program, or of what is no room of it: the lab, stories, dashboards
        tested = {found.stem for found in room.iterdir()}
        words = module.stem.removeprefix("test_").split("_")
        if tested.isdisjoint("_".join(words[:count]) for count in range(1, len(words) + 1)):
            astray.add(str(place))
    assert astray == OF_A_WHOLE_ROOM.keys()


def test_every_file_of_ours_that_the_docs_name_is_there() -> None:
    ours = re.compile(r"`((?:monitor|tests|scripts|dashboards|systemd|benchmarks|docs)/[\w/.-]+|test_\w+\.py)`")
    known = {path.name for path in TESTS.rglob("*.py")}
    missing = [
        f"{page.name}: {path}"
        for page in (*DOCS.glob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "README.md")
        for path in ours.findall(page.read_text(encoding="utf-8"))
        if not re.search("[A-Z]{4}", path)  # NAME, ROOM, FILE stand for any
        if not (ROOT / path).exists() and path not in known
    ]
    assert missing == []
