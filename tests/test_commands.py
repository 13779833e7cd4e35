"""docs/commands.md and the page for man are the commands as they are, and man can set it."""

import shutil
import subprocess

import pytest

from docs.generator.commands import PROGRAM, manual, markdown
from tests.places import ROOT

MANUAL = ROOT / "docs" / "man" / f"{PROGRAM}.1"


def test_the_pages_are_current() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == markdown(), "run scripts/docs"
    assert MANUAL.read_text(encoding="utf-8") == manual(), "run scripts/docs"


def test_every_command_has_its_options_and_examples() -> None:
    page = markdown()
    assert "## `upazila-monitor ticket ack`" in page
    assert "| `--until TEXT` |" in page or "| `--until" in page
    assert "upazila-monitor backup verify" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed here")
def test_no_line_of_the_manual_is_a_fault_to_groff() -> None:
    words = ["groff", "-k", "-Tutf8", "-man", "-ww", "-z", str(MANUAL)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
