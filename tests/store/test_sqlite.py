"""The database: safe journal, all-or-nothing writes, migrations, one daemon."""

import fcntl
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from monitor.store import sqlite as session_module
from monitor.store.models import Base, SiteState
from monitor.store.sqlite import DATABASE, StoreError, existing_store, only_daemon, open_store, wal_is_safe

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_the_write_ahead_log_is_used_only_where_sqlite_does_not_lose_writes(
    version: tuple[int, ...], safe: bool
) -> None:
    assert wal_is_safe(version) is safe


def test_the_journal_and_sync_modes_that_were_asked_for_are_in_force(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == store.journal_mode
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    store.close()


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    def half_a_write() -> None:
        with store.write() as session:
            session.add(SiteState(site="a", state="up", since_utc=NOW))
            session.flush()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        half_a_write()
    with store.read() as session:
        assert session.scalars(select(SiteState)).all() == []
    store.close()


def test_reading_goes_on_beside_a_writer_and_a_second_writer_waits_its_turn(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    second_done = threading.Event()

    def second() -> None:
        with store.write() as session:
            session.add(SiteState(site="b", state="up", since_utc=NOW))
        second_done.set()

    with store.write() as session:
        session.add(SiteState(site="a", state="up", since_utc=NOW))
        thread = threading.Thread(target=second)
        thread.start()
        with store.read() as reader:
            assert reader.scalars(select(SiteState)).all() == []
        assert not second_done.is_set()
    thread.join(10)
    with store.read() as reader:
        assert len(reader.scalars(select(SiteState)).all()) == 2
    store.close()


def test_a_database_locked_for_longer_than_we_wait_is_an_error_and_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "BUSY_TIMEOUT_S", 0.05)
    store = open_store(tmp_path)
    other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), store.write():
        pass
    other.execute("ROLLBACK")
    other.close()
    with store.write() as session:
        session.add(SiteState(site="a", state="up", since_utc=NOW))
    store.close()


def test_times_come_back_aware_and_naive_ones_are_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.write() as session:
        session.add(SiteState(site="a", state="up", since_utc=NOW))
    with store.read() as session:
        assert session.scalars(select(SiteState)).one().since_utc == NOW
    with pytest.raises(Exception, match="no time zone"), store.write() as session:
        session.add(SiteState(site="b", state="up", since_utc=NOW.replace(tzinfo=None)))
    store.close()


def test_the_migrations_make_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    store = open_store(tmp_path)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
    store.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with sqlite3.connect(tmp_path / DATABASE) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        open_store(tmp_path)


def test_a_killed_migration_is_done_whole_at_the_next_start(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from sqlalchemy import event\n"
        "from sqlalchemy.engine import Engine\n"
        "from monitor.store.sqlite import open_store\n"
        "seen = []\n"
        "@event.listens_for(Engine, 'after_cursor_execute')\n"
        "def kill(*args):\n"
        "    seen.append(args[2])\n"
        "    if len(seen) == int(sys.argv[2]): os.kill(os.getpid(), 9)\n"
        "open_store(Path(sys.argv[1])); print(len(seen))\n"
    )
    whole = subprocess.run([sys.executable, "-c", script, tmp_path / "whole", "-1"], capture_output=True, check=True)
    statements = int(whole.stdout)
    assert statements > 20
    for point in range(1, statements, statements // 9):
        folder = tmp_path / str(point)
        killed = subprocess.run([sys.executable, "-c", script, folder, str(point)], capture_output=True)
        assert killed.returncode == -9
        store = open_store(folder)
        with store.write() as session:
            session.add(SiteState(site="a", state="up", since_utc=NOW))
        store.close()


@pytest.mark.parametrize(
    "damage", [b"this is no database at all, it only stands where one should be" * 20, b"\0" * 9_000]
)
def test_a_damaged_database_is_refused_with_words(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(damage)
    with pytest.raises(StoreError, match=r"cannot be used|is damaged"):
        open_store(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == damage


def test_damage_inside_a_good_database_is_found_at_the_start(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    path = tmp_path / DATABASE
    data = bytearray(path.read_bytes())
    data[4_096 * 3 : 4_096 * 5] = b"\xff" * 8_192
    path.write_bytes(data)
    with pytest.raises(StoreError):
        open_store(tmp_path)


def test_a_command_beside_the_daemon_says_when_there_is_no_database_yet(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Start the daemon once"):
        existing_store(tmp_path)
    assert not (tmp_path / DATABASE).exists()


def test_a_second_daemon_on_the_same_state_is_refused(tmp_path: Path) -> None:
    with only_daemon(tmp_path), pytest.raises(StoreError, match="another daemon"), only_daemon(tmp_path):
        pass
    with only_daemon(tmp_path):
        pass


def test_a_second_daemon_is_refused_even_when_the_lock_file_was_deleted(tmp_path: Path) -> None:
    with only_daemon(tmp_path):
        (tmp_path / "daemon.lock").unlink()
        with pytest.raises(StoreError, match="another daemon"), only_daemon(tmp_path):
            pass


def test_a_daemon_of_an_older_version_is_seen_by_its_lock_file(tmp_path: Path) -> None:
    with (tmp_path / "daemon.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another daemon"), only_daemon(tmp_path):
            pass
