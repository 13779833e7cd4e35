"""`backup` and `audit verify`, as typed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import mailed_head, ticket_history
from monitor.store.audit_chain import is_mistyped
from monitor.store.lock import only_daemon
from monitor.store.opening import BACKUPS, DATABASE
from tests.cli.typed import run, typed
from tests.desk import Desk


def test_a_copy_is_made_proved_and_put_back(home: Path, desk: Desk) -> None:
    state = desk.store.state
    made = json.loads(typed(home, "backup", "create", "--json").stdout)
    assert made["sound"] is True
    assert made["events"] > 0
    (proved,) = json.loads(typed(home, "backup", "verify", "--json").stdout)
    assert proved == {**made}

    (state / DATABASE).unlink()
    refused = typed(home, "tickets")
    assert refused.returncode == 2
    assert "backup restore" in refused.stderr
    done = json.loads(typed(home, "backup", "restore", "--json").stdout)
    assert done["copy"] == made["copy"]
    assert "BHR-2026-000001" in typed(home, "tickets").stdout


def test_beside_a_running_daemon_copies_are_made_and_none_is_put_back(home: Path, desk: Desk) -> None:
    state = desk.store.state
    with only_daemon(state):
        assert typed(home, "backup", "create").returncode == 0
        before = (state / DATABASE).read_bytes()
        done = typed(home, "backup", "restore")
    assert done.returncode == 3
    assert "another daemon already works" in done.stderr
    assert (state / DATABASE).read_bytes() == before


def test_a_copy_that_is_not_good_is_named_with_what_is_wrong(home: Path, desk: Desk) -> None:
    state = desk.store.state
    assert typed(home, "backup", "verify").returncode == 3
    typed(home, "backup", "create", "-o", str(state / BACKUPS / "monitor-20261124.db"))
    copy = state / BACKUPS / "monitor-20261124.db"
    copy.write_bytes(copy.read_bytes().replace(b"backbone-", b"backbome-", 1))
    for words in (["verify"], ["verify", copy.name]):
        done = typed(home, "backup", *words)
        assert done.returncode == 1
        assert "NOT GOOD: " in done.stdout
    assert typed(home, "backup", "restore").returncode == 3


def test_no_copy_replaces_a_file_that_is_there(home: Path, desk: Desk) -> None:
    target = desk.store.state / "mine.db"
    target.write_text("mine")
    done = typed(home, "backup", "create", "-o", str(target))
    assert done.returncode == 2
    assert target.read_text() == "mine"


def test_a_head_is_known_however_it_was_copied(home: Path, desk: Desk) -> None:
    head = json.loads(typed(home, "audit", "verify", "--json").stdout)["head"]
    assert typed(home, "audit", "verify", "--head", f" {head[:30].upper()} \n{head[30:]}").returncode == 0


@pytest.mark.parametrize(
    ("typed", "mistyped"),
    [
        ("0123456789abcdef" * 4, False),
        ("1023456789abcdef" + "0123456789abcdef" * 3, True),
        ("x123456789abcdef" * 4, True),
        ("123456789abcdef" + "0123456789abcdef" * 3, True),
        ("0123456789abcdef" * 4 + "0", True),
        ("f" * 64, False),
        ("fedcba9876543210" * 4, False),
    ],
)
def test_a_head_with_a_letter_or_two_wrong_is_told_from_another_head(typed: str, mistyped: bool) -> None:
    assert is_mistyped(typed, "0123456789abcdef" * 4) is mistyped


def test_a_mistyped_head_is_told_from_a_history_that_was_cut(home: Path, desk: Desk) -> None:
    head = json.loads(typed(home, "audit", "verify", "--json").stdout)["head"]
    wrong = head.translate(str.maketrans("0a", "a0"))
    for wanted in {head[:-1], "head", wrong[:12] + head[12:]} - {head}:
        done = typed(home, "audit", "verify", "--head", wanted)
        assert done.returncode == 2, wanted
        assert "NOT WHOLE" not in done.stderr
    cut = typed(home, "audit", "verify", "--head", "f" * 64)
    assert cut.returncode == 1
    assert "cut off or replaced" in cut.stderr


def test_a_history_that_was_cut_after_it_was_mailed_is_told_without_being_asked(home: Path, desk: Desk) -> None:
    with desk.store.read() as session:
        mailed_head.note(session, desk.store.state, ticket_history.head(session), desk.clock.utc())
    assert typed(home, "audit", "verify").returncode == 0
    with closing(sqlite3.connect(desk.store.state / DATABASE)) as raw, raw:
        raw.execute("DROP TRIGGER ticket_events_no_delete")
        raw.execute("DELETE FROM ticket_events WHERE id = (SELECT max(id) FROM ticket_events)")
    done = typed(home, "audit", "verify")
    assert done.returncode == 1
    assert "cut off" in done.stderr


def test_a_start_beside_copies_without_a_database_ends_with_the_choice_and_no_probing(home: Path, desk: Desk) -> None:
    typed(home, "backup", "create")
    (desk.store.state / DATABASE).write_bytes(b"")
    done = run(home, "run")
    assert done.returncode == 2
    assert "backup restore" in done.stderr
    assert "--fresh" in done.stderr
    assert "Traceback" not in done.stderr
