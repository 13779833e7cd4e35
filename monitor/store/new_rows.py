"""Store what a portion of a storm has added and changed, by one statement for all that is alike.

The mapper stores tickets one by one on a file, and on a server by a statement with a parameter for each of their
values. So new tickets are stored without it, with ids that they have before, and are then to the session as if it had
stored them.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, event, func, literal, select
from sqlalchemy.orm import Session, SessionTransaction, make_transient_to_detached

from monitor.store.added_rows import RowSession
from monitor.store.many_rows import insert_rows
from monitor.store.models import Base, Ticket
from monitor.store.schema import is_server
from monitor.store.versioned_rows import store_changes

STORED = "tickets stored since the last savepoint"


def store_portion(session: Session) -> None:
    """Store what was added and changed so far; raises StaleDataError as `store_changes` does."""
    store_changes(session)
    new = [row for row in session.new if isinstance(row, Ticket) and row.id is None]
    if new:
        _store(session, new)
    session.flush()


def _store(session: Session, new: Sequence[Ticket]) -> None:
    table, connection = Base.metadata.tables[Ticket.__tablename__], session.connection()
    for ticket, id_ in zip(new, _next_ids(connection, table, len(new)), strict=True):
        ticket.id, ticket.version = id_, 1
    alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for ticket in new:
        values = {name: value for name, value in ticket.__dict__.items() if name in table.c}
        alike[tuple(values)].append(values)
    for rows in alike.values():
        insert_rows(connection, table, rows)
    for ticket in new:
        session.expunge(ticket)
        make_transient_to_detached(ticket)
    session.add_all(new)
    session.info.setdefault(STORED, []).extend(new)


def _next_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Return the ids that the database would give to so many new rows.

    A file has one writer at a time, and this session is it.
    """
    if is_server(connection):
        sequence = func.pg_get_serial_sequence(table.name, "id")
        numbers = func.generate_series(1, literal(count)).table_valued("nth")
        return connection.scalars(select(func.nextval(sequence)).select_from(numbers)).all()
    last = connection.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + count + 1)


@event.listens_for(RowSession, "after_transaction_create")
def _begin(session: Session, begun: SessionTransaction) -> None:
    if begun.nested:
        session.info.pop(STORED, None)


@event.listens_for(RowSession, "after_soft_rollback")
def _forget(session: Session, _ended: SessionTransaction) -> None:
    """Forget what was taken back, as the session does with objects that it has stored itself: ids are given again."""
    for ticket in session.info.pop(STORED, ()):
        if ticket in session:
            session.expunge(ticket)
    session.expire_all()
