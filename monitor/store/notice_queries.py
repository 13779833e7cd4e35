"""Query the outbox for readers, as plain values. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from monitor.domain.message import Said
from monitor.store.columns import Utc
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


@dataclass(frozen=True, slots=True)
class Outbox:
    """What an office's outbox holds: due and undelivered, since when the oldest is due, given up.

    Tries do not change since when a notice is due. ``faulty``: how many of those undelivered this program cannot write;
    ``merged``: into another.
    """

    owed: int = 0
    oldest_due_utc: datetime | None = None
    dead: int = 0
    faulty: int = 0
    merged: int = 0

    def __add__(self, other: "Outbox") -> "Outbox":
        """Return what both hold together."""
        due = [at_utc for at_utc in (self.oldest_due_utc, other.oldest_due_utc) if at_utc is not None]
        return Outbox(
            self.owed + other.owed,
            min(due, default=None),
            self.dead + other.dead,
            self.faulty + other.faulty,
            self.merged + other.merged,
        )


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


def last_sent(session: Session, kinds: Sequence[str]) -> dict[tuple[str, str], datetime]:
    """Return, by office and kind, when the last notice was delivered."""
    latest = func.max(Notice.sent_utc, type_=Utc)
    query = select(Notice.office, Notice.kind, latest).where(Notice.kind.in_(kinds), Notice.sent_utc.is_not(None))
    rows = session.execute(query.group_by(Notice.kind, Notice.office))
    return {(office, kind): at_utc for office, kind, at_utc in rows if at_utc is not None}


def outboxes(session: Session, now_utc: datetime) -> dict[str, Outbox]:
    """Return the outbox of each office that ever had anything in it that is not delivered as it was."""
    waiting = Notice.sent_utc.is_(None) & Notice.dead_utc.is_(None)
    oldest = select(Notice.office, func.count(), func.min(Notice.owed_utc, type_=Utc))
    due = session.execute(oldest.where(waiting, Notice.owed_utc <= now_utc).group_by(Notice.office))
    owed = {office: (count, oldest_utc) for office, count, oldest_utc in due}
    dead = _counts(session, Notice.dead_utc.is_not(None))
    faulty = _counts(session, waiting & (Notice.fault != ""))
    merged = _counts(session, Notice.folded_into.is_not(None))
    return {
        office: Outbox(*owed.get(office, (0, None)), *(counts.get(office, 0) for counts in (dead, faulty, merged)))
        for office in owed.keys() | dead.keys() | faulty.keys() | merged.keys()
    }


def _counts(session: Session, which: ColumnElement[bool]) -> dict[str, int]:
    query = select(Notice.office, func.count()).where(which).group_by(Notice.office)
    return dict(session.execute(query).all())


def outbox(session: Session, now_utc: datetime) -> Outbox:
    """Return what the outboxes of all offices of the session hold together."""
    return sum(outboxes(session, now_utc).values(), Outbox())


def sent(session: Session) -> int:
    """Count the notices that were delivered by themselves, not merged into another."""
    return session.scalar(select(func.count()).where(Notice.sent_utc.is_not(None), Notice.folded_into.is_(None))) or 0


def latest_fault(session: Session) -> str:
    """Return why this program cannot write the latest of the notices that it cannot; empty for none."""
    undelivered = Notice.sent_utc.is_(None) & Notice.dead_utc.is_(None)
    faults = select(Notice.fault).where(undelivered, Notice.fault != "").order_by(Notice.id.desc())
    return session.scalars(faults.limit(1)).one_or_none() or ""


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
