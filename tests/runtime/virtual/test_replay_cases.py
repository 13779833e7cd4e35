"""Whole stories through the daemon's own judging, clock and escalation: a folder of ``cases`` each.

``sites.toml``, ``monitor.toml`` and ``samples.jsonl`` are what is replayed, with the charter that ``charter`` names and
the calendar of ``office``, unless the story brings its own. ``expected.txt`` was counted by hand, not by this program.
"""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.replay import Recorded
from monitor.configuration import load
from monitor.runtime.virtual.replay import replay

HERE = Path(__file__).parent
CASES = sorted(each for each in (HERE / "cases").iterdir() if each.is_dir())
FACTS = {
    "notice": ("site", "ticket", "notice", "recipient"),
    "outage_opened": ("site", "started"),
    "outage_closed": ("site", "started", "ended", "cause", "affected"),
    "site_unreachable": ("site", "started"),
    "site_degraded": ("site",),
    "site_restored": ("site",),
    "paused": ("site", "started"),
    "flapping": ("site",),
    "settled": ("site",),
    "ticket_opened": ("site", "ticket", "started", "deadline", "cause", "affected"),
    "ticket_resolved": ("site", "ticket", "started", "ended", "affected"),
    "ticket_reopened": ("site", "ticket"),
    "stage_raised": ("site", "ticket", "stage", "recipient"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_story_comes_out_as_it_was_counted_by_hand(case: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    for name in ("calendar.toml", "holidays.toml"):
        shutil.copy(HERE / "office" / name, config)
    for own in case.glob("*.toml"):
        shutil.copy(own, config)
    if (case / "community").exists():
        shutil.copy(case / "community", config)
    shutil.copy(HERE / "office" / f"charter-{(case / 'charter').read_text().strip()}.toml", config / "charter.toml")

    settings = load(config)
    found = replay(settings, Recorded(case / "samples.jsonl", settings.fleet))
    told = sorted(_line(one) for one in found if one["kind"] in FACTS)

    assert told == (case / "expected.txt").read_text(encoding="utf-8").splitlines()


def _line(transition: dict[str, Any]) -> str:
    kind = str(transition["kind"])
    facts = " ".join(f"{name}={_value(name, transition.get(name))}" for name in FACTS[kind])
    return f"{_moment(transition['t'])} {kind:<16} {facts}"


def _value(name: str, value: Any) -> object:
    if name in ("started", "ended", "deadline") and value is not None:
        return _moment(value)[5:]
    if name == "ticket" and value is not None:
        return int(str(value).rpartition("-")[2])
    return sorted(value) if name == "affected" and value else value


def _moment(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%dT%H:%M:%S}+06"
