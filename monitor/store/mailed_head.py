"""The last head of the history that went out by mail, kept beside the database and not in it.

Whoever loses the database, or puts an older one back, is told so by it: the letters that went out prove what there was.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.state_file import read_state, write_state
from monitor.store.models import TicketEvent

FILE = "mailed-head"
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class MailedHead:
    """``event``: the number of the event whose hash is ``head``; ``at_utc``: when it went out."""

    head: str
    event: int
    at_utc: datetime


def read(state: Path) -> MailedHead | None:
    """What was mailed last; None when nothing was, or the file says nothing that can be read."""
    return read_state(state / FILE, MOST_BYTES, _mailed_head)


def _mailed_head(found: Any) -> MailedHead:
    return MailedHead(str(found["head"]), int(found["event"]), datetime.fromisoformat(found["at_utc"]))


def note(session: Session, state: Path, head: str, now_utc: datetime) -> None:
    """Keeps a head that has just gone out, unless a later one is kept already; raises OSError."""
    known = read(state)
    if not head or (known is not None and known.head == head):
        return
    event = session.scalar(select(TicketEvent.id).where(TicketEvent.hash == head))
    if event is None or (known is not None and known.event >= event):
        return
    write_state(state / FILE, {"head": head, "event": event, "at_utc": now_utc.isoformat()})


def forget(state: Path) -> None:
    """Takes it away: a person has said that an older history is to go on."""
    (state / FILE).unlink(missing_ok=True)
