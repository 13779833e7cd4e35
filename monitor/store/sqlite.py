"""The database: one SQLite file, opened so that what was committed survives a crash and a power cut.

SQLite before 3.51.3 (except 3.44.6 and 3.50.7) can lose committed writes when a write-ahead log is reset while two
connections are at work; there the rollback journal is used instead. Every transaction that writes begins as
IMMEDIATE, because one that reads first and then writes fails at once, whatever the busy timeout says.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from monitor.store import belonging, redundancy
from monitor.store.errors import Damaged, NoDatabase, StoreError, may_pass
from monitor.store.lock import only_daemon
from monitor.store.upgrade import VERSION_TABLE, upgrade

__all__ = ["DATABASE", "Store", "StoreError", "existing_store", "only_daemon", "open_store", "open_when_possible"]

BUSY_TIMEOUT_S = 10.0
GLANCE_S = 2.0  # so long a reader of the page waits for a lock: shorter than its answer may take
FIRST_TRY_S = 2.0  # at the start of the daemon, which has sites to probe
SMALL_BYTES = 64_000_000  # examined in a tenth of a second, once it is read
DATABASE = "monitor.db"
BACKUPS = "backups"
MEND = "upazila-monitor backup restore"
NO_SCHEMA = "malformed database schema"
MANY = 500  # values in one statement

Value = TypeVar("Value")


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite resets its write-ahead log without losing committed writes."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


class Store:
    """The database of one installation; `read` and `write` give sessions.

    One that is not ``lasting`` is thrown away in the end: it need not outlive a crash, and is faster.

    ``waiting``: why it cannot be written yet; empty once it can. Until then `write` raises OperationalError, as it does
    when the file refuses later, and so does `read` unless the file is ``readable``. ``was_empty``: it had no table yet.
    """

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        self.path, self._lasting = path, lasting
        self.waiting, self.readable = "", False
        self.was_empty = False
        self._file: tuple[int, int] | None = None
        self._mark = 0
        self.journal_mode = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
        self.engine = self._engine(BUSY_TIMEOUT_S)
        self._for_writing = self.engine.execution_options(immediate=True)
        self.glances = self._engine(GLANCE_S)

    def _engine(self, busy_timeout_s: float) -> Engine:
        def connect() -> sqlite3.Connection:
            # Whoever takes the file away must not find an empty one in its place.
            mode = "rwc" if self._file is None else "rw"
            uri = f"{self.path.absolute().as_uri()}?mode={mode}"
            return sqlite3.connect(uri, busy_timeout_s, uri=True, check_same_thread=False)

        engine = create_engine(f"sqlite:///{self.path}", creator=connect)
        event.listen(engine, "connect", self._on_connect)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "handle_error", _as_damage)
        return engine

    def _on_connect(self, connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are ours alone: see _begin
        # Nothing reaches the file before the commit: so each journal holds the first page, by which it is told apart.
        kept = (f"journal_mode={self.journal_mode}", "synchronous=FULL", "cache_spill=OFF")
        for pragma in (*(kept if self._lasting else ("journal_mode=MEMORY", "synchronous=OFF")), "foreign_keys=ON"):
            try:
                connection.execute(f"PRAGMA {pragma}")
            except UnicodeDecodeError:
                raise sqlite3.DatabaseError(NO_SCHEMA) from None

    def read(self) -> AbstractContextManager[Session]:
        """A session that sees one state of the database and changes nothing."""
        return self._reading(self.engine)

    def glance(self) -> AbstractContextManager[Session]:
        """As `read`, for the page and the metrics: a lock keeps it waiting for no longer than GLANCE_S."""
        return self._reading(self.glances)

    @contextmanager
    def _reading(self, engine: Engine) -> Iterator[Session]:
        if not self.readable:
            self._refuse_while_waiting()
        with Session(engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are stored together at the end of the block, or not at all.

        Raises OperationalError also when the file was taken away or exchanged since it was opened: what were written
        now would be lost.
        """
        self._refuse_while_waiting()
        self._refuse_another_file()
        with Session(self._for_writing, expire_on_commit=False) as session, session.begin():
            connection = session.connection()  # take the write lock now, not at the first statement
            if self._mark and connection.exec_driver_sql("PRAGMA application_id").scalar_one() != self._mark:
                raise _refusal(f"{self.path} was overwritten while it was at work")
            yield session

    def _refuse_while_waiting(self) -> None:
        if self.waiting:
            raise _refusal(self.waiting)

    def note_file(self, mark: int = 0) -> None:
        """Keeps which file it is that was opened, and the ``mark`` that nobody else changes; raises OSError."""
        found = self.path.stat()
        self._file, self._mark = (found.st_dev, found.st_ino), mark

    def _refuse_another_file(self) -> None:
        if self._file is None:
            return
        try:
            found = self.path.stat()
        except FileNotFoundError:
            raise _refusal(f"{self.path} was taken away while it was at work") from None
        except OSError:
            return  # SQLite will say the same, in its own words
        if (found.st_dev, found.st_ino) != self._file:
            raise _refusal(f"{self.path} was exchanged for another file while it was at work")

    def close(self) -> None:
        self.engine.dispose()
        self.glances.dispose()


def _refusal(why: str) -> OperationalError:
    """What SQLAlchemy raises when the database refuses."""
    return OperationalError(None, None, sqlite3.OperationalError(why))


def in_portions(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """No more at a time than one statement may name."""
    return (values[start : start + MANY] for start in range(0, len(values), MANY))


def _as_damage(context: ExceptionContext) -> DatabaseError | None:
    """What SQLite says of a schema whose letters are broken, Python cannot even read: it is damage like any other."""
    if isinstance(context.original_exception, UnicodeDecodeError):
        return DatabaseError(context.statement, None, sqlite3.DatabaseError(NO_SCHEMA))
    return None


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def open_store(state: Path, *, lasting: bool = True, daemon: bool = False) -> Store:
    """Opens the database below ``state``, making or migrating it as needed, all or nothing.

    ``daemon``: gives it another mark, so that its journal is told from that of any older copy.
    Raises StoreError when it is damaged, missing, was written by a newer version, or cannot be reached.
    """
    store = Store(state / DATABASE, lasting=lasting)
    with _closed_on_failure(store):
        _prepare(store, belonging.mark_anew if daemon else belonging.mark_first)
    return store


@contextmanager
def _closed_on_failure(store: Store) -> Iterator[None]:
    """Closes the store that cannot be opened; raises StoreError."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        store.close()
        raise StoreError(f"{store.path} cannot be used: {_cause(error)}") from None
    except StoreError:
        store.close()
        raise


def open_when_possible(state: Path) -> Store:
    """Opens the daemon's database, or gives one that is ``waiting``: locked, full or read-only, it may open later.

    Raises StoreError as `open_store` does, for what no waiting mends.
    """
    store = Store(state / DATABASE)
    try_again(store, FIRST_TRY_S)
    return store


def try_again(
    store: Store, patience_s: float = BUSY_TIMEOUT_S, first: Callable[[Session], object] | None = None
) -> bool:
    """Opens a store that waits; whether it did. ``first`` is done in its first transaction, before anybody else's.

    Waits for a lock for ``patience_s`` seconds at most. Raises StoreError for what no waiting mends.
    """
    try:
        with _patience(store, patience_s):
            _prepare(store, belonging.mark_anew)
            if first is not None:
                with Session(store._for_writing) as session, session.begin():
                    session.connection()
                    first(session)
    except (DatabaseError, OSError) as error:
        if not may_pass(error.orig if isinstance(error, DatabaseError) else error):
            store.close()
            raise Damaged(f"{store.path} is damaged: {_cause(error)}. Put a copy back: {MEND}") from None
        store.waiting = _cause(error)
        return False
    store.waiting = ""
    return True


@contextmanager
def _patience(store: Store, seconds: float) -> Iterator[None]:
    """Has new connections wait for locks for that long only."""

    def shorten(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={round(seconds * 1_000)}")

    event.listen(store.engine, "connect", shorten, insert=True)
    try:
        yield
    finally:
        event.remove(store.engine, "connect", shorten)
        store.engine.dispose()


def _cause(error: DatabaseError | OSError) -> str:
    if isinstance(error, DatabaseError):
        return str(error.orig)
    return error.strerror or str(error)


def existing_store(state: Path) -> Store:
    """Opens the database for a command beside the daemon; raises StoreError when there is none yet."""
    _refuse_missing(state)
    if not (state / DATABASE).exists():
        raise StoreError(f"there is no database in {state} yet. Start the daemon once: upazila-monitor run")
    store = Store(state / DATABASE)
    with _closed_on_failure(store):
        _prepare(store, None)
    return store


def make_store(state: Path) -> None:
    """Makes a database with nothing in it where there is none, whatever there was before; raises as `open_store`."""
    store = Store(state / DATABASE)
    try:
        _prepare(store, belonging.mark_anew, may_be_missing=True)
    except (DatabaseError, OSError) as error:
        raise StoreError(f"{store.path} cannot be made: {_cause(error)}") from None
    finally:
        store.close()


def _prepare(store: Store, mark: Callable[[Path, Engine], int] | None, *, may_be_missing: bool = False) -> None:
    """Everything before the first session; raises StoreError, DatabaseError, OSError.

    A command beside the daemon gives no mark: it must not take away that of the daemon.
    """
    state = store.path.parent
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    if store._lasting and not may_be_missing:
        belonging.refuse_odd_files(store.path)
        _refuse_missing(state)
        belonging.refuse_foreign_journal(store.path, belonging.marks(state))
    # Before anything is judged by it; where that takes long, the daemon does it after its first round.
    is_small = store.path.exists() and store.path.stat().st_size <= SMALL_BYTES
    check = "integrity_check" if mark is not None and is_small else "quick_check"
    try:
        with store.engine.connect() as connection:
            found = connection.exec_driver_sql(f"PRAGMA {check}(1)").scalar_one()
            if found == "ok" and (altered := redundancy.altered(connection)):
                found = f"the schema of {altered[0]} is not what was written"
            contents = _tables(connection)
    except DatabaseError as error:
        if may_pass(error.orig):
            raise
        raise Damaged(f"{store.path} is damaged: {error.orig}. Put a copy back: {MEND}") from None
    if found != "ok":
        raise Damaged(f"{store.path} is damaged ({found}). Put a copy back: {MEND}")
    if store._lasting and not may_be_missing:
        _refuse_without_contents(store.path, contents)
    store.was_empty = not contents
    upgrade(store.path, store.engine, store._for_writing)
    store.readable = True
    if store._lasting:
        own = mark(state, store._for_writing) if mark is not None else 0
        store.note_file(own)


def _refuse_missing(state: Path) -> None:
    """Raises NoDatabase when there must have been a database and is none, or an empty one."""
    path = state / DATABASE
    copies = _copies(state)
    if (path.exists() and path.stat().st_size) or copies is None:
        return
    raise _no_database(path, "is empty" if path.exists() else "is missing", copies)


def _copies(state: Path) -> int | None:
    """How many copies lie beside the database; None when nothing tells that there ever was one."""
    copies = len(list((state / BACKUPS).glob("monitor-*.db"))) if (state / BACKUPS).is_dir() else 0
    return copies if copies or belonging.was_installed(state) else None


def _no_database(path: Path, what: str, copies: int) -> NoDatabase:
    state = path.parent
    beside = f"{copies} copies of it lie in {state / BACKUPS}" if copies else "there was one here before"
    return NoDatabase(
        f"{path} {what}, but {beside}. Expected one of two: `{MEND}` puts the newest good copy back; "
        "`upazila-monitor run --fresh` begins with nothing, and forgets all outages, tickets and letters"
    )


def _tables(connection: Connection) -> set[str]:
    """Their names."""
    return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())


def _refuse_without_contents(path: Path, tables: set[str]) -> None:
    """Raises Damaged for another program's database, NoDatabase for one without a table where there were some."""
    if tables and VERSION_TABLE not in tables:
        raise Damaged(f"{path} is a database of another program. Put a copy back: {MEND}")
    if not tables and path.exists() and path.stat().st_size and (copies := _copies(path.parent)) is not None:
        raise _no_database(path, "is empty", copies)
