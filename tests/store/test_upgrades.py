"""An office that comes from any older version keeps all that it had."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select

from monitor.store.models import Base, Notice, SchemaDouble
from monitor.store.opening import DATABASE, open_store
from monitor.store.redundancy import DOUBLE
from monitor.store.sqlite import Store
from monitor.store.upgrade import alembic_config, revisions
from tests.store.migrated import new_store

AT = "2026-11-24 04:00:00.000000"


def made_by(revision: str, folder: Path) -> dict[str, dict[str, Any]]:
    """A database as that version made it, with a row in each of its tables; the rows by table."""
    store = Store(folder / DATABASE)
    config = alembic_config()
    with store.engine.execution_options(immediate=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    store.close()
    rows = {}
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.row_factory = sqlite3.Row
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in set(names) - {"alembic_version", DOUBLE}:
            columns = {name: type_ for _, name, type_, *_ in database.execute(f"PRAGMA table_info({table})")}
            values = [_value(name, type_) for name, type_ in columns.items()]
            marks = ", ".join("?" * len(values))
            database.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
            rows[table] = dict(database.execute(f"SELECT * FROM {table}").fetchone())
        database.commit()
    return rows


def _value(column: str, type_: str) -> object:
    if type_ == "DATETIME":
        return AT
    if type_ == "JSON":
        return "{}"
    if type_.startswith(("INTEGER", "BIGINT", "BOOLEAN")):
        return 1
    return b"" if type_ == "BLOB" else f"সেই {column}"[:16]


def test_the_line_of_migrations_is_the_one_that_alembic_goes_along() -> None:
    walked = ScriptDirectory.from_config(alembic_config()).walk_revisions()  # the newest first

    assert [script.revision for script in walked] == list(reversed(revisions()))


def test_a_command_on_a_database_of_this_version_does_without_alembic(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    script = (
        "import sys, pathlib; from monitor.store.opening import open_store;"
        "open_store(pathlib.Path(sys.argv[1])).close(); print([name for name in sys.modules if 'alembic' in name])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_that_version_is_opened_with_all_that_it_had(tmp_path: Path, revision: str) -> None:
    before = made_by(revision, tmp_path)
    store = open_store(tmp_path)

    with store.read() as session:
        for mapper in Base.registry.mappers:
            if mapper.class_ is SchemaDouble:
                continue
            rows = list(session.scalars(select(mapper.class_)))
            assert len(rows) == (mapper.class_.__tablename__ in before)
        (notice,) = session.scalars(select(Notice))
        assert notice.owed_utc == notice.due_utc
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.row_factory = sqlite3.Row
        for table, row in before.items():
            after = dict(database.execute(f"SELECT * FROM {table}").fetchone())
            assert {name: after[name] for name in row} == row
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        # The triggers and the doubles of all rows are there, whatever migrations did to the tables meanwhile.
        for table in ("ticket_events", "tickets"):
            for words in (f"DELETE FROM {table}", f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"):
                with pytest.raises(sqlite3.DatabaseError, match="history"):
                    database.execute(words)
        doubles = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_whole'")}
        assert doubles == {f"ix_{table}_whole" for table in Base.metadata.tables}
    store.close()
