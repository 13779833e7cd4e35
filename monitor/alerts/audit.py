"""The history of all tickets as one chain: each event's hash covers the event and the hash before it.

Nothing can be altered, inserted or removed without breaking every later hash; and a head that was noted elsewhere (it
stands in every mail) proves that nothing was cut off since. The database itself refuses to change or delete an event.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.models import Ticket, TicketEvent

BEGINNING = "0" * 64
HEAD = "head of the chain"


@dataclass(frozen=True, slots=True)
class Audit:
    """``events`` were checked; ``head`` is the last hash; ``fault`` names the first that does not fit, or is empty."""

    events: int
    head: str
    fault: str


def record(session: Session, ticket: Ticket, actor: str, kind: str, text: str, now_utc: datetime) -> None:
    """Adds a line to a ticket's history and to the chain."""
    own = link(head(session), ticket.number, now_utc, actor, kind, text)
    ticket.events.append(TicketEvent(at_utc=now_utc, actor=actor, kind=kind, text=text, hash=own))
    session.info[HEAD] = own  # a session that writes holds the lock: nobody else can lengthen the chain meanwhile


def head(session: Session) -> str:
    """The hash of the last event of all, those of this session that are not written yet included."""
    known: str | None = session.info.get(HEAD)
    return known or session.scalar(select(TicketEvent.hash).order_by(TicketEvent.id.desc()).limit(1)) or BEGINNING


def link(before: str, number: str, at_utc: datetime, actor: str, kind: str, text: str) -> str:
    """The hash of an event: SHA-256 over the hash before it and all that the event says, in hexadecimal."""
    at = at_utc.astimezone(UTC).isoformat(timespec="microseconds")
    content = json.dumps([before, number, at, actor, kind, text], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def verify(session: Session, known_head: str = "") -> Audit:
    """Goes through the whole chain; ``known_head`` is a hash noted earlier, which must still be in it."""
    before, count, seen = BEGINNING, 0, not known_head
    query = select(TicketEvent, Ticket.number).join(Ticket).order_by(TicketEvent.id)
    for event, number in session.execute(query).yield_per(1_000):
        own = link(before, number, event.at_utc, event.actor, event.kind, event.text)
        if own != event.hash:
            return Audit(count, before, f"event {event.id} of {number} ({event.kind}) is not what was recorded")
        before, count = own, count + 1
        seen = seen or own == known_head.lower()
    fault = "" if seen else f"the known head {known_head} is not in the chain: events were cut off or replaced"
    return Audit(count, before, fault)
