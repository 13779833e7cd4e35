"""A pipe, a device or a folder in the place of a file that the daemon keeps: told at once, or done without."""

import os
from pathlib import Path

import pytest

from tests.cli.typed import typed
from tests.desk import Desk

ASKED: dict[str, list[tuple[str, ...]]] = {  # what reads each of them
    "in-force.json": [("status",), ("reload",)],
    "history.db": [("history", "mirpur"), ("report", "monthly")],
    "mailed-head": [("audit", "verify")],
    "installed": [("tickets",)],
    "monitor.db-journal": [("outages",)],
    "monitor.db-wal": [("outages",)],
    "monitor.db": [("outages",), ("backup", "create")],
}


def put(kind: str, path: Path) -> None:
    """Put what is no plain file in the place of ``path``."""
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_plain_file_in_the_state_folder_holds_nobody_up(home: Path, desk: Desk, kind: str) -> None:
    desk.store.close()
    for name, questions in ASKED.items():
        path, kept = home / "var" / name, home / "var" / f"{name}.kept"
        if path.exists():
            path.rename(kept)
        put(kind, path)
        for words in questions:
            done = typed(home, *words)
            assert done.returncode in {0, 1, 2, 3}, done
            if name.startswith("monitor.db"):
                assert done.returncode in {2, 3}, done
                assert f"{name} is " in done.stderr
            if name.startswith("monitor.db-"):
                assert "is no plain file, but a pipe, a socket or a device" in done.stderr
        path.unlink()
        if kept.exists():
            kept.rename(path)


@pytest.mark.parametrize("words", [("verify",), ("restore",)])
def test_a_copy_that_is_no_database_is_refused_before_it_is_copied(
    home: Path, desk: Desk, words: tuple[str, ...]
) -> None:
    """It may be larger than the disk."""
    copy = home / "copy.db"
    os.truncate(os.open(copy, os.O_CREAT | os.O_WRONLY), 2**40)
    done = typed(home, "backup", *words, str(copy))
    assert done.returncode in {1, 3}
    assert f"{copy} is no database. Expected a copy of the database" in done.stdout + done.stderr
    assert list((home / "var").glob(".restoring-*")) == []
