"""Store rows that are only added, without an object of each: a storm brings thousands.

A row waits with its session until the next flush, which stores all that wait by one statement a table, in the order in
which they were added, behind the session's objects: so a row may name a ticket that is new itself. Whatever queries,
commits or begins a savepoint flushes before; what is rolled back takes its waiting rows with it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Dialect,
    Insert,
    Integer,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.types import TypeEngine

from monitor.store.models import Base, Notice, Ticket, TicketEvent
from monitor.store.offices import OfficeSession, office_of
from monitor.store.schema import is_server

WAITING = "rows that wait"
LISTS: Mapping[type[Base], str] = {TicketEvent: "events", Notice: "notices"}
"""What a ticket calls its rows of a kind."""

Rows = list[dict[str, Any]]
Waiting = list[tuple[dict[str, Any], Ticket | None]]


class RowSession(OfficeSession):
    """A session whose flush stores the rows that `add_row` left with it."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Store what is new and changed: objects, then rows."""
        super().flush(objects)
        waiting: dict[type[Base], Waiting] = self.info.pop(WAITING, {})
        for kind, rows in waiting.items():
            _store(self, kind, rows)


@event.listens_for(RowSession, "before_commit")
def _flush(session: Session) -> None:
    session.flush()  # one without objects would hold itself to have nothing to store


@event.listens_for(RowSession, "after_soft_rollback")
def _forget(session: Session, _ended: SessionTransaction) -> None:
    session.info.pop(WAITING, None)


def add_row(session: Session, kind: type[Base], values: Mapping[str, Any], ticket: Ticket | None = None) -> None:
    """Add a row to a table, of the session's office; every row of the table names the same columns.

    ``ticket``: whose row it is; its list of such rows is read anew when somebody asks for it.
    """
    row = {**values, "office": office_of(session)}
    session.info.setdefault(WAITING, {}).setdefault(kind, []).append((row, ticket))
    if ticket is not None and LISTS[kind] in ticket.__dict__:
        session.expire(ticket, [LISTS[kind]])


def _store(session: Session, kind: type[Base], rows: Waiting) -> None:
    table, connection = Base.metadata.tables[kind.__tablename__], session.connection()
    given = [{**row, "ticket_id": None if ticket is None else ticket.id} for row, ticket in rows]
    if is_server(connection):
        connection.execute(*_of_document(table, given, connection.dialect))
    else:
        connection.execute(insert(table), given)


def _of_document(table: Table, rows: Rows, dialect: Dialect) -> tuple[Insert, dict[str, str]]:
    """Return the statement and its parameter."""
    names = tuple(rows[0])
    stored = {name: _storing(table.c[name].type, dialect) for name in names}
    given = [{"nth": nth, **{name: stored[name](value) for name, value in row.items()}} for nth, row in enumerate(rows)]
    return _from_document(table, names), {"rows": json.dumps(given, default=datetime.isoformat)}


def _storing(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any]:
    if isinstance(type_, TypeDecorator):
        return lambda value: type_.process_bind_param(value, dialect)
    return lambda value: value


@cache
def _from_document(table: Table, names: tuple[str, ...]) -> Insert:
    """Return the statement that inserts rows of a JSON document, however many, in their order.

    Of one with a parameter for each value a driver and a server would read thousands.
    """
    columns = (column(name, table.c[name].type) for name in names)
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    added = rows.table_valued(column("nth", Integer), *columns, name="added").render_derived(with_types=True)
    return insert(table).from_select(names, select(*(added.c[name] for name in names)).order_by(added.c.nth))
