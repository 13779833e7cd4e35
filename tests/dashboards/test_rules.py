"""Prometheus' rules as its own tool reads and runs them, and what every alert must say."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.places import ROOT

FOLDER = ROOT / "dashboards" / "prometheus"
RULES = sorted((FOLDER / "rules").glob("*.yml"))
BANGLA = re.compile(r"[\u0980-\u09ff]")


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "rules" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def said(*words: str | Path) -> str:
    """What a program that succeeded printed."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_has_nothing_to_say_about_configuration_and_rules() -> None:
    assert "SUCCESS" in said("promtool", "check", "config", FOLDER / "prometheus.yml")
    assert "SUCCESS" in said("promtool", "check", "rules", *RULES)


def test_the_rules_pass_their_own_tests() -> None:
    assert "SUCCESS" in said("promtool", "test", "rules", FOLDER / "tests" / "alerts.yml")


def test_the_example_for_alertmanager_is_one() -> None:
    assert "SUCCESS" in said("amtool", "check-config", FOLDER / "alertmanager.yml")


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"] + alert["labels"].get("window", ""))
def test_an_alert_says_in_both_languages_what_it_is_and_where_help_stands(alert: dict[str, Any]) -> None:
    notes = alert["annotations"]
    for name in ("summary", "description"):
        assert notes[name].isascii(), name
        assert BANGLA.search(notes[f"{name}_bn"]), name
    assert alert["labels"]["severity"] in {"none", "warning", "critical"}
    for name, folder in (("runbook_url", ""), ("runbook_url_bn", "bn/")):
        page, _, anchor = notes[name].partition("#")
        headings = re.findall(r"(?m)^### (\w+)$", (ROOT / "docs" / folder / "runbook.md").read_text(encoding="utf-8"))
        assert page.endswith(f"/docs/{folder}runbook.md"), name
        assert anchor in {heading.lower() for heading in headings}, name


def test_a_dead_mans_switch_an_unread_monitor_a_bad_database_and_a_missed_brief_are_among_them() -> None:
    names = {alert["alert"] for alert in alerts()}
    assert {"Watchdog", "MonitorDown", "MailStuck", "BriefMissed", "CharterBurn"} <= names
    assert {"StoreUnreadable", "StoreNotSound", "DecisionsWait", "ClockSuspect"} <= names
