"""Opening of the database: migrated whole or not at all, and never what is damaged or another's."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.store.errors import StoreError
from monitor.store.models import Base, SiteState
from monitor.store.opening import DATABASE, existing_store, open_store

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


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


@pytest.mark.long
def test_a_killed_migration_is_done_whole_at_the_next_start(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from sqlalchemy import event\n"
        "from sqlalchemy.engine import Engine\n"
        "from monitor.store.opening import open_store\n"
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
        existing_store(tmp_path, None)
    assert not (tmp_path / DATABASE).exists()
