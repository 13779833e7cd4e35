"""Store new rows of cases: of a storm's portion, all of a table by one statement.

The mapper asks the database for the id of each row that it stores. A server answers for many rows at once; a file would
be asked row by row, unless the rows have their ids before.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from monitor.store.models import Base, Outage, Ticket
from monitor.store.schema import is_server
from monitor.store.session import Session
from monitor.store.versioned_rows import store_changes

NUMBERED = (Outage, Ticket)


def store_portion(session: Session) -> None:
    """Store what was added and changed so far; raises StaleDataError as `store_changes` does."""
    store_changes(session)
    if not is_server(session.connection()):
        _number(session)
    session.flush()


def _number(session: Session) -> None:
    """Give the new rows the ids that a file would give them, in the order in which they were added.

    A file has one writer at a time, and this session is it.
    """
    new: defaultdict[type[Any], list[Any]] = defaultdict(list)
    for row in session.new:
        if isinstance(row, NUMBERED) and row.id is None:
            new[type(row)].append(row)
    for kind, rows in new.items():
        last = session.connection().scalar(select(func.max(Base.metadata.tables[kind.__tablename__].c.id))) or 0
        for id_, row in enumerate(rows, last + 1):
            row.id = id_
