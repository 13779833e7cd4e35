"""Adds to the history of tickets: every line goes into the hash chain of `store.audit_chain`.

The database itself refuses to change, replace or delete an event.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.audit_chain import BEGINNING, Audit, link, verify
from monitor.store.columns import storable, storable_line
from monitor.store.models import Ticket, TicketEvent

__all__ = ["BEGINNING", "HEAD", "Audit", "head", "link", "record", "verify"]

HEAD = "head of the chain"
MOST_ACTOR = TicketEvent.actor.type.most


def record(session: Session, ticket: Ticket, actor: str, kind: str, text: str, now_utc: datetime) -> None:
    """Adds a line to a ticket's history and to the chain; what is hashed is what will be read back."""
    actor, text = storable_line(actor, MOST_ACTOR), storable(text)
    own = link(head(session), ticket.number, now_utc, actor, kind, text)
    ticket.events.append(TicketEvent(at_utc=now_utc, actor=actor, kind=kind, text=text, hash=own))
    session.info[HEAD] = own  # a session that writes holds the lock: nobody else can lengthen the chain meanwhile


def head(session: Session) -> str:
    """The hash of the last event of all, those of this session that are not written yet included."""
    known: str | None = session.info.get(HEAD)
    return known or session.scalar(select(TicketEvent.hash).order_by(TicketEvent.id.desc()).limit(1)) or BEGINNING
