"""Everything stored twice, so that a byte that has changed by itself is seen.

Each table has an index over all of its columns. SQLite keeps it in step with every write, whoever writes, and
`PRAGMA integrity_check` compares both: a flipped bit in a row or in its double is found, where the row alone would
still read as good data. The row id comes first, so that no query prefers such an index to a better one.

The text of the schema itself (columns, indexes, the triggers that keep the history) is no row of ours: a flipped letter
there may leave a trigger without effect, or a ticket without a way in. So it is kept a second time, as rows.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Index, MetaData

SUFFIX = "_whole"
DOUBLE = "schema_double"
# Not what SQLite keeps for its own planner, and makes when somebody asks it to.
SCHEMA = (
    "SELECT type || ' ' || name || ' ON ' || tbl_name AS name, coalesce(sql, '') AS sql FROM sqlite_master "
    "WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'"
)


def declare(metadata: MetaData) -> None:
    """Adds the index to each table of the models."""
    for table in metadata.tables.values():
        Index(f"ix_{table.name}{SUFFIX}", *table.columns)


def is_there(connection: Connection, metadata: MetaData) -> bool:
    """Whether each table has its index, and the schema its double."""
    return set(_found(connection)) == {f"ix_{name}{SUFFIX}" for name in metadata.tables} and bool(
        connection.exec_driver_sql(f"SELECT count(*) FROM {DOUBLE}").scalar_one()
    )


def altered(connection: Connection) -> Sequence[str]:
    """What is described otherwise than the last migration left it: 'table tickets ON tickets'."""
    return _compared(connection, "s.name IS NOT NULL AND s.sql <> d.sql")


def missing(connection: Connection) -> Sequence[str]:
    """What the last migration made and is not there. (What somebody has added is no matter of ours.)"""
    return _compared(connection, "s.name IS NULL")


def _compared(connection: Connection, condition: str) -> Sequence[str]:
    has_double = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    if not connection.exec_driver_sql(has_double, (DOUBLE,)).scalar_one():
        return []  # of an older version
    query = f"SELECT d.name FROM {DOUBLE} d LEFT JOIN ({SCHEMA}) s ON s.name = d.name WHERE {condition}"
    return connection.exec_driver_sql(query).scalars().all()


def drop(connection: Connection) -> None:
    """Takes the indexes away before a migration: it may add columns, or copy whole tables."""
    for name in _found(connection):
        connection.exec_driver_sql(f'DROP INDEX "{name}"')


def make(connection: Connection, metadata: MetaData) -> None:
    """Makes them anew, over the columns that the tables have now, and the double of the schema after them."""
    for table in metadata.sorted_tables:
        for index in table.indexes:
            if str(index.name).endswith(SUFFIX):
                index.create(connection)
    connection.exec_driver_sql(f"DELETE FROM {DOUBLE}")
    connection.exec_driver_sql(f"INSERT INTO {DOUBLE} (name, sql) {SCHEMA}")


def _found(connection: Connection) -> list[str]:
    query = f"SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix\\_%\\{SUFFIX}' ESCAPE '\\'"
    return list(connection.exec_driver_sql(query).scalars())
