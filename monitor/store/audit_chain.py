"""Verify the hash chain over the history of all tickets: each event's hash covers the event and the hash before it.

Nothing can be altered, inserted or removed without breaking every later hash; and a head that was noted elsewhere (it
stands in every mail) proves that nothing was cut off since. `store.ticket_history` adds to it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import Session

from monitor.domain.json_text import parse_json
from monitor.domain.message import N_, Said, message
from monitor.store.models import ChainHead, Ticket, TicketEvent

TICKETS = "tickets"  # the chain's name
BEGINNING = "0" * 64
LENGTH = len(BEGINNING)
MOST_WRONG = 8  # letters of 64: two hashes agree in 56 places by chance once in 10**57 pairs


TICKET_GONE = N_("the ticket of event {event} ({kind}) is gone")
EVENT_ALTERED = N_("event {event} of {number} ({kind}) is not what was recorded")


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of a walk along the chain. ``events``: how many were checked; ``head``: the last hash.

    ``fault`` names the first event that does not fit, or that the known head is missing, or is empty. ``meant``: a head
    of the chain that the known one, which is not in it, seems to be a typing error for.
    """

    events: int
    head: str
    fault: Said
    meant: str = ""


def link(
    before: str, number: str, at_utc: datetime, actor: str, kind: str, text: str, reason: str | None = None
) -> str:
    """Return the hash of an event: SHA-256 over the hash before it and all of the event's fields, in hexadecimal.

    ``reason``: the stored JSON; its members are hashed in the order of their names. None, as in all events of older
    versions, adds nothing.
    """
    at = at_utc.astimezone(UTC).isoformat(timespec="microseconds")
    fields: list[object] = [before, number, at, actor, kind, text]
    if reason is not None:
        fields.append(_parsed(reason))
    content = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _parsed(reason: str) -> object:
    try:
        return parse_json(reason)
    except ValueError:  # it was altered: no hash fits it
        return [reason]


def verify(session: Session, known_head: str = "") -> Audit:
    """Verify the whole chain; ``known_head``: a hash noted earlier, which must still be in it."""
    known_head = known_head.lower()
    before, count, meant, seen = BEGINNING, 0, "", known_head in {"", BEGINNING}
    # An event whose ticket is gone is a fault, not a line to leave out.
    # The reason as it stands, whatever this version can read of it.
    stored_reason = type_coerce(TicketEvent.reason, Text).label("stored_reason")
    query = select(TicketEvent, Ticket.number, stored_reason).outerjoin(Ticket).order_by(TicketEvent.id)
    for event, number, reason in session.execute(query).yield_per(1_000):
        if number is None:
            return Audit(count, before, message(TICKET_GONE, event=event.id, kind=event.kind))
        own = link(before, number, event.at_utc, event.actor, event.kind, event.text, reason)
        if own != event.hash:
            return Audit(count, before, message(EVENT_ALTERED, event=event.id, number=number, kind=event.kind))
        before, count = own, count + 1
        seen = seen or own == known_head
        if not seen and is_mistyped(known_head, own):
            meant = own
    if not seen:
        fault = message("the known head {head} is not in the chain: events were cut off or replaced", head=known_head)
        return Audit(count, before, fault, meant)
    stored = session.scalar(select(ChainHead.hash).where(ChainHead.name == TICKETS)) or BEGINNING
    if stored != before:
        fault = message("the last event is gone, whose hash was {hash}: events were cut off", hash=stored)
        return Audit(count, before, fault)
    return Audit(count, before, "")


def is_mistyped(typed: str, head: str) -> bool:
    """Return whether ``typed`` is ``head`` with a few characters wrong, missing, doubled or exchanged."""
    if typed == head or abs(len(typed) - len(head)) > MOST_WRONG:
        return False
    if len(typed) == len(head) and sum(a != b for a, b in zip(typed, head, strict=True)) <= MOST_WRONG:
        return True
    same = _same_at_the_start(typed, head) + _same_at_the_start(typed[::-1], head[::-1])
    return same >= max(len(typed), len(head)) - MOST_WRONG


def _same_at_the_start(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
