"""docs/recovery.md: every command in it is run, and prints what stands there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from docs.generator.contents import Typed, commands
from tests.cli.typed import typed
from tests.desk import Desk
from tests.docs.printed import pattern_of
from tests.lab.daemon import HERE
from tests.places import ROOT

PAGE = ROOT / "docs" / "recovery.md"


def transcripts() -> dict[str, list[Typed]]:
    """By heading: each command, with what it prints."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    played = {title: list(commands(text)) for title, text in zip(parts[1::2], parts[2::2], strict=True)}
    return {title: typed for title, typed in played.items() if typed}


@pytest.mark.parametrize("heading", transcripts())
def test_what_the_page_says_happens(home: Path, desk: Desk, heading: str) -> None:
    for words in (
        ("ticket", "new", "--service", "8", "--by", "phone", "--from", "A teacher", "--text", "No internet"),
        ("user", "add", "rahima", "--role", "officer"),
    ):
        assert typed(home, *words).returncode == 0
    environment = {**os.environ, "PATH": f"{HERE}:{os.environ['PATH']}", "UPAZILA_MONITOR_LANG": "en", "COLUMNS": "200"}
    for each in transcripts()[heading]:
        done = subprocess.run(
            each.command,
            shell=True,
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
        )
        assert pattern_of(each.printed or "").fullmatch(done.stdout), f"$ {each.command}\n{done.stdout}"


def test_a_wrong_line_would_be_seen() -> None:
    assert pattern_of("… events, nothing altered.").fullmatch("12 events, nothing altered.\n")
    assert not pattern_of("… events, nothing altered.").fullmatch("12 events, one altered.\n")
