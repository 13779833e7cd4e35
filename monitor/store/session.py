"""The database: one SQLite file, opened so that what was committed survives a crash and a power cut.

SQLite before 3.51.3 (except 3.44.6 and 3.50.7) can lose committed writes when a write-ahead log is reset while two
connections are at work; there the rollback journal is used instead. Every transaction that writes begins as
IMMEDIATE, because one that reads first and then writes fails at once, whatever the busy timeout says.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

BUSY_TIMEOUT_S = 10.0
DATABASE = "monitor.db"
MANY = 500  # values in one statement

Value = TypeVar("Value")


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite resets its write-ahead log without losing committed writes."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


class Store:
    """The database of one installation; `read` and `write` give sessions.

    One that is not ``lasting`` is thrown away in the end: it need not outlive a crash, and is faster.
    """

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self.path, self._lasting = path, lasting
        self.journal_mode = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
        self.engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_S})
        self._for_writing = self.engine.execution_options(immediate=True)
        event.listen(self.engine, "connect", self._on_connect)
        event.listen(self.engine, "begin", _begin)

    def _on_connect(self, connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are ours alone: see _begin
        kept = (f"journal_mode={self.journal_mode}", "synchronous=FULL")
        for pragma in (*(kept if self._lasting else ("journal_mode=MEMORY", "synchronous=OFF")), "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are stored together at the end of the block, or not at all."""
        with Session(self._for_writing, expire_on_commit=False) as session, session.begin():
            session.connection()  # take the write lock now, not at the first statement
            yield session

    def close(self) -> None:
        self.engine.dispose()


def in_portions(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """No more at a time than one statement may name."""
    return (values[start : start + MANY] for start in range(0, len(values), MANY))


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def open_store(state: Path, *, lasting: bool = True) -> Store:
    """Opens the database below ``state``, making or migrating it as needed, all or nothing.

    Raises StoreError when it is damaged, was written by a newer version, or cannot be reached.
    """
    store = Store(state / DATABASE, lasting=lasting)
    try:
        state.mkdir(mode=0o750, parents=True, exist_ok=True)
        with store.engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if found != "ok":
                raise StoreError(f"{store.path} is damaged ({found}). Put back a copy from {state / 'backups'}")
        _migrate(store)
    except (DatabaseError, OSError) as error:
        store.close()
        cause = error.orig if isinstance(error, DatabaseError) else error
        raise StoreError(f"{store.path} cannot be used: {cause}") from None
    except StoreError:
        store.close()
        raise
    return store


def existing_store(state: Path) -> Store:
    """Opens the database for a command beside the daemon; raises StoreError when there is none yet."""
    if not (state / DATABASE).exists():
        raise StoreError(f"there is no database in {state} yet. Start the daemon once: upazila-monitor run")
    return open_store(state)


def migrations() -> Config:
    """Where alembic finds them."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _migrate(store: Store) -> None:
    config = migrations()
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    with store.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return
    if current is not None and current not in known:
        raise StoreError(f"{store.path} was written by a newer version of upazila-monitor. Install that version")
    with store.engine.execution_options(immediate=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def only_daemon(state: Path) -> Iterator[None]:
    """Holds the lock that one daemon alone may have; raises StoreError when another has it."""
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    handle = os.open(state / "daemon.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StoreError(f"another daemon already works in {state}. Stop it first") from None
    try:
        yield
    finally:
        os.close(handle)


def daemon_runs(state: Path) -> bool:
    """Whether a daemon holds that lock."""
    try:
        handle = os.open(state / "daemon.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
