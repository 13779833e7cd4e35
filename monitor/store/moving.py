"""Move an installation's database between a file and a server, whole, or not at all.

All is one transaction there, the tables too; what was put there is read again and compared, table by table, before it
is kept. What it is copied from stays as it is.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, delete, inspect
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from monitor.domain.message import Message, message, messages, series
from monitor.domain.progress import Progress, unheard
from monitor.durable import uninterrupted
from monitor.settings.storage_section import Place
from monitor.store import audit_chain, belonging, copies, digests, plain_rows, portable, schema
from monitor.store.database import Store
from monitor.store.digests import Digest
from monitor.store.errors import StoreError
from monitor.store.opening import DATABASE, existing_store, open_store, store_at
from monitor.store.soundness import examine
from monitor.store.upgrade import migrate

MOST_FAULTS = 20

# Of a pooler too, which keeps connections that nobody uses any more.
OTHERS = (
    "SELECT concat_ws(' ', pid, nullif(application_name, ''), host(client_addr)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The result of a move: each table's digest, alike on both sides; the events of the history.

    ``heads``: the last hash of each office's chain.
    """

    tables: Mapping[str, Digest]
    events: int
    heads: Mapping[str, str]

    @property
    def rows(self) -> int:
        """Return how many rows were copied."""
        return sum(each.rows for each in self.tables.values())


def move(
    source: Place,
    target: Place,
    now_utc: datetime,
    examining: Progress = unheard,
    copying: Progress = unheard,
    comparing: Progress = unheard,
) -> Moved:
    """Copy the database at ``source`` to ``target``, where there is none; the caller holds the locks of both folders.

    Raises StoreError for a source that is not sound, is in use, or holds what the target would refuse, and for a target
    that is in use or not empty; OSError when a disk refuses.
    """
    _refuse_full(target)
    store = existing_store(source.state, source.server)
    try:
        with store.read_at_length() as session:
            connection = session.connection()
            _refuse_others(connection, store.name)
            if target.server is not None:
                _refuse_unportable(connection, store.name)
            found = examine(session, source.state, examining)
            if found.problems:
                said = message(
                    "{name} is not sound: {problems}", name=store.name, problems=series(found.problems, "; ")
                )
                raise StoreError(said)
            wanted = digests.of(connection)
            with _filled(target, now_utc) as there:
                _copy(connection, there, copying)
                plain_rows.numbers_go_on(there)
                digests.compare(wanted, digests.of(there, comparing))
                heads = _heads(there)
                _refuse_others(connection, store.name)
    except DatabaseError as error:
        names = f"{_name(source)} → {_name(target)}"
        raise StoreError(message("{names}: nothing was copied: {why}", names=names, why=str(error.orig))) from None
    finally:
        store.close()
    return Moved(wanted, found.events, heads)


def _name(place: Place) -> str:
    return str(place.state / DATABASE) if place.server is None else place.server.name


def _refuse_full(target: Place) -> None:
    """Raise StoreError when something is at the target already."""
    if target.server is not None:
        return  # it is looked at in the transaction that fills it
    names = (DATABASE, *(f"{DATABASE}{end}" for end in belonging.JOURNALS))
    for path in (target.state / name for name in names):
        if path.exists():
            raise StoreError(message("{path} is there already. Expected no database: move it away", path=path))


def _refuse_others(connection: Connection, name: str) -> None:
    """Raise StoreError when somebody else is connected to a server's database; a file's folder is locked."""
    if not schema.is_server(connection):
        return
    connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw before
    if others := connection.exec_driver_sql(OTHERS).scalars().all():
        raise StoreError(
            messages(
                "somebody else is connected to {name}: {who}. Stop each daemon on it, and whoever else uses it",
                "{count} others are connected to {name}: {who}. Stop each daemon on it, and whoever else uses it",
                len(others),
                name=name,
                who="; ".join(others[:MOST_FAULTS]),
            )
        )


def _refuse_unportable(connection: Connection, name: str) -> None:
    """Raise StoreError with the first values that a server would refuse."""
    raw = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        return
    try:
        faults = list(islice(portable.faults(raw), MOST_FAULTS))
    except sqlite3.Error as error:
        raise StoreError(message("{path} is damaged: {cause}", path=name, cause=str(error))) from None
    if faults:
        begin = message("{name} holds values that a server refuses", name=name)
        raise StoreError(series([begin, *faults], "\n"))


@contextmanager
def _filled(target: Place, now_utc: datetime) -> Iterator[Connection]:
    """Yield the one transaction that fills an empty target, with all tables in it; kept at the end of the block."""
    if target.server is None:
        target.state.mkdir(mode=0o750, parents=True, exist_ok=True)
        with copies.scratch_folder(target.state) as folder:
            made = open_store(folder)
            try:
                with made.for_writing.begin() as connection:
                    yield connection
                copies.put_in_place(made, target.state, now_utc)
            finally:
                made.close()
        return
    store = store_at(target.state, target.server)
    try:
        with store.engine.connect() as connection:
            schema.refuse_unfit(connection, store.name)
        with store.for_writing.connect() as connection:
            transaction = connection.begin()
            _refuse_others(connection, store.name)
            if tables := inspect(connection).get_table_names():
                raise StoreError(_not_empty(store, len(tables)))
            migrate(connection)
            yield connection
            _refuse_others(connection, store.name)
            with uninterrupted():
                transaction.commit()
    finally:
        store.close()


def _not_empty(store: Store, tables: int) -> Message:
    return messages(
        "{name} is not empty: it has a table. Expected an empty database of its own",
        "{name} is not empty: it has {count} tables. Expected an empty database of its own",
        tables,
        name=store.name,
    )


def _copy(source: Connection, target: Connection, progress: Progress) -> None:
    """Copy all rows; those that migrations have made there make room."""
    done, of = 0, plain_rows.count(source)
    there = {named.table.name: named.table for named in plain_rows.stored_tables(target)}
    for table in there.values():
        if target.execute(table.select().limit(1)).first() is not None:
            target.execute(delete(table))
    for named in plain_rows.stored_tables(source):
        for rows in plain_rows.portions(source, named):
            plain_rows.put(target, there[named.table.name], rows)
            done += len(rows)
            progress(done, of)


def _heads(connection: Connection) -> Mapping[str, str]:
    """Walk the history as it is there; return the last hash of each office. Raises StoreError where it is not whole."""
    with Session(connection) as session:
        found = audit_chain.verify(session)
    if found.fault:
        raise StoreError(found.fault)
    return dict(found.heads)
