"""Registering, correcting and withdrawing, as typed; numbers of tickets and services as people write them."""

import json
import os
import pty
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.typed import command, typed
from tests.desk import Desk

NEW = ("ticket", "new", "--by", "phone", "--from", "একজন শিক্ষক", "--text", "ল্যাব বন্ধ")
LAB = "lab-juniadaha-girls"


def story(home: Path, number: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(typed(home, "ticket", "show", number, "--json").stdout)
    return found


@pytest.mark.parametrize(
    ("option", "words"), [("--text", ""), ("--text", " \u200d\n"), ("--from", "  "), ("--from", "?!")]
)
def test_a_request_without_words_or_a_name_is_refused(home: Path, desk: Desk, option: str, words: str) -> None:
    done = typed(home, *NEW, "--service", "6", option, words)
    assert done.returncode == 2
    assert f"{option}: found" in done.stderr
    assert len(desk.tickets()) == 1


@pytest.mark.parametrize("service", ["6", "৬", "citizen:6", "Citizen:৬", "06"])
def test_a_service_is_written_as_one_likes_and_printed_in_one_way(home: Path, desk: Desk, service: str) -> None:
    assert typed(home, *NEW, "--service", service, "--at", "2026-11-23T16:30", "--why-late", "a letter").returncode == 0
    assert story(home, "2")["service"] == "citizen:6"
    asked = typed(home, "deadline", "--service", service, "--from", "2026-11-23T16:30", "--json")
    assert json.loads(asked.stdout)["service"] == "citizen:6"


def test_an_official_service_is_named_in_either_way(home: Path, desk: Desk) -> None:
    assert typed(home, *NEW, "--official", "২").returncode == 0
    assert typed(home, *NEW, "--service", "official:2").returncode == 0
    assert [story(home, number)["service"] for number in ("2", "3")] == ["official:2", "official:2"]


def test_a_ticket_is_found_by_its_place_in_this_year_and_by_no_other_prefix(home: Path, desk: Desk) -> None:
    year = datetime.now(UTC).astimezone().year
    assert typed(home, *NEW, "--service", "6").returncode == 0
    for number in ("2", "২", "000002", f"{year}-2", f"bhr-{year}-2", f" BHR-{year}-000002 "):
        assert story(home, number)["text"] == "ল্যাব বন্ধ", number
        assert typed(home, "notify", "explain", number).returncode == 0
    assert typed(home, "ticket", "comment", "২", "-m", "seen").stdout.startswith(f"BHR-{year}-000002 is open")
    for number in ("7", f"XYZ-{year}-2", "2x", "-", "1" * 5_000):
        assert typed(home, "ticket", "show", "--", number).returncode == 1, number


def test_a_service_that_does_not_fit_the_site_is_told_and_registered_all_the_same(home: Path, desk: Desk) -> None:
    done = typed(home, *NEW, "--service", "6", "--site", "backbone-south")
    assert done.returncode == 0
    assert (
        "warning: citizen:6 is about another kind (Lab) than backbone-south (Backbone link). Did you mean citizen:"
        in done.stderr
    )
    assert "warning" not in typed(home, *NEW, "--service", "6", "--site", LAB).stderr


def test_what_is_open_about_the_same_site_is_named(home: Path, desk: Desk) -> None:
    assert typed(home, *NEW, "--service", "6", "--site", LAB).returncode == 0
    done = typed(home, *NEW, "--service", "6", "--site", LAB)
    assert done.returncode == 0
    assert f"open about {LAB}: BHR-2026-000002 (open)" in done.stderr
    assert "ল্যাব বন্ধ" in done.stderr
    assert "open about" not in typed(home, *NEW, "--service", "6", "--site", "lab-dharampur-girls").stderr


@pytest.mark.parametrize(("words", "answer", "registered"), [((), b"n\n", 2), ((), b"y\n", 3), (("--anyway",), b"", 3)])
def test_on_a_terminal_it_is_asked_whether_there_is_to_be_another(
    home: Path, desk: Desk, words: tuple[str, ...], answer: bytes, registered: int
) -> None:
    typed(home, *NEW, "--service", "6", "--site", LAB)
    ours, theirs = pty.openpty()
    try:
        os.write(ours, answer)
        line = command(home, *NEW, "--service", "6", "--site", LAB, *words)
        done = subprocess.run(line, stdin=theirs, capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == (1 if answer == b"n\n" else 0)
    assert len(desk.tickets()) == registered


def test_what_was_registered_by_mistake_is_withdrawn_and_stays_so(home: Path, desk: Desk) -> None:
    typed(home, *NEW, "--service", "6", "--email", "teacher@example.org")
    assert typed(home, "ticket", "withdraw", "2").returncode == 2  # a reason is needed
    assert typed(home, "ticket", "withdraw", "2", "--reason", " ").returncode == 2
    done = typed(home, "ticket", "withdraw", "2", "--reason", "registered twice", "--as", "alamgir")
    assert done.stdout == "BHR-2026-000002 is withdrawn.\n"
    found = story(home, "2")
    assert found["state"] == "withdrawn"
    assert [e["text"] for e in found["events"] if e["kind"] == "withdrawn"] == ["registered twice"]  # type: ignore[attr-defined]
    assert "BHR-2026-000002" not in typed(home, "tickets", "--open").stdout
    for action in ("reopen", "start", "resolve", "close"):
        assert typed(home, "ticket", action, "2").returncode == 1, action
    typed(home, *NEW, "--service", "6")
    assert story(home, "3")["state"] == "open"  # the number is not given again
    assert json.loads(typed(home, "audit", "verify", "--json").stdout)["fault"] == ""


def test_the_monitor_s_own_ticket_is_neither_withdrawn_nor_corrected(home: Path, desk: Desk) -> None:
    assert "was opened by the monitor" in typed(home, "ticket", "withdraw", "1", "--reason", "no").stderr
    assert "was opened by the monitor" in typed(home, "ticket", "correct", "1", "--text", "x", "--reason", "no").stderr


def test_a_correction_stands_in_the_history_with_what_was_said_before(home: Path, desk: Desk) -> None:
    typed(home, *NEW, "--service", "6")
    words = ("--from", "রহিমা", "--site", LAB, "--reason", "misheard", "--as", "alamgir")
    assert typed(home, "ticket", "correct", "2", *words).returncode == 0
    found = story(home, "2")
    assert (found["asker"], found["site"]) == ("রহিমা", LAB)
    (event,) = [e for e in found["events"] if e["kind"] == "corrected"]  # type: ignore[attr-defined]
    assert event["actor"] == "cli:alamgir"
    assert event["text"] == "misheard"
    assert event["reason_text"] == f"site: none → {LAB}, from: একজন শিক্ষক → রহিমা"
    assert {"code": "value_changed", "field": "site", "before": "", "after": LAB} in event["reason"]["changes"]
    shown = " ".join(typed(home, "ticket", "show", "2", "--lang", "bn").stdout.split())
    assert f"স্থাপনা: নেই → {LAB}" in shown
    assert "\N{EM DASH} misheard" in shown
    assert "says so already" in typed(home, "ticket", "correct", "2", "--from", "রহিমা", "--reason", "x").stderr
    assert typed(home, "ticket", "correct", "2", "--reason", "x").returncode == 2


def test_waiting_says_whether_the_clock_runs_on(home: Path, desk: Desk) -> None:
    typed(home, *NEW, "--service", "6")
    assert typed(home, "ticket", "wait", "2", "-m", " ").returncode == 2
    assert "waiting. Its time runs on: due " in typed(home, "ticket", "wait", "2", "-m", "a spare part").stdout


def test_a_ticket_that_has_changed_since_it_was_seen_is_left_as_it_is(home: Path, desk: Desk) -> None:
    assert typed(home, *NEW, "--service", "6").returncode == 0
    version = str(story(home, "2")["version"])
    assert typed(home, "ticket", "start", "2", "--seen", version).returncode == 0
    for late in (
        ("resolve", "2"),
        ("withdraw", "2", "-r", "a test"),
        ("correct", "2", "-r", "a slip", "-m", "On"),
    ):
        done = typed(home, "ticket", *late, "--seen", version)
        assert done.returncode == 1, late
        assert f"has changed: it was seen at version {version}" in done.stderr
    assert story(home, "2")["state"] == "in_progress"
