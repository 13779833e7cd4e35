"""Everything stored twice, so that a byte that has changed by itself is seen.

Each table has an index over all of its columns. SQLite keeps it in step with every write, whoever writes, and
`PRAGMA integrity_check` compares both: a flipped bit in a row or in its double is found, where the row alone would
still read as good data. The row id comes first, so that no query prefers such an index to a better one.
"""

from sqlalchemy import Connection, Index, MetaData

SUFFIX = "_whole"


def declare(metadata: MetaData) -> None:
    """Adds the index to each table of the models."""
    for table in metadata.tables.values():
        Index(f"ix_{table.name}{SUFFIX}", *table.columns)


def is_there(connection: Connection, metadata: MetaData) -> bool:
    """Whether each table has its index."""
    return set(_found(connection)) == {f"ix_{name}{SUFFIX}" for name in metadata.tables}


def drop(connection: Connection) -> None:
    """Takes the indexes away before a migration: it may add columns, or copy whole tables."""
    for name in _found(connection):
        connection.exec_driver_sql(f'DROP INDEX "{name}"')


def make(connection: Connection, metadata: MetaData) -> None:
    """Makes them anew, over the columns that the tables have now."""
    for table in metadata.sorted_tables:
        for index in table.indexes:
            if str(index.name).endswith(SUFFIX):
                index.create(connection)


def _found(connection: Connection) -> list[str]:
    query = f"SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix\\_%\\{SUFFIX}' ESCAPE '\\'"
    return list(connection.exec_driver_sql(query).scalars())
