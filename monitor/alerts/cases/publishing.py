"""Say to the public what an outage or a request is about, and excuse an outage: acts that `actions` gives out.

An excused outage counts against nobody: it opens no ticket, is in no record of promises kept, and availability still
shows how long it was. So it keeps none either: a ticket that the monitor opened is resolved by the excuse when all its
outages are excused, and open again when that is taken back.
"""

from monitor.alerts.cases import tickets, waiting
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, refuse_stale
from monitor.domain.message import message
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.text import clean_lines, has_words
from monitor.domain.ticket_states import UNSOLVED, S, TicketSource
from monitor.store import acts, outage_rows, queries, ticket_history
from monitor.store.documents import outage_document, ticket_document
from monitor.store.models import Outage, Ticket
from monitor.store.work import Work

EXCUSED = reason(ReasonCode.TICKET_EXCUSED)
LONGEST_NOTE = 500  # characters of what the public page says


def note_outage(work: Work, outage_id: int, text: str, *, seen: Seen | None = None) -> Outage:
    """Set what the public page says of an outage; '' takes it back. Raises BadInput, NotAllowed, StaleVersion."""
    outage = _outage(work, outage_id, seen)
    before, outage.note = outage.note, _public(text)
    acts.record(work, "outage.note", _about(outage), {"note": before}, {"note": outage.note})
    return outage


def excuse_outage(work: Work, outage_id: int, why: str, *, seen: Seen | None = None) -> Outage:
    """Let an outage count against nobody, because of ``why``; '' takes an excuse back.

    A ticket of the monitor's all of whose outages are excused is resolved by it, and reopened when it is taken back;
    who had letters of it gets one. Raises BadInput, NotAllowed, StaleVersion.
    """
    outage = _outage(work, outage_id, seen)
    if not why.strip() and not outage.excuse:
        raise BadInput("text", message("Expected why the outage counts against nobody"))
    before = {"excuse": outage.excuse, "excused_by": outage.excused_by}
    outage.excuse = _public(why)
    outage.excused_by = work.actor if outage.excuse else ""
    if outage.ticket is not None:
        _follow(work, outage.ticket, outage.excuse)
    after = {"excuse": outage.excuse, "excused_by": outage.excused_by}
    acts.record(work, "outage.excuse", _about(outage), before, after)
    return outage


def _follow(work: Work, ticket: Ticket, excuse: str) -> None:
    """Let a ticket follow an excuse of one of its outages, or that it was taken back."""
    all_excused = ticket.source == TicketSource.OUTAGE and all(outage.excuse for outage in ticket.outages)
    if excuse and all_excused and ticket.state in UNSOLVED:
        if ticket.state == S.WAITING:
            waiting.ends(work, ticket)
        ticket.acknowledged_until_utc = None
        tickets.resolve(work, ticket, excuse, EXCUSED)
    elif excuse:
        ticket_history.record(work, ticket, "comment", excuse)
    elif ticket.state == S.RESOLVED and _was_resolved_by_excuse(ticket):
        tickets.reopen(work, ticket, because=reason(ReasonCode.EXCUSE_TAKEN_BACK))
        ticket.held_open = False  # the outage decides again


def _was_resolved_by_excuse(ticket: Ticket) -> bool:
    return next(event.reason == EXCUSED for event in reversed(ticket.events) if event.kind == "resolved")


def set_public_note(work: Work, number: str, text: str, *, seen: Seen | None = None) -> Ticket:
    """Set what the public page, and who follows a request, are told of a ticket; '' takes it back.

    Raises BadInput, NotAllowed, StaleVersion.
    """
    ticket = tickets.find(work, number)
    refuse_stale(number, seen, ticket.version, lambda: ticket_document(queries.whole_ticket(ticket)))
    before, ticket.public_note = ticket.public_note, _public(text)
    acts.record(work, "ticket.public_note", number, {"public_note": before}, {"public_note": ticket.public_note})
    return ticket


def _outage(work: Work, outage_id: int, seen: Seen | None) -> Outage:
    outage = outage_rows.numbered(work.session, outage_id)
    if outage is None:
        raise NotAllowed(message("there is no outage {id}", id=outage_id))
    refuse_stale(f"outage {outage_id}", seen, outage.version, lambda: outage_document(queries.outage_view(outage)))
    return outage


def _about(outage: Outage) -> str:
    return f"{outage.site} #{outage.id}"


def _public(text: str) -> str:
    """Return the cleaned text; raises BadInput for one that is too long, or is not empty and has no words."""
    cleaned = clean_lines(text)
    if len(cleaned) > LONGEST_NOTE:
        raise BadInput("text", message("is too long. Expected at most {most} characters", most=LONGEST_NOTE))
    if cleaned and not has_words(cleaned):
        raise BadInput("text", message("has no words. Expected a sentence, or nothing"))
    return cleaned
