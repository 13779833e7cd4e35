"""The demonstration: a whole day at sixty times its speed, as `scripts/demo` plays it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

WHOLE_DAY_S = 900


@pytest.mark.long
def test_the_day_of_the_demonstration_is_what_its_scenes_promise(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.lab.demo", "--port", "0", "--lang", "en", "--exit"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=WHOLE_DAY_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "17:00  The office closes." in done.stdout
    found = json.loads((tmp_path / "var/demo/outages.json").read_text(encoding="utf-8"))
    by_site = {each["site"]: each for each in found["outages"]}
    link = by_site["backbone-north"]
    assert link["ticket"] is not None
    assert len(link["affected"]) > 5
    dark = [each for site, each in by_site.items() if "chandgram" in site]
    assert dark
    assert {each["cause"] for each in dark} == {"power"}
    assert not [site for site in by_site if site in {"udc-juniadaha", "lab-juniadaha-girls"}]
    lab = by_site["lab-bahirchar-girls"]
    assert lab["ended"] is not None
    unstable = [line for line in done.stdout.splitlines() if "✉" in line and "অস্থিতিশীল" in line]
    assert 1 <= len(unstable) <= 2
