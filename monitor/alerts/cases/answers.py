"""Answer an official request with a report: the file is kept, stands in the request's history, and goes by letter.

The request stays open: it is resolved by an officer, when nothing is left to do.
"""

from dataclasses import replace

from monitor.alerts.cases import editions, tickets
from monitor.alerts.cases.edition_jobs import MadeFile
from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, refuse_stale
from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import attachment, facts_of
from monitor.alerts.notices.routing import ASKER
from monitor.domain.edition_states import EditionState
from monitor.domain.message import Message, message
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.ticket_states import UNSOLVED
from monitor.settings.reports_section import MAIL_SHARE
from monitor.store import acts, edition_rows, queries, ticket_history
from monitor.store.documents import ticket_document
from monitor.store.models import EditionFile, Ticket
from monitor.store.work import Work

OFFICIAL = "official:"
"""How the keys of official services begin."""


def answer(
    work: Work, edition_id: int, number: str, name: str, made: MadeFile | None = None, *, seen: Seen | None = None
) -> Ticket:
    """Answer a request with the file ``name`` ('bn.pdf') of an edition; raises BadInput, NotAllowed, StaleVersion.

    ``made``: the file, where it was not kept before. The requester gets it by letter where there is an address.
    """
    ticket = tickets.find(work, number)
    refuse_stale(number, seen, ticket.version, lambda: ticket_document(queries.whole_ticket(ticket)))
    why = why_not(ticket)
    if why is not None:
        raise NotAllowed(why)
    row = edition_rows.by_id(work.session, edition_id)
    if row is None or row.state != EditionState.MADE:
        raise NotAllowed(message("there is no report {id} that was made", id=edition_id))
    file = edition_rows.kept_file(work.session, row.id, name) or (editions.keep(row, name, made) if made else None)
    if file is None:
        raise BadInput("file", message("there is no file {name} of report {id}", name=name, id=edition_id))
    work.session.flush()
    most = work.office.reports.mail_mb * MAIL_SHARE
    if ticket.asker_email and file.size > most:
        raise BadInput("file", message("is larger than a letter may be. Expected another format, or a smaller scope"))
    before = {event.id for event in ticket.events if event.kind == "answered"}
    attached = reason(ReasonCode.REPORT_ATTACHED, name=file.filename, edition=row.number, sha256=file.hash)
    ticket_history.record(work, ticket, NoticeKind.ANSWERED, reason=attached)
    row.ticket = row.ticket or ticket  # what answered a request is never deleted
    _enqueue(work, ticket, file, ref=str(len(before) + 1))
    facts = {"report": row.id, "file": file.filename, "sha256": file.hash}
    acts.record(work, "report.answer", number, {}, facts)
    return ticket


def why_not(ticket: Ticket) -> Message | None:
    """Return why a ticket cannot be answered with a report; None when it can."""
    if not ticket.service.startswith(OFFICIAL) or ticket.state not in UNSOLVED:
        return message("{number} is no open request of an official service", number=ticket.number)
    return None


def _enqueue(work: Work, ticket: Ticket, file: EditionFile, ref: str) -> None:
    if ticket.asker_email:
        facts = replace(facts_of(work.office, ticket, work.now_utc), attachments=(attachment(file),))
        outbox.enqueue(work, ticket, NoticeKind.ANSWERED, ASKER, facts, ref)
