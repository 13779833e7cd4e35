"""Store rows that are only added, without an object of each: a storm brings thousands.

A row waits with its session until the next flush, which stores all that wait by one statement a table, in the order in
which they were added, behind the session's objects: so a row may name a ticket that is new itself. Whatever queries,
commits or begins a savepoint flushes before; what is rolled back takes its waiting rows with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from monitor.store.many_rows import Row, insert_rows
from monitor.store.models import Base, Notice, Ticket, TicketEvent
from monitor.store.offices import OfficeSession, office_of

WAITING = "rows that wait"
LISTS: Mapping[type[Base], str] = {TicketEvent: "events", Notice: "notices"}
"""What a ticket calls its rows of a kind."""

Waiting = list[tuple[Row, Ticket | None]]


class RowSession(OfficeSession):
    """A session whose flush stores the rows that `add_row` left with it."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Store what is new and changed: objects, then rows."""
        super().flush(objects)
        try:
            _store_waiting(self)
        except BaseException:
            innermost = self.get_nested_transaction() or self.get_transaction()
            if innermost is not None:
                innermost.rollback()  # as after an object that is refused: nobody goes on with a part
            raise


@event.listens_for(RowSession, "before_commit")
def _flush(session: Session) -> None:
    """Store what waits: a session without objects would hold itself to have nothing to store."""
    Session.flush(session)
    _store_waiting(session)


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


def _store_waiting(session: Session) -> None:
    waiting: dict[type[Base], Waiting] = session.info.pop(WAITING, {})
    for kind, rows in waiting.items():
        given = [{**row, "ticket_id": None if ticket is None else ticket.id} for row, ticket in rows]
        insert_rows(session.connection(), Base.metadata.tables[kind.__tablename__], given)
