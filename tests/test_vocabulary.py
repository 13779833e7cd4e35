"""Names and help texts speak the field's words: a word that was retired does not come back by another door."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from monitor.domain.log_events import LogEvent
from monitor.metrics.reference import declared
from tests.places import MONITOR

RETIRED = {
    "anew": "restart, again",
    "attendant": "service checker",
    "believable": "plausible, trusted",
    "believe": "trust",
    "believed": "trusted",
    "crowd": "batch",
    "doubt": "suspect",
    "doubts": "suspects",
    "flights": "in flight",
    "fold": "merge",
    "folded": "merged",
    "folds": "merges",
    "forgive": "reset",
    "forgiven": "reset",
    "garbage": "gc tuning",
    "held": "in downtime, capped",
    "knock": "port check",
    "knocking": "port check",
    "knocks": "port checks",
    "luck": "jitter",
    "matter": "case",
    "matters": "cases",
    "mirroring": "mirror",
    "noticed": "device event",
    "owe": "enqueue",
    "owed": "pending",
    "owes": "is pending",
    "pacing": "rate limit",
    "patience": "timeout, limit",
    "promises": "sla",
    "recorder": "writer",
    "remembered": "cached, stored",
    "rereading": "reload",
    "silence": "outage, no answer",
    "silences": "outages",
    "slept": "stalled",
    "story": "account",
    "tell": "notify, send",
    "telling": "message",
    "tells": "notifies",
    "told": "notified, sent",
    "untold": "pending",
    "vantage": "uplink",
    "watchman": "heartbeat sender",
}
"""Words that no identifier and no metric's help may have as a part, and what is said instead."""

EXCEPTIONS = {
    "anew_level": "a column of the database",
    "anew_utc": "a column of the database",
    "believed_from_utc": "a key of `clock --json`",
    "believed_utc": "a key of `clock --json`",
    "folded_into": "a column of the database, and a key of `outbox --json`",
    "held": "of a lease, as the metric upazila_lease_held has it",
    "held_open": "a column of the database",
    "matters": "a key of stored digests",
    "operator_told": "a column of the database",
    "owed": "a key of /api/v1/status and of `helpdesk --json`",
    "owed_utc": "a column of the database, and a key of `outbox --json`",
    "told_event_id": "a column of the database",
    "told_ticket_id": "a column of the database",
    "vantage": "a section of monitor.toml",
}
"""Names that are public or stored, where the word stays until they change."""


@cache
def identifiers() -> dict[str, list[str]]:
    """Every name that the program gives to something, with the files in which it does."""
    found: dict[str, list[str]] = {}
    for file in sorted(MONITOR.rglob("*.py")):
        if "versions" in file.parts:
            continue  # migrations stay as they were run
        for name in {file.stem, *_names(ast.parse(file.read_text()))}:
            found.setdefault(name, []).append(str(file.relative_to(MONITOR)))
    return found


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name


def _retired(text: str) -> set[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)
    return {part.lower() for part in parts} & RETIRED.keys()


def test_no_identifier_has_a_retired_word() -> None:
    wrong = [
        f"{', '.join(files)}: {name}: say '{RETIRED[word]}'"
        for name, files in identifiers().items()
        if name not in EXCEPTIONS
        for word in _retired(name)
    ]

    assert wrong == []


def test_no_metric_s_help_has_a_retired_word() -> None:
    wrong = [
        f"{family.name}: {family.help}: say '{RETIRED[word]}'"
        for family in declared()
        for word in _retired(family.help)
    ]

    assert wrong == []


def test_no_event_of_the_log_has_a_retired_word() -> None:
    wrong = [f"{event.code}: say '{RETIRED[word]}'" for event in LogEvent for word in _retired(event.code)]

    assert wrong == []


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_in_use_and_needed(name: str) -> None:
    assert name in identifiers()
    assert _retired(name)


def test_a_word_is_found_in_any_spelling_of_a_name() -> None:
    assert [_retired(name) for name in ("ToldEvent", "_told", "not_told_yet", "TOLD", "untoldFor")] == [
        {"told"},
        {"told"},
        {"told"},
        {"told"},
        {"untold"},
    ]
    assert _retired("told2") == {"told"}
    assert _retired("stolden") == set()


def test_no_file_of_the_program_is_left_out() -> None:
    assert len({file for files in identifiers().values() for file in files}) > 200
