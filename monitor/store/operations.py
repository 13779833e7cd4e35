"""Find out what became of a transaction whose commit ended with an error: stored, not stored, or still under way.

Each transaction of the writer stores its own operation, a random number, in the one row of the writer. The next one
locks that row first: so it waits until the one before has ended, however it was cut off, and then sees which was the
last that was stored. (Server functions that tell a transaction's state are wrong after a crash.)
"""

import secrets
from collections.abc import Sequence
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.models import LastOperation

DECISIONS = "decisions"  # the writer of decisions

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
