"""Store everything twice, to detect bytes that changed by themselves.

Each table has an index over all of its columns. SQLite keeps it in step with every write, and `PRAGMA integrity_check`
compares both: a flipped bit in a row or in the index is found, where the row alone would still be read as good data.
The row id comes first, so that no query prefers such an index to a better one.

The text of the schema itself (columns, indexes, the triggers that protect the history) is in no table of ours: a
flipped bit there may disable a trigger, or make a ticket impossible to insert. So it is stored a second time, as rows.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Index, MetaData

from monitor.store import schema

SUFFIX = "_whole"
HASHED = "hashed"
"""Marks a column of large contents, whose SHA-256 stands beside it: it is not stored twice."""
DOUBLE = "schema_double"


def declare(metadata: MetaData) -> None:
    """Add the index to each table of the models; contents with a hash of their own are left out."""
    for table in metadata.tables.values():
        Index(f"ix_{table.name}{SUFFIX}", *(column for column in table.columns if HASHED not in column.info))


def is_there(connection: Connection, metadata: MetaData) -> bool:
    """Return whether each table has its index, and the schema its double."""
    wanted = set() if schema.is_server(connection) else {f"ix_{name}{SUFFIX}" for name in metadata.tables}
    has_double = connection.exec_driver_sql(f"SELECT count(*) FROM {DOUBLE}").scalar_one() > 0
    return set(_found(connection)) == wanted and has_double


def altered(connection: Connection) -> Sequence[str]:
    """Return what differs from the schema that the last migration left: 'table tickets ON tickets'."""
    return _compared(connection, "s.name IS NOT NULL AND s.sql <> d.sql")


def missing(connection: Connection) -> Sequence[str]:
    """Return what the last migration made and is missing; what somebody added is ignored."""
    return _compared(connection, "s.name IS NULL")


def _compared(connection: Connection, condition: str) -> Sequence[str]:
    if not schema.has_table(connection, DOUBLE):
        return []  # of an older version
    query = (
        f"SELECT d.name FROM {DOUBLE} d LEFT JOIN ({schema.objects(connection)}) s ON s.name = d.name WHERE {condition}"
    )
    return connection.exec_driver_sql(query).scalars().all()


def drop(connection: Connection) -> None:
    """Drop the indexes before a migration: it may add columns, or copy whole tables."""
    for name in _found(connection):
        connection.exec_driver_sql(f'DROP INDEX "{name}"')


def make(connection: Connection, metadata: MetaData) -> None:
    """Create the indexes over the tables' present columns, and then the double of the schema.

    A PostgreSQL server has checksums for its pages instead of the indexes.
    """
    schema.complete(connection)
    for table in () if schema.is_server(connection) else metadata.sorted_tables:
        for index in table.indexes:
            if str(index.name).endswith(SUFFIX):
                index.create(connection)
    connection.exec_driver_sql(f"DELETE FROM {DOUBLE}")
    connection.exec_driver_sql(f"INSERT INTO {DOUBLE} (name, sql) {schema.objects(connection)}")


def _found(connection: Connection) -> list[str]:
    if schema.is_server(connection):
        return []
    query = f"SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix\\_%\\{SUFFIX}' ESCAPE '\\'"
    return list(connection.exec_driver_sql(query).scalars())
