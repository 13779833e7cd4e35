"""Decide whether a ticket's state allows an act: the same answer refuses the act and greys its button."""

from monitor.alerts.cases import escalation
from monitor.charter.office import Office
from monitor.domain.message import Message, message
from monitor.domain.ticket_states import ACTIONS, TicketSource
from monitor.i18n.terms import TICKET_STATES
from monitor.store.models import Ticket


def why_not(office: Office, ticket: Ticket, action: str) -> Message | None:
    """Return why one of ACTIONS cannot be done to the ticket now; None if it can."""
    number, allowed = ticket.number, ACTIONS[action].allowed
    if ticket.state not in allowed:
        return message(
            "{number} is {state}; '{action}' needs it to be {allowed}",
            number=number,
            state=Message(TICKET_STATES[ticket.state]),
            action=action,
            allowed=[Message(TICKET_STATES[state]) for state in allowed],
        )
    if action == "withdraw" and ticket.source == TicketSource.OUTAGE:
        return message(
            "{number} was opened by the monitor, not by mistake: resolve it, or plan work (maintenance)",
            number=number,
        )
    if action == "raise" and not escalation.can_be_raised(office, ticket):
        return message(
            "{number} is not overdue, or stands at the last stage already: there is none to raise it to",
            number=number,
        )
    return None
