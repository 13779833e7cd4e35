"""Tickets that wait: time stands still only for services of which the charter file says so."""

from datetime import datetime

from sqlalchemy.orm import Session

from monitor.alerts import audit
from monitor.alerts.facts import deadline_of
from monitor.alerts.office import Office
from monitor.alerts.states import MONITOR
from monitor.charter import text
from monitor.store.models import Ticket


def ends(session: Session, office: Office, ticket: Ticket, now_utc: datetime) -> None:
    """Adds the time spent waiting to the ticket's dates, where its service pauses; the history says so."""
    service = office.charter.service(ticket.service)
    began_utc = next((event.at_utc for event in reversed(ticket.events) if event.kind == "wait"), None)
    if not service.waiting_pauses or began_utc is None:
        return
    waited = now_utc - began_utc
    ticket.event_utc += waited
    if ticket.breached_utc is not None:
        ticket.breached_utc += waited
        shifted = "the dates of the stages move by as much"
    else:
        ticket.deadline_utc = deadline_of(office, ticket).due_utc
        shifted = f"now due {text.moment_text(ticket.deadline_utc, 'en')}"
    words = f"{text.duration_text(waited, 'en')} of waiting do not count; {shifted}"
    audit.record(session, ticket, MONITOR, "paused", words, now_utc)
