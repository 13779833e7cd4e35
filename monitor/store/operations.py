"""Find out what became of a transaction whose commit ended with an error: stored, not stored, or still under way.

What a person does leaves a row of its own (`note`). Whoever lost the answer to the commit tries to insert the same row:
that waits until the interrupted transaction has ended, and then goes in, or does not (`is_noted`).

Each transaction of the writer stores its own operation, a random number, in the one row of the writer. The next one
locks that row first: so it waits until the one before has ended, however it was cut off, and then sees which was the
last that was stored. (Server functions that tell a transaction's state are wrong after a crash.)
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from monitor.store.models import LastOperation, NotedOperation

DECISIONS = "decisions"  # the writer of decisions
KEPT = timedelta(days=1)  # nobody asks for so long what became of a commit

Item = TypeVar("Item")


def begin(session: Session, writer: str) -> tuple[str, str]:
    """Lock the writer's row and store another operation in it; return the one that was there, and the new one."""
    locked = select(LastOperation).where(LastOperation.writer == writer).with_for_update(key_share=True)
    row = session.scalars(locked).one_or_none()
    if row is None:  # somebody has deleted it
        row = LastOperation(writer=writer, operation="")
        session.add(row)
    before, row.operation = row.operation, secrets.token_hex(16)
    return before, row.operation


def note(session: Session) -> str:
    """Insert a row for this transaction; return what it is known by."""
    operation = secrets.token_hex(16)
    session.execute(insert(NotedOperation).values(operation=operation, at_utc=datetime.now(UTC)))
    return operation


def is_noted(connection: Connection, operation: str) -> bool:
    """Return whether the transaction of a server that noted ``operation`` was committed; waits until it has ended."""
    row = {"operation": operation, "at_utc": datetime.now(UTC)}
    tried = postgresql.insert(NotedOperation).values(row).on_conflict_do_nothing()
    return connection.execute(tried.returning(NotedOperation.operation)).first() is None


def forget(session: Session, now_utc: datetime) -> None:
    """Delete the rows of transactions that ended long ago."""
    session.execute(delete(NotedOperation).where(NotedOperation.at_utc < now_utc - KEPT))


class Attempts(Generic[Item]):
    """What operations tried to store whose commit was not confirmed. For one thread at a time."""

    def __init__(self) -> None:
        self._tried: dict[str, list[Item]] = {}  # the items themselves: an id is given anew once an item is gone

    def committing(self, operation: str, batch: Sequence[Item]) -> None:
        """Note that the operation is about to commit the whole ``batch``, together with what was ``left`` out of it."""
        self._tried[operation] = list(batch)

    def left(self, stored: str, batch: Sequence[Item]) -> list[Item]:
        """Return what of ``batch`` is not stored yet; ``stored``: the last operation that was."""
        done = set(map(id, self._tried.get(stored, ())))
        return [item for item in batch if id(item) not in done]

    def confirmed(self) -> None:
        """Forget them: a later commit was confirmed."""
        self._tried.clear()
