"""Insert and change many rows of a table by one statement.

A file is given them one by one, which costs it nothing. A server would read each as a statement of its own, or as one
with a parameter for each value, which takes it and its driver longer than storing them: it is given a JSON document.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Dialect,
    Insert,
    Integer,
    Table,
    TableValuedAlias,
    Text,
    TypeDecorator,
    Update,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from monitor.store.schema import is_server

Row = dict[str, Any]
DOCUMENT, NTH = "document", "nth"


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows in their order; all name the same columns, and the others get their defaults."""
    if is_server(connection):
        names = tuple(rows[0])
        connection.execute(_inserting(table, names), _document(table, rows, connection.dialect))
    else:
        connection.execute(insert(table), rows)


def change_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Change the rows of these ids that still have these versions, which grow; return how many.

    ``rows``: by id, as two transactions lock them in the same order; with ``id``, ``version`` and the new values.
    """
    names = tuple(name for name in rows[0] if name not in {"id", "version"})
    if is_server(connection):
        return connection.execute(_changing(table, names), _document(table, rows, connection.dialect)).rowcount
    proved = (table.c.id == bindparam("known_id"), table.c.version == bindparam("known_version"))
    values: Row = {name: bindparam(f"new_{name}") for name in names}
    changed = update(table).where(*proved).values(**values, version=table.c.version + 1)
    given = [
        {"known_id": row["id"], "known_version": row["version"], **{f"new_{name}": row[name] for name in names}}
        for row in rows
    ]
    return connection.execute(changed, given).rowcount


@cache
def _inserting(table: Table, names: tuple[str, ...]) -> Insert:
    given = _given(table, names)
    return insert(table).from_select(names, select(*(given.c[name] for name in names)).order_by(given.c[NTH]))


@cache
def _changing(table: Table, names: tuple[str, ...]) -> Update:
    given = _given(table, ("id", "version", *names))
    locked = select(table.c.id).where(table.c.id == given.c.id).order_by(table.c.id)
    held = locked.with_for_update(of=table, key_share=True).cte("held")
    proved = (table.c.id == held.c.id, table.c.id == given.c.id, table.c.version == given.c.version)
    values: Row = {name: given.c[name] for name in names}
    return update(table).where(*proved).values(**values, version=table.c.version + 1)


def _given(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """Return the rows of the document as a table, with their places."""
    columns = (column(name, table.c[name].type) for name in names)
    rows = func.json_to_recordset(cast(bindparam(DOCUMENT, type_=Text), JSON))
    return rows.table_valued(column(NTH, Integer), *columns, name="given").render_derived(with_types=True)


def _document(table: Table, rows: Sequence[Row], dialect: Dialect) -> dict[str, str]:
    """Return the rows as the parameter of a statement; each value as its column stores it."""
    storing = {name: _storing(table.c[name].type, dialect) for name in rows[0]}
    given = [{NTH: nth, **{name: storing[name](row[name]) for name in storing}} for nth, row in enumerate(rows)]
    return {DOCUMENT: json.dumps(given, default=datetime.isoformat)}


def _storing(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any]:
    if isinstance(type_, TypeDecorator):
        return lambda value: type_.process_bind_param(value, dialect)
    return lambda value: value
