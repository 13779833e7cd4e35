"""Acknowledgements: by a person or by [acknowledged.NAME], with or without an end. They stop no clock and no stage.

One that runs out while the ticket is still only acknowledged puts it back to 'open' and tells the responsible officer:
what everybody thinks somebody is working on must not be forgotten.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.notices import outbox
from monitor.alerts.notices.gather import facts_of
from monitor.charter.downtimes import covers
from monitor.charter.office import Office
from monitor.domain.ticket_states import MONITOR, S
from monitor.i18n.formats import moment_text
from monitor.store import ticket_history
from monitor.store.models import Ticket

RAN_OUT = "ack_over"


def advance(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    """Ends what has run out, and acknowledges what the configuration says is known."""
    return [*_run_out(session, office, now_utc), *_known(session, office, now_utc)]


def _run_out(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    until = Ticket.acknowledged_until_utc
    found = list(session.scalars(select(Ticket).where(Ticket.state == S.ACKNOWLEDGED, until <= now_utc)))
    for ticket in found:
        ticket.state, ticket.acknowledged_until_utc = S.OPEN, None
        text = "the acknowledgement has run out, and nobody has begun to work on it"
        ticket_history.record(session, ticket, MONITOR, RAN_OUT, text, now_utc)
        session.flush()
        times = sum(event.kind == RAN_OUT for event in ticket.events)
        officer = office.charter.service(ticket.service).officer
        outbox.enqueue(
            session, office, ticket, f"{RAN_OUT}-{times}", officer, facts_of(office, ticket, now_utc), now_utc
        )
    return found


def _known(session: Session, office: Office, now_utc: datetime) -> list[Ticket]:
    entries = [entry for entry in office.acknowledged.values() if now_utc < entry.until_utc]
    found: list[Ticket] = []
    if not entries:
        return found
    for ticket in session.scalars(select(Ticket).where(Ticket.state == S.OPEN, Ticket.source == "outage")):
        site = ticket.site
        if site is None or site not in office.fleet.sites:
            continue
        entry = next((each for each in entries if covers(office, each, site)), None)
        if entry is not None:
            ticket.state, ticket.acknowledged_until_utc = S.ACKNOWLEDGED, entry.until_utc
            text = f"known until {moment_text(entry.until_utc, 'en')}: {entry.text}"
            ticket_history.record(session, ticket, "configuration", "ack", text, now_utc)
            found.append(ticket)
    return found
