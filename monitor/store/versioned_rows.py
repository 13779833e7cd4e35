"""Store what was changed in many rows that have versions by one statement for all that were changed alike.

The ORM sends one a row, for the sake of its version: in a storm, thousands on their way to a server.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import InstanceState, Session
from sqlalchemy.orm.attributes import set_committed_value

from monitor.store.errors import StaleDataError
from monitor.store.many_rows import change_rows
from monitor.store.models import Base, Outage, Ticket


def store_changes(session: Session) -> None:
    """Store the changes of outages and tickets that the session has; each row's version proves it, and grows.

    Raises StaleDataError when another transaction has changed one of them. What relationships change is left to the
    session's own flush.
    """
    alike: defaultdict[tuple[type[Outage | Ticket], tuple[str, ...]], list[Any]] = defaultdict(list)
    for row in session.dirty:
        if isinstance(row, Outage | Ticket):
            state: InstanceState[Any] = inspect(row)
            untouched = state.unmodified  # asking each column for its history would take longer than storing it
            columns = (each.key for each in state.mapper.column_attrs if each.key not in untouched)
            changed = tuple(name for name in columns if state.attrs[name].history.has_changes())
            alike[type(row), changed].append(row)
    for (kind, names), rows in alike.items():
        if names:
            _store(session, kind, names, rows)


def _store(session: Session, kind: type[Outage | Ticket], names: tuple[str, ...], rows: list[Any]) -> None:
    table = Base.metadata.tables[kind.__tablename__]
    rows.sort(key=lambda row: row.id)
    given = [{"id": row.id, "version": row.version, **{name: getattr(row, name) for name in names}} for row in rows]
    if change_rows(session.connection(), table, given) != len(rows):
        raise StaleDataError(f"one of {len(rows)} rows of {table.name} was changed meanwhile")
    for row in rows:
        for name in names:
            set_committed_value(row, name, getattr(row, name))
        set_committed_value(row, "version", row.version + 1)
