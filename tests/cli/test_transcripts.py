"""docs/recovery.md: every command in it is run, and prints what stands there."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.transcripts import pattern_of, transcripts
from tests.cli.typed import typed
from tests.desk import Desk
from tests.lab.daemon import HERE
from tests.places import ROOT

PAGE = ROOT / "docs" / "recovery.md"


@pytest.mark.parametrize("heading", transcripts(PAGE))
def test_what_the_page_says_happens(home: Path, desk: Desk, heading: str) -> None:
    for words in (
        ("ticket", "new", "--service", "8", "--by", "phone", "--from", "A teacher", "--text", "No internet"),
        ("user", "add", "rahima", "--role", "officer"),
    ):
        assert typed(home, *words).returncode == 0
    environment = {**os.environ, "PATH": f"{HERE}:{os.environ['PATH']}", "UPAZILA_MONITOR_LANG": "en", "COLUMNS": "200"}
    for command, printed in transcripts(PAGE)[heading]:
        done = subprocess.run(
            command,
            shell=True,
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
        )
        assert pattern_of(printed).fullmatch(done.stdout), f"$ {command}\n{done.stdout}"


def test_a_wrong_line_would_be_seen() -> None:
    assert pattern_of("… events, nothing altered.").fullmatch("12 events, nothing altered.\n")
    assert not pattern_of("… events, nothing altered.").fullmatch("12 events, one altered.\n")
