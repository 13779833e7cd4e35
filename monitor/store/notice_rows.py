"""The rows of notices, as those who lease, fold and settle them ask for them and change them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from monitor.store.models import Notice
from monitor.store.session import Session


def every(session: Session) -> Sequence[Notice]:
    """All that were ever owed, in that order."""
    return session.scalars(select(Notice).order_by(Notice.id)).all()


def gone(session: Session) -> Sequence[Notice]:
    """Those that went out as a letter of their own."""
    query = select(Notice).where(Notice.sent_utc.is_not(None), Notice.folded_into.is_(None))
    return session.scalars(query.order_by(Notice.id)).all()


def made_after(session: Session, id_: int, *, but: str) -> list[tuple[int, datetime]]:
    """Id and due time of those that came after one, without one kind."""
    query = select(Notice.id, Notice.due_utc).where(Notice.id > id_, Notice.kind != but).order_by(Notice.id)
    return [(row.id, row.due_utc) for row in session.execute(query)]


def due(session: Session, now_utc: datetime) -> list[tuple[str, str]]:
    """Channel and reader of each that is owed by then."""
    owed = (Notice.sent_utc.is_(None), Notice.dead_utc.is_(None), Notice.due_utc <= now_utc)
    return [
        (row.channel, row.recipient) for row in session.execute(select(Notice.channel, Notice.recipient).where(*owed))
    ]
