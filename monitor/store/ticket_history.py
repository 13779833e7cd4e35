"""Adds to the history of tickets: every line goes into the hash chain of `store.audit_chain`.

The database itself refuses to change, replace or delete an event.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from monitor.store.audit_chain import BEGINNING, Audit, link, verify
from monitor.store.columns import storable, storable_line
from monitor.store.models import Ticket, TicketEvent
from monitor.store.work import Work

__all__ = ["BEGINNING", "Audit", "head", "head_of", "link", "record", "verify"]

MOST_ACTOR = TicketEvent.actor.type.most


def record(work: Work, ticket: Ticket, kind: str, text: str) -> None:
    """Adds a line by the work's actor to a ticket's history and to the chain; what is hashed is what will be read."""
    actor, text = storable_line(work.actor, MOST_ACTOR), storable(text)
    own = link(head_of(work), ticket.number, work.now_utc, actor, kind, text)
    ticket.events.append(TicketEvent(at_utc=work.now_utc, actor=actor, kind=kind, text=text, hash=own))
    flag_modified(ticket, "state")  # a line more is a change of the ticket: its version grows
    work.known.head = own  # a transaction that writes holds the lock: nobody else can lengthen the chain meanwhile


def head_of(work: Work) -> str:
    """The hash of the last event of all, those of this transaction included."""
    if not work.known.head:
        work.known.head = head(work.session)
    return work.known.head


def head(session: Session) -> str:
    """The hash of the last event that is stored."""
    return session.scalar(select(TicketEvent.hash).order_by(TicketEvent.id.desc()).limit(1)) or BEGINNING
