"""docs/first-office.md: the list is written, the questions are answered at a terminal, the commands are run."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.transcripts import compare, dialogue, pattern_of, play, transcripts
from tests.lab.daemon import HERE
from tests.lab.waiting import until
from tests.places import ROOT

PAGE = ROOT / "docs" / "first-office.md"
LIST, ANSWERS, LOOK = "2. The list", "3. Questions and answers", "4. The first look"


@pytest.fixture
def environment() -> Mapping[str, str]:
    path = f"{HERE}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "UPAZILA_MONITOR_LANG": "en", "COLUMNS": "200"}


def begun(home: Path, environment: Mapping[str, str]) -> None:
    """Writes the list and answers the questions, as the page says."""
    ((shown, content),) = transcripts(PAGE)[LIST]
    (home / shown.removeprefix("cat ")).write_text(content, encoding="utf-8")
    command, expected, typed = dialogue(PAGE)
    code, said = play(command, typed, home, environment)
    assert code == 0, said
    assert pattern_of(expected).fullmatch(said), said


def test_the_list_and_the_questions_make_an_office_that_is_a_configuration(
    tmp_path: Path, environment: Mapping[str, str]
) -> None:
    begun(tmp_path, environment)
    compare(transcripts(PAGE)[ANSWERS], tmp_path, environment)


@pytest.mark.long
def test_that_office_runs_and_has_its_first_user(tmp_path: Path, environment: Mapping[str, str]) -> None:
    begun(tmp_path, environment)
    monitor = tmp_path / "office" / "config" / "monitor.toml"
    monitor.write_text(monitor.read_text().replace("127.0.0.1:9786", "127.0.0.1:0"))
    words = ["upazila-monitor", "--config", "office/config", "run"]
    with (tmp_path / "log").open("w") as log:
        daemon = subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: " http://127.0.0.1:" in (tmp_path / "log").read_text(), "its page", 120)
        compare(transcripts(PAGE)[LOOK], tmp_path, environment)
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)
