"""Store new rows of cases: in a storm, all of a table by one statement, of which nothing need be asked back.

The mapper asks the database for the id of each row that it stores: on a file by a statement a row, on a server by one
whose rows come back in order. Rows that have their ids before go by themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, func, select

from monitor.store.models import Base, Notice, Outage, Ticket, TicketEvent
from monitor.store.schema import is_server
from monitor.store.session import Session
from monitor.store.versioned_rows import store_changes

NUMBERED = (Outage, Ticket, TicketEvent, Notice)
FEW = 10  # so many are quicker numbered by the database itself


def store_portion(session: Session) -> None:
    """Store what was added and changed so far; raises StaleDataError as `store_changes` does."""
    store_changes(session)
    _number(session)
    session.flush()


def _number(session: Session) -> None:
    """Give the new rows of cases the ids that the database would give them, in the order in which they were added."""
    new: defaultdict[type[Any], list[Any]] = defaultdict(list)
    for row in session.new:
        if isinstance(row, NUMBERED) and row.id is None:
            new[type(row)].append(row)
    for kind, rows in new.items():
        if len(rows) > FEW:
            table = Base.metadata.tables[kind.__tablename__]
            for row, id_ in zip(rows, _next_ids(session, table, len(rows)), strict=True):
                row.id = id_


def _next_ids(session: Session, table: Table, count: int) -> Iterable[int]:
    """Return the next ids of a table; nobody else gets them. A file has one writer at a time, which this session is."""
    connection = session.connection()
    if is_server(connection):
        sequence = func.pg_get_serial_sequence(table.name, table.c.id.name)
        given: Sequence[int] = connection.scalars(
            select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        ).all()
        return given
    last = connection.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + count)
