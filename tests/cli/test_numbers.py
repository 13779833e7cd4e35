"""Numbers as people type them: in Bangla digits, and what is none gets a sentence of ours."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from monitor.cli.app import app
from tests.cli.typed import typed
from tests.desk import Desk


@pytest.mark.parametrize(
    "words",
    [
        ("outages", "--limit", "৫"),
        ("events", "--limit", "১০০০"),
        ("outbox", "--limit", "৫"),
        ("outbox", "resend", "১"),
        ("probe", "icmp", "১২৭.০.০.১", "--count", "১", "--timeout", "১.৫"),
        ("maintenance", "add", "roof", "-m", "কাজ", "--everywhere", "--minutes", "৯০"),
    ],
    ids=" ".join,
)
def test_numbers_are_read_in_bangla_digits(home: Path, desk: Desk, words: tuple[str, ...]) -> None:
    done = typed(home, *words)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("wrong", ["x", "০", "-1", "10001", "1e3", "nan", "5.0", "1_0", "", "\x1b[31m", "9" * 5_000])
def test_what_is_no_such_number_is_told_in_our_words(home: Path, wrong: str) -> None:
    done = typed(home, "outages", f"--limit={wrong}")
    said = " ".join(re.sub("[│╭╮╰╯─]", " ", done.stderr).split())
    assert done.returncode == 2
    assert "Expected a whole number from 1 to 10,000" in said
    assert "Input should" not in said
    assert "\x1b" not in said


def test_every_number_of_the_command_line_is_read_so() -> None:
    """Whatever typer makes a number of by itself refuses Bangla digits, in pydantic's words."""
    seen = []

    def look(command: Any, name: str) -> None:
        for parameter in command.params:
            kind = parameter.type_descriptor.annotation
            if {int, float} & {kind, *get_args(kind)}:
                seen.append(f"{name} {parameter.name}")
                assert parameter.type_descriptor.parameter_info.parser is not None, seen[-1]
        for word, one in getattr(command, "commands", {}).items():
            look(one, f"{name} {word}")

    look(get_command(app), "upazila-monitor")
    assert len(seen) > 15
