"""Notes about sites as typed."""

import json
from pathlib import Path

import pytest

from tests.cli.typed import typed
from tests.desk import Desk

SITE = "udc-juniadaha"


def test_a_note_is_kept_and_listed_with_who_wrote_it(home: Path, desk: Desk) -> None:
    assert typed(home, "notes", "list", SITE).stdout == "No notes.\n"
    added = typed(home, "notes", "add", SITE, "The key is with the [secretary].", "--as", "rahim")
    assert (added.returncode, added.stdout) == (0, f"The note about {SITE} is kept.\n")
    assert typed(home, "notes", "add", SITE, "চাবি সচিবের কাছে", "--as", "rahim").returncode == 0

    rows = json.loads(typed(home, "notes", "list", SITE, "--json").stdout)
    assert [row["text"] for row in rows] == ["চাবি সচিবের কাছে", "The key is with the [secretary]."]
    assert {row["by"] for row in rows} == {"cli:rahim"}
    assert "The key is with the [secretary]." in typed(home, "notes", "list", SITE).stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["add", "udc-juniadah", "x"], "udc-juniadaha"),
        (["add", SITE, " "], "TEXT: has no words. Expected what the others should know"),
        (["list", "udc-juniadah"], "Did you mean 'udc-juniadaha'?"),
    ],
)
def test_bad_input_says_what_was_expected(home: Path, desk: Desk, words: list[str], why: str) -> None:
    refused = typed(home, "notes", *words)
    assert refused.returncode == 2
    assert why in refused.stderr
