"""The playground as a person uses it: one terminal that shows, another that breaks and mends."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.waiting import until
from tests.places import ROOT

LAB = [sys.executable, "-m", "tests.lab.playground"]  # all that scripts/lab starts, once everything is set up


class Terminal:
    """A folder to play in, and the first terminal's output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "first-terminal"
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}

    def open(self) -> "subprocess.Popen[str]":
        """Starts the playground and leaves it running."""
        with self.output.open("w", encoding="utf-8") as output:
            words = [*LAB, "--port", "0", "--target", "5"]
            return subprocess.Popen(
                words, cwd=self.folder, env=self.environment, stdout=output, stderr=output, encoding="utf-8"
            )

    def type(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """What a second terminal gets for these words."""
        return subprocess.run(
            [*LAB, *words], cwd=self.folder, env=self.environment, capture_output=True, encoding="utf-8", check=False
        )

    def shown(self, pattern: str) -> int:
        """How often the first terminal showed this."""
        return len(re.findall(pattern, self.output.read_text(encoding="utf-8")))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    yield made
    print(f"---- the first terminal showed:\n{made.output.read_text(encoding='utf-8') if made.output.exists() else ''}")


def test_without_a_lab_every_word_says_how_to_start_one(terminal: Terminal) -> None:
    for words in (["down", "udc-juniadaha"], ["up", "udc-juniadaha"], ["loss", "udc-juniadaha", "30"], ["status"]):
        refused = terminal.type(*words)

        assert refused.returncode == 1
        assert refused.stderr == "no lab is running here. Start one in another terminal: scripts/lab\n"


@pytest.mark.long
def test_a_person_breaks_a_centre_reads_the_mails_and_mends_it(terminal: Terminal) -> None:
    lab = terminal.open()
    try:
        until(lambda: terminal.shown("The lab is up: 30 sites"), "the welcome", within_s=30)

        # Mistakes are answered in words, and break nothing.
        assert "Did you mean 'udc-juniadaha'?" in terminal.type("down", "udc-juniadah").stderr
        assert "is not between 0 and 100" in terminal.type("loss", "udc-juniadaha", "300").stderr
        assert "running already" in terminal.type().stderr
        assert "Broken in the lab: nothing." in terminal.type("status").stdout

        assert terminal.type("down", "udc-juniadaha").stdout == "udc-juniadaha is dead\n"
        until(lambda: terminal.shown("✉ to") == 2, "two mails", within_s=40)
        status = terminal.type("status").stdout
        assert "1 down" in status
        assert "BHR-" in status
        assert "udc-juniadaha is cut" in status

        assert terminal.type("up", "udc-juniadaha").stdout == "udc-juniadaha answers again\n"
        until(lambda: terminal.shown("✉ to") == 4, "the mails of the recovery", within_s=60)
        assert len(list((terminal.folder / "var/lab/mails").glob("*.eml"))) == 4
    finally:
        lab.send_signal(signal.SIGINT)
        code = lab.wait(timeout=20)

    assert code == 0
    assert terminal.shown(r"Stopping\. 4 mails are in var/lab/mails/") == 1
    assert terminal.type("status").stderr.startswith("no lab is running here")
