"""Handle acknowledgements, by a person or by [acknowledged.NAME], with or without an end.

They stop no clock and no stage.

One that ends while the ticket is still only acknowledged puts it back to 'open' and notifies the responsible officer: a
ticket that everybody thinks somebody is working on must not be forgotten.
"""

from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import facts_of
from monitor.charter.downtimes import covers
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.ticket_states import S
from monitor.store import ticket_history, ticket_rows
from monitor.store.models import Ticket
from monitor.store.work import Work

RAN_OUT = NoticeKind.ACK_OVER


def advance(work: Work) -> list[Ticket]:
    """End acknowledgements that ran out, and acknowledge by the configuration."""
    return [*_run_out(work), *_known(work)]


def _run_out(work: Work) -> list[Ticket]:
    found = list(ticket_rows.acknowledged_until(work.session, work.now_utc))
    for ticket in found:
        ticket.state, ticket.acknowledged_until_utc = S.OPEN, None
        ticket_history.record(work, ticket, RAN_OUT, reason=reason(ReasonCode.ACKNOWLEDGEMENT_OVER))
        work.session.flush()
        times = sum(event.kind == RAN_OUT for event in ticket.events)
        officer = work.office.charter.service(ticket.service).officer
        facts = facts_of(work.office, ticket, work.now_utc)
        outbox.enqueue(work, ticket, RAN_OUT, officer, facts, ref=str(times))
    return found


def _known(work: Work) -> list[Ticket]:
    entries = [entry for entry in work.office.acknowledged.values() if work.now_utc < entry.until_utc]
    found: list[Ticket] = []
    if not entries:
        return found
    for ticket in ticket_rows.open_of_outages(work.session):
        site = ticket.site
        if site is None or site not in work.office.fleet.sites:
            continue
        entry = next((each for each in entries if covers(work.office, each, site)), None)
        if entry is not None:
            ticket.state, ticket.acknowledged_until_utc = S.ACKNOWLEDGED, entry.until_utc
            until = reason(ReasonCode.ACKNOWLEDGED_UNTIL, until=entry.until_utc)
            ticket_history.record(work.by("configuration"), ticket, "ack", entry.text, until)
            found.append(ticket)
    return found
