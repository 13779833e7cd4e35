"""Bangla stands in the catalogue and nowhere else in `monitor/`: not in code, comments, templates or data."""

import ast
import re
from pathlib import Path

import pytest

import monitor

PACKAGE = Path(monitor.__file__).parent
CATALOGUES = PACKAGE / "i18n" / "locale"
SHIPPED = PACKAGE / "new_office" / "base"  # the shipped configuration: an office's own words, and no words of ours
BINARY = {".woff2", ".ttf", ".png", ".ico", ".mo"}
BANGLA = re.compile("[\u0980-\u09ff]")
WORD = re.compile("[\u0980-\u09ff]{3,}")

FILES = sorted(
    path
    for path in PACKAGE.rglob("*")
    if path.is_file()
    and path.suffix not in BINARY
    and not path.is_relative_to(CATALOGUES)
    and path.parent != SHIPPED
    and path.parent.name != "__pycache__"
)


def lines_in_bangla(text: str) -> list[str]:
    """Return the lines with a Bangla letter, numbered."""
    return [f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if BANGLA.search(line)]


def words_behind_escapes(source: str) -> list[str]:
    """Return strings of a module that spell a word out of Bangla letters; single letters have their uses."""
    strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    return [each for each in strings if isinstance(each, str) and WORD.search(each)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_has_no_bangla(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert lines_in_bangla(text) == []
    if path.suffix == ".py":
        assert words_behind_escapes(text) == []


def test_all_kinds_of_files_are_looked_at() -> None:
    assert {".py", ".j2", ".css"} <= {path.suffix for path in FILES}
    assert not [path for path in FILES if CATALOGUES in path.parents]
    assert [path.name for path in CATALOGUES.rglob("*.po") if BANGLA.search(path.read_text(encoding="utf-8"))] != []


def test_a_letter_in_a_comment_and_a_word_behind_escapes_are_found() -> None:
    assert lines_in_bangla("x = 1\ny = 2  # \u0995\n") == ["2: y = 2  # \u0995"]
    assert words_behind_escapes(r'DOWN = "\u0985\u099a\u09b2"') == ["\u0985\u099a\u09b2"]
    assert words_behind_escapes(r'DIGITS = "[\u09e6-\u09ef]"') == []
