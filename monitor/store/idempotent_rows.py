"""Keep the answers that were given to Idempotency-Keys, for a day: whoever repeats a request gets the same answer."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from monitor.store.models import IdempotentAnswer
from monitor.store.session import Session

KEPT = timedelta(hours=24)


def answer_of(session: Session, key_hash: bytes, now_utc: datetime) -> IdempotentAnswer | None:
    """Return the answer that was given to a key within the last day."""
    query = select(IdempotentAnswer).where(IdempotentAnswer.key_hash == key_hash)
    row = session.scalars(query).one_or_none()
    return None if row is None or row.at_utc <= now_utc - KEPT else row


def keep(session: Session, answer: IdempotentAnswer) -> None:
    """Keep an answer, in place of one to the same key that is older than a day."""
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.key_hash == answer.key_hash))
    session.add(answer)


def forget(session: Session, now_utc: datetime) -> int:
    """Delete the answers that are older than a day; return how many."""
    gone = session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.at_utc <= now_utc - KEPT))
    return int(getattr(gone, "rowcount", 0))
