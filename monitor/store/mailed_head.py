"""Keep the last head of the history that was mailed, beside the database and not in it.

So the loss of the database, or an older one put back, is noticed: the mails prove what there was.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from monitor.state_file import read_state, write_state
from monitor.store.audit_chain import Place, place_of

FILE = "mailed-head"
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class MailedHead:
    """A mailed head. ``event``: the number of the event whose hash is ``head``; ``at_utc``: when it was sent.

    ``act``: the number of the act, where it is the hash of an act behind that event.
    """

    head: str
    event: int
    at_utc: datetime
    act: int = 0


def read(state: Path) -> MailedHead | None:
    """Return the last mailed head; None when there is none, or the file cannot be read."""
    return read_state(state / FILE, MOST_BYTES, _mailed_head)


def _mailed_head(found: Any) -> MailedHead:
    return MailedHead(
        str(found["head"]), int(found["event"]), datetime.fromisoformat(found["at_utc"]), int(found.get("act", 0))
    )


def note(session: Session, state: Path, head: str, now_utc: datetime) -> None:
    """Store a head that was just sent, unless a later one is stored; raises OSError."""
    known = read(state)
    if not head or (known is not None and known.head == head):
        return
    place = place_of(session, head)
    if place is None or (known is not None and Place(known.event, known.act) >= place):
        return
    write_state(state / FILE, {"head": head, "event": place.event, "act": place.act, "at_utc": now_utc.isoformat()})


def forget(state: Path) -> None:
    """Delete it: a person has decided to go on with an older history."""
    (state / FILE).unlink(missing_ok=True)
