"""What the program keeps for itself is read whatever lies there, and in one way only."""

import ast
from pathlib import Path
from typing import Any

import pytest

from monitor.state_file import read_state, write_state
from tests.places import MONITOR


def number_of(found: Any) -> int:
    return int(found["number"])


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    write_state(tmp_path / "it", {"number": 7, "name": "উপজেলা"})
    assert read_state(tmp_path / "it", 1_000, number_of) == 7
    assert "উপজেলা" in (tmp_path / "it").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff\0", b"{", b"7", b"null", b"[1]", b"{}", b'"number"', b'{"number": null}', b'{"number": {}}'),
        *(b'{"number": Infinity}', b'{"number": NaN}', b'{"number": ' + b"9" * 5_000 + b"}"),
        *(b"[" * 60_000, b'{"number": 7}' + b" " * 100_000),
    ],
)
def test_what_says_something_else_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "it").write_bytes(content)
    assert read_state(tmp_path / "it", 65_536, number_of) is None


def test_what_is_no_plain_file_or_not_there_is_none(tmp_path: Path) -> None:
    assert read_state(tmp_path, 1_000, number_of) is None
    assert read_state(tmp_path / "nowhere", 1_000, number_of) is None


def test_nothing_else_reads_json_that_may_be_nested_too_deep() -> None:
    readers = {
        str(file.relative_to(MONITOR))
        for file in MONITOR.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"json.loads", "json.load"}
    }
    written_by_us = {  # a moment ago
        "alerts/channels/apprise.py",
        "reports/export/typesetting.py",
        "runtime/subprocess_load.py",
        "runtime/tracing.py",
        "web/api/places.py",
    }
    measures_first = {"web/api/asked.py"}  # how deep it is, before it reads
    tells_it_apart = {"store/portable.py"}  # what is nested too deep is a fault that it tells
    assert readers == {"domain/json_text.py", *written_by_us, *measures_first, *tells_it_apart}
