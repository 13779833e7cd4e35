"""Store what was changed in many rows that have versions by one statement for all that were changed alike.

The ORM sends one a row, for the sake of its version: in a storm, thousands on their way to a server.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import bindparam, inspect, update
from sqlalchemy.orm import InstanceState, Session
from sqlalchemy.orm.attributes import set_committed_value

from monitor.store.errors import StaleDataError
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
    proved = (table.c.id == bindparam("known_id"), table.c.version == bindparam("known_version"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    changed = update(table).where(*proved).values(**values, version=table.c.version + 1)
    rows.sort(key=lambda row: row.id)  # two transactions lock them in the same order
    given = [
        {"known_id": row.id, "known_version": row.version, **{f"new_{name}": getattr(row, name) for name in names}}
        for row in rows
    ]
    if session.connection().execute(changed, given).rowcount != len(rows):
        raise StaleDataError(f"one of {len(rows)} rows of {table.name} was changed meanwhile")
    for row in rows:
        for name in names:
            set_committed_value(row, name, getattr(row, name))
        set_committed_value(row, "version", row.version + 1)
