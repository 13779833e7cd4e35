"""No command, as its help shows it, tells a secret or leaves one behind, whatever is wrong around it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.network import alone
from tests.places import ROOT
from tests.story.typing_examples import FAULTS


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_example_of_any_command_tells_a_secret_or_leaves_one_behind(tmp_path: Path, fault: str) -> None:
    with alone() as nowhere, (tmp_path / "errors").open("w+") as errors:
        home = tmp_path / "home"
        home.mkdir()
        words = [sys.executable, "-m", "tests.story.typing_examples", str(home), fault]
        around = {"UPAZILA_MONITOR_LANG": "en", "PYTHONPATH": str(ROOT)}
        process = nowhere.popen(words, stdout=subprocess.PIPE, stderr=errors, env=around)
        out, _ = process.communicate(timeout=800)
        errors.seek(0)
        complained = errors.read()
        assert process.returncode == 0, complained
    found = json.loads(out)
    secrets = found["canaries"]
    told = {**found["said"], "what was printed past the commands": complained}
    tell = {
        line: [key for key, secret in secrets.items() if secret in re.sub(r"secrets/[\w-]+", "", said)]
        for line, said in told.items()
    }
    assert {line: keys for line, keys in tell.items() if keys} == {}
    assert found["left"] == []
    assert [f"{line}: {said}" for line, said in told.items() if said.startswith("raised ")] == []
