"""Add to the history of tickets: every line goes into the hash chain of `store.audit_chain`.

The database itself refuses to change, replace or delete an event.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from monitor.domain.reasons import Reason
from monitor.store.added_rows import add_row
from monitor.store.audit_chain import BEGINNING, TICKETS, Audit, last_hash, link, verify
from monitor.store.columns import storable, storable_line, stored_whole
from monitor.store.models import ChainHead, Ticket, TicketEvent
from monitor.store.offices import office_of
from monitor.store.work import HistoryLine, Work

head = last_hash

__all__ = ["BEGINNING", "Audit", "head", "head_of", "head_row", "link", "record", "verify"]

MOST_ACTOR = TicketEvent.actor.type.most


def record(work: Work, ticket: Ticket, kind: str, text: str = "", reason: Reason | None = None) -> None:
    """Add a line by the work's actor to a ticket's history and to the chain; the hash is of the stored values.

    ``text``: what a person wrote; ``reason``: what the program has to say. Raises ValueError for a ticket of another
    office than the session's: its line would stand in the wrong chain.
    """
    if ticket.office and ticket.office != office_of(work.session):
        raise ValueError(f"{ticket.number} is a ticket of {ticket.office}, not of '{office_of(work.session)}'")
    actor, text, last = storable_line(work.actor, MOST_ACTOR), storable(text), head_row(work)
    last.hash = link(last.hash, ticket.number, work.now_utc, actor, kind, text, stored_whole(reason))
    line = {"at_utc": work.now_utc, "actor": actor, "kind": kind, "text": text, "reason": reason, "hash": last.hash}
    add_row(work.session, TicketEvent, line, ticket)
    work.history.append(HistoryLine(ticket.number, ticket.site or "", kind))
    flag_modified(ticket, "state")  # a line more is a change of the ticket: its version grows


def head_of(work: Work) -> str:
    """Return the hash of the last entry of the office's chain, those of this transaction included.

    Nobody else adds any until it ends.
    """
    return head_row(work).hash


def head_row(work: Work) -> ChainHead:
    """Return the row of the chain's head, locked until the transaction ends; the next entry is linked to its hash."""
    if work.known.head is None:
        locked = select(ChainHead).where(ChainHead.office == office_of(work.session), ChainHead.name == TICKETS)
        work.known.head = work.session.scalars(locked.with_for_update()).one_or_none()
    if work.known.head is None:  # the office is new, or somebody has deleted it
        work.known.head = ChainHead(office=office_of(work.session), name=TICKETS, hash=head(work.session))
        work.session.add(work.known.head)
    return work.known.head


def last_event(session: Session) -> int:
    """Return the number of the last line of any history; 0 before there is any."""
    return session.scalar(select(func.max(TicketEvent.id))) or 0


def tickets_after(session: Session, event: int) -> list[tuple[str, str]]:
    """Return the tickets with lines after that one: number, and site (empty for none)."""
    query = select(Ticket.number, Ticket.site).join(TicketEvent).where(TicketEvent.id > event).distinct()
    return [(number, site or "") for number, site in session.execute(query.order_by(Ticket.number))]
