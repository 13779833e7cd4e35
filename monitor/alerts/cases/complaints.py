"""Handle requests of citizens and offices.

They are registered by hand, due by the charter, and linked to outages of the same site.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.cases.numbering import new_ticket
from monitor.alerts.cases.recovery import recovered_since
from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import deadline_of, facts_of
from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.reasons import Names, ReasonCode, reason, text
from monitor.domain.text import clean, clean_lines
from monitor.domain.ticket_states import UNSOLVED
from monitor.domain.tracking_code import new_code
from monitor.store import outage_rows, ticket_history, ticket_rows
from monitor.store.models import ComplaintLink, Outage, Ticket
from monitor.store.work import Work

LONGEST_PHONE, LONGEST_MEMO = 40, 100  # characters


@dataclass(frozen=True, slots=True)
class Request:
    """A request: the charter's row, how it came in, who asked, in which words, and when.

    ``asker``: empty for one who gives no name. ``asker_phone``: to call back; ``memo``: the number of their letter.
    ``why_late``: why it was not registered on the day it was received. ``tie_to_outage``: it is linked to an open
    outage of its site; ``repeat_of``: the number of an earlier request that it repeats.
    """

    service: str
    way: str
    asker: str
    text: str
    received_utc: datetime
    asker_email: str = ""
    site: str | None = None
    asker_phone: str = ""
    memo: str = ""
    why_late: str = ""
    tie_to_outage: bool = True
    repeat_of: str = ""

    def cleaned(self, longest_asker: int, longest_text: int) -> "Request":
        """Return the request with cleaned texts of at most so many characters."""
        return replace(
            self,
            asker=clean(self.asker, longest_asker),
            text=clean_lines(self.text, longest_text),
            asker_phone=clean(self.asker_phone, LONGEST_PHONE),
            memo=clean(self.memo, LONGEST_MEMO),
            why_late=clean(self.why_late, longest_asker),
        )


def register(work: Work, request: Request) -> Ticket:
    """Open the request's ticket, notify its officer, and acknowledge receipt where there is an address."""
    service = work.office.charter.services[request.service]
    ticket = new_ticket(work, request.service, request.site)
    ticket.source, ticket.text = request.way, request.text
    ticket.asker, ticket.asker_email, ticket.asker_phone = request.asker, request.asker_email, request.asker_phone
    ticket.memo, ticket.code = request.memo, new_code()
    ticket.event_utc = request.received_utc
    ticket.deadline_utc = deadline_of(work.office, ticket).due_utc
    work.session.add(ticket)
    work.session.flush()
    facts = facts_of(work.office, ticket, work.now_utc)
    registered = reason(ReasonCode.REGISTERED, way=request.way, asker=request.asker, why_late=text(request.why_late))
    ticket_history.record(work, ticket, "registered", request.text, registered)
    outbox.enqueue(work, ticket, NoticeKind.REGISTERED, service.officer, facts)
    if ticket.asker_email:
        outbox.enqueue(work, ticket, NoticeKind.REGISTERED, ASKER, facts)
    if request.tie_to_outage:
        link_to_open_outages(work, ticket)
    if request.repeat_of:
        repeated = reason(ReasonCode.REPEAT_OF, complaint=request.repeat_of)
        ticket_history.record(work, ticket, "linked", reason=repeated)
    return ticket


def link_to_open_outages(work: Work, complaint: Ticket) -> None:
    """Link a complaint to the open outages of its site."""
    outage = outage_rows.of_site(work.session, complaint.site)
    if outage is not None:
        _link(work, complaint, outage)


def link_to_outage(work: Work, outage_ticket: Ticket) -> None:
    """Link an outage's new ticket to the unsettled complaints about the same site."""
    for complaint in ticket_rows.requests_about(work.session, outage_ticket.site):
        if complaint.state in UNSOLVED:
            _link(work, complaint, outage_ticket.outages[-1])


def notify_requesters(work: Work) -> list[Ticket]:
    """Notify each requester once when the outage linked to the complaint has ended for good."""
    notified = []
    for complaint in ticket_rows.open_requests_with_email(work.session):
        if not ticket_rows.links_of(work.session, complaint):
            continue
        last = outage_rows.last_of(work.session, complaint.site)
        if last is None or last.ended_utc is None:
            continue
        since_utc = recovered_since(work, complaint.site, last.ended_utc)
        if since_utc is None or since_utc > work.now_utc - work.office.recovery_hold:
            continue
        if outbox.enqueue(work, complaint, NoticeKind.RESTORED, ASKER, facts_of(work.office, complaint, work.now_utc)):
            ticket_history.record(work, complaint, "restored", reason=reason(ReasonCode.ASKER_NOTIFIED))
            notified.append(complaint)
    return notified


def _link(work: Work, complaint: Ticket, outage: Outage) -> None:
    """Record the link on both sides, once."""
    work.session.flush()
    links = ticket_rows.links_of(work.session, complaint)
    link = next((each for each in links if each.outage_id == outage.id), None)
    if link is None:
        link = ComplaintLink(complaint_id=complaint.id, outage_id=outage.id)
        work.session.add(link)
        number = outage.ticket.number if outage.ticket else ""
        linked = reason(
            ReasonCode.LINKED_TO_OUTAGE, site=_site(work.office, outage.site), since=outage.started_utc, ticket=number
        )
        ticket_history.record(work, complaint, "linked", reason=linked)
    if outage.ticket and outage.ticket.id not in {each.told_ticket_id for each in (*links, link)}:
        link.told_ticket_id = outage.ticket.id
        linked = reason(ReasonCode.LINKED_TO_COMPLAINT, complaint=complaint.number)
        ticket_history.record(work, outage.ticket, "linked", reason=linked)


def _site(office: Office, id_: str) -> Names:
    """Return what a site is called; its id when it was removed from the configuration."""
    site = office.fleet.sites.get(id_)
    return Names(site.name_bn, site.name_en) if site else Names(id_, id_)
