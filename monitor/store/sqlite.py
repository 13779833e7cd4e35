"""Hold the database: one SQLite file, set up so that commits survive a crash and a power cut.

SQLite before 3.51.3 (except 3.44.6 and 3.50.7) can lose committed writes when a write-ahead log is reset while two
connections are at work; there the rollback journal is used instead. Every writing transaction begins as IMMEDIATE,
because one that reads first and then writes fails at once, whatever the busy timeout.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from monitor.domain.leases import Lease
from monitor.domain.message import Message, message
from monitor.settings.storage_section import Place
from monitor.store import database
from monitor.store.database import Store
from monitor.store.errors import refusal

BUSY_TIMEOUT_S = 10.0
NO_SCHEMA = "malformed database schema"
MANY = 500  # values in one statement

Value = TypeVar("Value")


def sqlite_version() -> str:
    """Return the version of the SQLite library that this process has loaded."""
    return sqlite3.sqlite_version


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite resets its write-ahead log without losing committed writes."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


@dataclass
class OwnFile:
    """Which file was opened (device and number; None: none yet), and the mark that nobody else changes."""

    file: tuple[int, int] | None = None
    mark: int = 0


class SqliteStore(Store):
    """A database in a file."""

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self.path = path
        self._own = OwnFile()
        self.journal_mode = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
        super().__init__(path.parent, str(path), lasting=lasting)

    def _engines(self) -> tuple[Engine, Engine]:
        return self._engine(BUSY_TIMEOUT_S), self._engine(database.GLANCE_S)

    def _for_writing(self) -> Engine:
        return self.engine.execution_options(immediate=True)

    def _engine(self, busy_timeout_s: float) -> Engine:
        def connect() -> sqlite3.Connection:
            # A file that was removed must not reappear as an empty one.
            mode = "rwc" if self._own.file is None else "rw"
            uri = f"{self.path.absolute().as_uri()}?mode={mode}"
            return sqlite3.connect(uri, busy_timeout_s, uri=True, check_same_thread=False)

        # An error quotes no values: it may be logged, and they may be what citizens wrote.
        engine = create_engine(f"sqlite:///{self.path}", creator=connect, hide_parameters=True)
        event.listen(engine, "connect", self._on_connect)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "handle_error", _as_damage)
        return engine

    def _on_connect(self, connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are ours alone: see _begin
        # Nothing reaches the file before the commit: so each journal holds the first page, which identifies it.
        kept = (f"journal_mode={self.journal_mode}", "synchronous=FULL", "cache_spill=OFF")
        for pragma in (*(kept if self.lasting else ("journal_mode=MEMORY", "synchronous=OFF")), "foreign_keys=ON"):
            try:
                connection.execute(f"PRAGMA {pragma}")
            except UnicodeDecodeError:
                raise sqlite3.DatabaseError(NO_SCHEMA) from None

    @property
    def place(self) -> Place:
        return Place(self.state)

    def described(self) -> Message:
        return message("database {path} (journal: {mode})", path=self.path, mode=self.journal_mode)

    def size_bytes(self) -> int:
        names = (self.path.name, *(f"{self.path.name}{end}" for end in ("-wal", "-shm")))
        return sum(path.stat().st_size for name in names if (path := self.path.with_name(name)).exists())

    @contextmanager
    def write(self, behind: Collection[Lease] = ()) -> Iterator[Session]:
        """Open a session whose changes are committed at the end of the block, all or nothing.

        Raises OperationalError also when the file was removed or replaced since it was opened: the changes would be
        lost.
        """
        self._refuse_while_waiting()
        self._refuse_another_file()
        with super().write(behind) as session:
            mark = "PRAGMA application_id"
            if self._own.mark and session.connection().exec_driver_sql(mark).scalar_one() != self._own.mark:
                raise refusal(f"{self.path} was overwritten while it was at work")
            yield session

    @contextmanager
    def waiting_for_locks(self, seconds: float) -> Iterator[None]:
        """Make new connections wait for locks for that long only."""

        def shorten(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA busy_timeout={round(seconds * 1_000)}")

        event.listen(self.engine, "connect", shorten, insert=True)
        try:
            yield
        finally:
            event.remove(self.engine, "connect", shorten)
            self.engine.dispose()

    def note_file(self, mark: int = 0) -> None:
        """Note which file was opened, and the ``mark`` that nobody else changes; raises OSError."""
        found = self.path.stat()
        self._own.file, self._own.mark = (found.st_dev, found.st_ino), mark

    def _refuse_another_file(self) -> None:
        if self._own.file is None:
            return
        try:
            found = self.path.stat()
        except FileNotFoundError:
            raise refusal(f"{self.path} was taken away while it was at work") from None
        except OSError:
            return  # SQLite will say the same, in its own words
        if (found.st_dev, found.st_ino) != self._own.file:
            raise refusal(f"{self.path} was exchanged for another file while it was at work")


def in_portions(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield the values in portions that one statement may name."""
    return (values[start : start + MANY] for start in range(0, len(values), MANY))


def _as_damage(context: ExceptionContext) -> DatabaseError | None:
    """Turn errors of a damaged schema, which Python cannot even decode, into damage."""
    if isinstance(context.original_exception, UnicodeDecodeError):
        return DatabaseError(context.statement, None, sqlite3.DatabaseError(NO_SCHEMA))
    return None


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
