"""Open the database: examine it first, make or migrate it, or leave it waiting while it refuses.

::

    open_store           for tests, replays and the daemon's tools: now, or StoreError
    open_when_possible   for the daemon, which has sites to probe: `try_again` until what keeps it passes
    existing_store       for a command beside the daemon: never makes one
    make_store           for `restore` and `run --fresh`: a new one, whatever there was

No database is made where one is missing that must have been there: its copies, or the mark of the installation, show.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DatabaseError

from monitor.domain.message import N_, Message, message, messages
from monitor.settings.storage_section import Server
from monitor.store import belonging, redundancy
from monitor.store.database import Store
from monitor.store.errors import Damaged, NoDatabase, NotYet, StoreError, may_pass
from monitor.store.offices import OfficeSession
from monitor.store.schema import refuse_unfit
from monitor.store.session import Session
from monitor.store.sqlite import BUSY_TIMEOUT_S, SqliteStore
from monitor.store.upgrade import VERSION_TABLE, upgrade

FIRST_TRY_S = 2.0  # at the start of the daemon, which has sites to probe
SMALL_BYTES = 64_000_000  # examined in a tenth of a second, once it is read
DATABASE = "monitor.db"
BACKUPS = "backups"
MEND = "upazila-monitor backup restore"
EXTRA = "pip install 'upazila-monitor[postgresql]'"
EMPTY_SERVER = N_(
    "{name} is empty, and this installation has had a database. Put a copy of that server back: "
    "upazila-monitor backup restore, or move its file there: upazila-monitor db copy. To begin without its history, "
    "take away {state}/{installed} and the copies"
)


def open_store(state: Path, server: Server | None = None, *, lasting: bool = True, daemon: bool = False) -> Store:
    """Open the database below ``state``, or that of ``server``, made or migrated as needed, all or nothing.

    ``daemon``: draws another mark, so that its journal differs from that of any older copy. Raises StoreError when it
    is damaged, missing, was written by a newer version, or cannot be reached.
    """
    store = store_at(state, server, lasting=lasting)
    with _closed_on_failure(store):
        _prepare(store, belonging.renew_mark if daemon else belonging.mark_first)
    return store


@contextmanager
def _closed_on_failure(store: Store) -> Iterator[None]:
    """Close a store that cannot be opened; raises StoreError."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        store.close()
        raise StoreError(message("{path} cannot be used: {cause}", path=store.name, cause=_cause(error))) from None
    except StoreError:
        store.close()
        raise


def store_at(state: Path, server: Server | None, *, lasting: bool = True) -> Store:
    """Return the database, not opened yet; raises StoreError where what is needed for it is not installed."""
    if server is None:
        return SqliteStore(state / DATABASE, lasting=lasting)
    from monitor.store.postgresql import PostgresStore

    try:
        return PostgresStore(state, server, lasting=lasting)
    except ModuleNotFoundError as error:
        raise StoreError(
            message("[storage] url needs a package that is not installed: {name}. {mend}", name=error.name, mend=EXTRA)
        ) from None


def open_when_possible(state: Path, server: Server | None = None) -> Store:
    """Open the daemon's database, or return one that is ``waiting``: locked, full or read-only, it may open later.

    Raises StoreError as `open_store` does, for what does not pass by waiting.
    """
    store = store_at(state, server)
    try_again(store, FIRST_TRY_S)
    return store


def try_again(store: Store, wait_s: float = BUSY_TIMEOUT_S, first: Callable[[Session], object] | None = None) -> bool:
    """Open a waiting store; return whether it did. ``first`` runs in its first transaction, before any other.

    Waits for a lock for ``wait_s`` seconds at most. Raises StoreError for what does not pass by waiting.
    """
    try:
        with store.waiting_for_locks(wait_s):
            _prepare(store, belonging.renew_mark)
            if first is not None:
                with OfficeSession(store.for_writing) as session, session.begin():
                    session.connection()
                    first(session)
    except (DatabaseError, OSError) as error:
        if not may_pass(error.orig if isinstance(error, DatabaseError) else error):
            store.close()
            raise Damaged(
                message(
                    "{path} is damaged: {cause}. Put a copy back: {mend}",
                    path=store.name,
                    cause=_cause(error),
                    mend=MEND,
                )
            ) from None
        store.waiting = _cause(error)
        return False
    store.waiting = ""
    return True


def _cause(error: DatabaseError | OSError) -> str:
    if isinstance(error, DatabaseError):
        return str(error.orig)
    return error.strerror or str(error)


def existing_store(state: Path, server: Server | None) -> Store:
    """Open the database for a command beside the daemon; raises NotYet when there is none yet, else as `open_store`."""
    if server is None:
        _refuse_missing(state)
        if not (state / DATABASE).exists():
            raise _not_yet(str(state))
    store = store_at(state, server)
    with _closed_on_failure(store):
        _prepare(store, None)
    return store


def _not_yet(name: str) -> NotYet:
    return NotYet(
        message("there is no database in {state} yet. Start the daemon once: upazila-monitor run", state=name)
    )


def make_store(state: Path) -> None:
    """Make an empty database where there is none, whatever there was before; raises as `open_store`."""
    store = SqliteStore(state / DATABASE)
    try:
        _prepare_file(store, belonging.renew_mark, may_be_missing=True)
    except (DatabaseError, OSError) as error:
        raise StoreError(message("{path} cannot be made: {cause}", path=store.name, cause=_cause(error))) from None
    finally:
        store.close()


def _prepare(store: Store, mark: Callable[[Path, Engine], int] | None) -> None:
    """Prepare everything before the first session; raises StoreError, DatabaseError, OSError.

    A command beside the daemon draws no ``mark``: it must not replace the daemon's, and makes no database.
    """
    if isinstance(store, SqliteStore):
        _prepare_file(store, mark)
    else:
        _prepare_server(store, makes=mark is not None)


def _prepare_server(store: Store, *, makes: bool) -> None:
    """Prepare the database of a server. ``makes``: it may be empty yet."""
    with store.engine.connect() as connection:
        refuse_unfit(connection, store.name)
        contents = set(inspect(connection).get_table_names())
    if contents and VERSION_TABLE not in contents:
        raise StoreError(
            message("{name} is a database of another program. Expected an empty one of its own", name=store.name)
        )
    if not contents and store.lasting and _copies(store.state, ".dump") is not None:
        names = {"name": store.name, "state": store.state, "installed": belonging.INSTALLED}
        raise NoDatabase(Message(EMPTY_SERVER, names))
    if not contents and not makes:
        raise _not_yet(store.name)
    store.opening.was_empty = not contents
    upgrade(store.name, store.engine, store.for_writing)
    store.readable = True
    if store.lasting and makes:
        store.state.mkdir(mode=0o750, parents=True, exist_ok=True)
        if not belonging.was_installed(store.state):
            belonging.write_marks(store.state, set())


def _prepare_file(
    store: SqliteStore, mark: Callable[[Path, Engine], int] | None, *, may_be_missing: bool = False
) -> None:
    """Prepare the database of a file."""
    state = store.state
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    if store.lasting and not may_be_missing:
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
        raise Damaged(
            message("{path} is damaged: {orig}. Put a copy back: {mend}", path=store.path, orig=error.orig, mend=MEND)
        ) from None
    if found != "ok":
        raise Damaged(
            message("{path} is damaged ({found}). Put a copy back: {mend}", path=store.path, found=found, mend=MEND)
        )
    if store.lasting and not may_be_missing:
        _refuse_without_contents(store.path, contents)
    store.opening.was_empty = not contents
    upgrade(store.name, store.engine, store.for_writing)
    store.readable = True
    if store.lasting:
        own = mark(state, store.for_writing) if mark is not None else 0
        store.note_file(own)


def _refuse_missing(state: Path) -> None:
    """Raise NoDatabase when there must have been a database and is none, or an empty one."""
    path = state / DATABASE
    copies = _copies(state)
    if (path.exists() and path.stat().st_size) or copies is None:
        return
    raise _no_database(path, copies, is_empty=path.exists())


def _copies(state: Path, suffix: str = ".db") -> int | None:
    """Count the copies beside the database; None when nothing shows that there ever was one."""
    copies = len(list((state / BACKUPS).glob(f"monitor-*{suffix}"))) if (state / BACKUPS).is_dir() else 0
    return copies if copies or belonging.was_installed(state) else None


def _no_database(path: Path, copies: int, *, is_empty: bool) -> NoDatabase:
    folder = path.parent / BACKUPS
    beside = message("there was one here before")
    if copies:
        beside = messages(
            "one copy of it lies in {folder}", "{count} copies of it lie in {folder}", copies, folder=folder
        )
    what = N_(
        "{path} is empty, but {beside}. Expected one of two: `{mend}` puts the newest good copy back; "
        "`upazila-monitor run --fresh` begins with nothing, and forgets all outages, tickets and letters"
    )
    if not is_empty:
        what = N_(
            "{path} is missing, but {beside}. Expected one of two: `{mend}` puts the newest good copy back; "
            "`upazila-monitor run --fresh` begins with nothing, and forgets all outages, tickets and letters"
        )
    return NoDatabase(Message(what, {"path": path, "beside": beside, "mend": MEND}))


def _tables(connection: Connection) -> set[str]:
    """Return the names of the tables."""
    return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())


def _refuse_without_contents(path: Path, tables: set[str]) -> None:
    """Raise Damaged for another program's database, NoDatabase for one without a table where there were some."""
    if tables and VERSION_TABLE not in tables:
        raise Damaged(message("{path} is a database of another program. Put a copy back: {mend}", path=path, mend=MEND))
    if not tables and path.exists() and path.stat().st_size and (copies := _copies(path.parent)) is not None:
        raise _no_database(path, copies, is_empty=True)
