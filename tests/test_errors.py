"""Errors that people read are raised with messages, not with text that no catalogue knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import ROOT

MONITOR = ROOT / "monitor"
READ_BY_PEOPLE = {
    "BadInput": 1,
    "CalendarError": 0,
    "CannotRender": 0,
    "ClockWrong": 0,
    "Damaged": 0,
    "Failure": 0,
    "NoDatabase": 0,
    "NoSocket": 0,
    "NotAllowed": 0,
    "PlainFileError": 0,
    "Problem": 3,
    "Refused": 0,
    "SecretError": 0,
    "StoreError": 0,
}
"""Which argument says what is wrong, by the class."""

SETTINGS = {"ValueError": 0}
"""In `monitor/settings` pydantic hands it on to people."""


def texts_that_escape(path: Path) -> Iterator[str]:
    """Every place where such an error is made with a plain text."""
    wanted = READ_BY_PEOPLE | (SETTINGS if "settings" in path.parts else {})
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in wanted:
            at = wanted[node.func.id]
            if len(node.args) > at and _is_text(node.args[at]):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)[:120]}"


def _is_text(value: ast.expr) -> bool:
    match value:
        case ast.Constant(str(text)):
            return bool(text)
        case ast.JoinedStr():
            return any(isinstance(each, ast.Constant) and str(each.value).strip(": \n") for each in value.values)
        case ast.BinOp():
            return _is_text(value.left) or _is_text(value.right)
        case ast.Call(func=ast.Name("str")):
            return True
    return False


def test_no_error_that_people_read_is_raised_with_plain_text() -> None:
    assert [each for path in sorted(MONITOR.rglob("*.py")) for each in texts_that_escape(path)] == []


@pytest.mark.parametrize(
    "line",
    [
        "raise StoreError('is damaged')",
        "raise StoreError(f'{path} is damaged')",
        "raise BadInput('text', f'{found} is no text')",
        "raise StoreError(str(error))",
        "raise Failure('no site ' + name, 2)",
    ],
)
def test_such_a_text_is_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_errors.ROOT", tmp_path)
    (tmp_path / "one.py").write_text(line)
    assert len(list(texts_that_escape(tmp_path / "one.py"))) == 1
