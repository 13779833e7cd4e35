"""Query the outbox for readers, as plain values. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.domain.message import Said
from monitor.store.models import Notice


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice and its delivery; ``about``: a ticket's number, an outage, a day's brief or a digest."""

    id: int
    kind: str
    about: str
    recipient: str
    channel: str
    state: str
    owed_utc: datetime | None
    due_utc: datetime
    sent_utc: datetime | None
    dead_utc: datetime | None
    attempts: int
    message_id: str
    folded_into: int | None
    proof: str
    last_error: Said
    fault: str


def state_of(notice: Notice) -> str:
    """Return the state of a notice.

    'sent', 'dead', 'folded' (merged into another), 'waiting', 'failing' while tries fail, or 'faulty' while this
    program cannot write it. The words are public.
    """
    if notice.folded_into is not None:
        return "folded"
    if notice.sent_utc is not None:
        return "sent"
    if notice.dead_utc is not None:
        return "dead"
    if notice.fault:
        return "faulty"
    return "failing" if notice.last_error else "waiting"


def listed(session: Session, *, pending: bool = False, dead: bool = False, limit: int = 50) -> list[NoticeView]:
    """Return the latest notices, newest first: all, ``pending`` ones, or ``dead`` ones."""
    query = select(Notice).order_by(Notice.id.desc()).limit(limit)
    if pending:
        query = query.where(Notice.sent_utc.is_(None), Notice.dead_utc.is_(None))
    if dead:
        query = query.where(Notice.dead_utc.is_not(None))
    return [notice_view(notice) for notice in session.scalars(query)]


def due_times(session: Session) -> Sequence[datetime]:
    """Return when each undelivered notice is to be tried next."""
    return session.scalars(select(Notice.due_utc).where(Notice.sent_utc.is_(None), Notice.dead_utc.is_(None))).all()


def last_sent(session: Session, kinds: tuple[str, ...]) -> dict[str, datetime]:
    """Return, by kind, when its last notice was delivered."""
    query = select(Notice.kind, func.max(Notice.sent_utc)).where(Notice.kind.in_(kinds), Notice.sent_utc.is_not(None))
    rows = session.execute(query.group_by(Notice.kind))
    return {kind: at_utc for kind, at_utc in rows if at_utc is not None}


def merged(session: Session) -> int:
    """Count the notices that were merged into another."""
    return session.scalar(select(func.count()).where(Notice.folded_into.is_not(None))) or 0


def notice_view(notice: Notice) -> NoticeView:
    """Return a notice as a plain value."""
    return NoticeView(
        notice.id,
        notice.kind,
        notice.about,
        notice.recipient,
        notice.channel,
        state_of(notice),
        notice.owed_utc,
        notice.due_utc,
        notice.sent_utc,
        notice.dead_utc,
        notice.attempts,
        notice.message_id,
        notice.folded_into,
        notice.proof,
        notice.why or notice.last_error,
        notice.fault,
    )
