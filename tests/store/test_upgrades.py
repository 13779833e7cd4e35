"""An office that comes from any older version keeps all that it had."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select

from monitor.store import ticket_history
from monitor.store.models import Base, ChainHead, LastNumber, Notice, SchemaDouble, Ticket
from monitor.store.numbers import next_number
from monitor.store.opening import DATABASE, open_store
from monitor.store.redundancy import DOUBLE
from monitor.store.sqlite import Store
from monitor.store.upgrade import alembic_config, revisions
from monitor.store.work import Work
from tests.desk import shipped_office
from tests.store.migrated import new_store

AT = "2026-11-24 04:00:00.000000"
FIRST_WITH_CODES = "0021"


def is_older(revision: str) -> bool:
    """Whether that version told reasons in sentences."""
    return revisions().index(revision) < revisions().index(FIRST_WITH_CODES)


SENTENCES = (
    ("outages", "reason", "reason"),
    ("outages", "cause_why", "cause_why"),
    ("gaps", "reason", "reason"),
    ("excused", "why", "why"),
    ("events", "text", "reason"),
)
"""(table, column that held a sentence before there were codes, column that holds the code)."""


def made_by(revision: str, folder: Path) -> dict[str, dict[str, Any]]:
    """A database as that version made it, with a row in each of its tables; the rows by table."""
    rows = {}
    with closing(sqlite3.connect(_older(folder, revision))) as database:
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
            if mapper.class_ in {SchemaDouble, ChainHead, LastNumber}:  # what migrations fill by themselves
                continue
            rows = list(session.scalars(select(mapper.class_)))
            assert len(rows) == (mapper.class_.__tablename__ in before)
        (notice,) = session.scalars(select(Notice))
        assert notice.owed_utc == notice.due_utc
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.row_factory = sqlite3.Row
        for table, row in before.items():
            after = dict(database.execute(f"SELECT * FROM {table}").fetchone())
            turned = {column for of, column, _ in SENTENCES if of == table and is_older(revision)}
            if table == "gaps" and turned:  # an end that equals the beginning was none
                assert after["ended_utc"] is None
                turned.add("ended_utc")
            stayed = row.keys() - turned
            assert {name: after[name] for name in stayed} == {name: row[name] for name in stayed}
            for of, column, as_code in SENTENCES:
                if of == table and column in turned & row.keys():  # no sentence of ours is kept as it is
                    assert json.loads(after[as_code]) == {"code": "text", "text": row[column]}
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        # The triggers and the doubles of all rows are there, whatever migrations did to the tables meanwhile.
        for table in ("ticket_events", "tickets"):
            for words in (f"DELETE FROM {table}", f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"):
                with pytest.raises(sqlite3.DatabaseError, match="history"):
                    database.execute(words)
        doubles = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_whole'")}
        assert doubles == {f"ix_{table}_whole" for table in Base.metadata.tables}
    store.close()


def test_the_chain_and_the_numbers_of_an_older_version_go_on_where_they_stood(tmp_path: Path) -> None:
    """What was asked of the rows of tickets and events before is a row of its own now."""
    number, at = "BHR-2026-000041", datetime(2026, 11, 24, 4, tzinfo=UTC)
    with closing(sqlite3.connect(_older(tmp_path, "0020"))) as database, database:
        dates = ", ".join([f"'{AT}'"] * 3)
        database.execute(
            "INSERT INTO tickets (id, number, year, seq, service, source, asker, asker_email, text, state, stage, "
            f"held_open, opened_utc, event_utc, deadline_utc) VALUES (1, '{number}', 2026, 41, 'citizen:6', 'outage', "
            f"'', '', '', 'open', 0, 0, {dates})"
        )
        own = ticket_history.BEGINNING
        for id_ in (1, 2):
            own = ticket_history.link(own, number, at, "monitor", "opened", f"line {id_}")
            row = (id_, 1, AT, "monitor", "opened", f"line {id_}", own)
            database.execute("INSERT INTO ticket_events VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    store = open_store(tmp_path)
    with store.write() as session:
        work = Work(session, shipped_office(), at)
        assert ticket_history.head_of(work) == own
        ticket_history.record(work, session.get_one(Ticket, 1), "comment", "line 3")
        assert (next_number(work, 2026), next_number(work, 2027)) == (42, 1)
    with store.read() as session:
        assert ticket_history.verify(session, own) == ticket_history.Audit(3, ticket_history.head(session), "")
    store.close()


def _older(folder: Path, revision: str) -> Path:
    """An empty database as that version made it."""
    store = Store(folder / DATABASE)
    config = alembic_config()
    with store.engine.execution_options(immediate=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    store.close()
    return folder / DATABASE
