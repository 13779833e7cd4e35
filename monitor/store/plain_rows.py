"""Read and write rows as they are stored, past the column types that clean, parse and render them.

For copies and comparisons, in which nothing may change: JSON is its text, letter by letter, and a reason is too.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from monitor.store import schema
from monitor.store.models import Base
from monitor.store.redundancy import DOUBLE

AT_ONCE = 1_000  # rows
LARGE_AT_ONCE = 8  # rows with whole files in them

NO_CONTENTS = {DOUBLE, "leases", "daemons", "unproven_dates"}
"""Tables that are another one elsewhere: the schema's double, and who works on this very database by which leases."""

Row = dict[str, Any]


class Named(NamedTuple):
    """A table as it is stored. ``at_once``: how many of its rows fit into memory well."""

    table: Table
    at_once: int


class _JsonText(UserDefinedType[str]):
    """The text of a server's column of JSON."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def column_expression(self, column: Any) -> Any:
        return cast(column, Text)

    def bind_expression(self, bindvalue: Any) -> Any:
        return cast(type_coerce(bindvalue, Text), JSON)


def stored_tables(connection: Connection) -> Sequence[Named]:
    """Return all tables, those before that others refer to; but for NO_CONTENTS."""
    return _tables(schema.is_server(connection))


@cache
def _tables(is_server: bool) -> Sequence[Named]:
    metadata = MetaData()
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name not in NO_CONTENTS:
            kinds = {column.name: stored_kind(column.type) for column in table.columns}
            at_once = LARGE_AT_ONCE if any(isinstance(kind, LargeBinary) for kind in kinds.values()) else AT_ONCE
            columns = [
                Column(
                    column.name,
                    _JsonText() if is_server and isinstance(kinds[column.name], JSON) else _read_as(kinds[column.name]),
                    primary_key=column.primary_key,
                    autoincrement=False,
                )
                for column in table.columns
            ]
            found.append(Named(Table(table.name, metadata, *columns), at_once))
    return found


def stored_kind(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return what a column of that type is stored as."""
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return kind


def _read_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    plain: tuple[type[TypeEngine[Any]], ...] = (Boolean, DateTime, LargeBinary)
    found = next((each for each in plain if isinstance(kind, each)), BigInteger if isinstance(kind, Integer) else Text)
    return found()


def count(connection: Connection) -> int:
    """Return how many rows there are in all tables."""
    return sum(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table, _ in stored_tables(connection)
    )


def portions(connection: Connection, named: Named) -> Iterator[Sequence[Row]]:
    """Yield a table's rows in the order of their keys, some at a time."""
    query = select(named.table).order_by(*named.table.primary_key).execution_options(yield_per=named.at_once)
    for portion in connection.execute(query).mappings().partitions():
        yield [dict(row) for row in portion]


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows as they are."""
    connection.execute(insert(table), list(rows))


def numbers_go_on(connection: Connection) -> None:
    """Let a server number the next row of each table behind the last that was put there with its own number."""
    if not schema.is_server(connection):
        return
    for table, _ in stored_tables(connection):
        for column in table.primary_key:
            text = "SELECT pg_get_serial_sequence(%s, %s)"
            sequence = connection.exec_driver_sql(text, (table.name, column.name)).scalar_one()
            if sequence is not None:
                last = f"SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}"
                connection.exec_driver_sql(f"SELECT setval(%s, ({last}), false)", (sequence,))
