"""docs/recovery.md: every command in it is run, and prints what stands there."""

import os
from pathlib import Path

import pytest

from tests.cli.transcripts import compare, pattern_of, transcripts
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
    compare(transcripts(PAGE)[heading], home, environment)


def test_a_wrong_line_would_be_seen() -> None:
    assert pattern_of("… events, nothing altered.").fullmatch("12 events, nothing altered.\n")
    assert not pattern_of("… events, nothing altered.").fullmatch("12 events, one altered.\n")
