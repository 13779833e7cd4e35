"""Record acts of people: who, when, from where, and what it changed; each goes into the chain of `store.audit_chain`.

The database itself refuses to change, replace or delete one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import func, select

from monitor.store.audit_chain import link_act
from monitor.store.columns import storable_facts, storable_line
from monitor.store.models import Act, Ticket, TicketEvent
from monitor.store.offices import office_of
from monitor.store.ticket_history import head_row
from monitor.store.work import Work

MOST = {name: getattr(Act, name).type.most for name in ("actor", "via", "address", "kind", "about")}
OF_TICKET = (
    "state",
    "stage",
    "service",
    "site",
    "deadline_utc",
    "breached_utc",
    "resolved_utc",
    "acknowledged_until_utc",
    "waiting_since_utc",
)
"""The columns of a ticket whose changes an act records; what a person said or wrote stands in the ticket's history."""


def record(work: Work, kind: str, about: str, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """Add an act by the work's actor to the chain; nothing for one by the monitor or a help desk (no ``work.via``).

    ``kind``: such as 'ticket.ack'; ``about``: the ticket's number, site, user or plan. ``before``, ``after``: plain
    values or times, without secrets; what is alike in both is left out. Call it at the end of the act: it flushes.
    """
    if not work.via:
        return
    absent = object()
    changed_from = {key: value for key, value in before.items() if after.get(key, absent) != value}
    changed_to = {key: value for key, value in after.items() if before.get(key, absent) != value}
    work.session.flush()  # the events of this transaction get their numbers
    texts = {"actor": work.actor, "via": work.via, "address": work.address, "kind": kind, "about": about}
    last_event = select(func.max(TicketEvent.id)).where(TicketEvent.office == office_of(work.session))
    act = Act(
        after_event_id=work.session.scalar(last_event) or 0,
        at_utc=work.now_utc,
        before=storable_facts(_plain(changed_from)),
        after=storable_facts(_plain(changed_to)),
        **{name: storable_line(text, MOST[name]) for name, text in texts.items()},
    )
    head = head_row(work)
    act.hash = head.hash = link_act(head.hash, act, act.before, act.after)
    work.session.add(act)
    work.session.flush()  # acts get their numbers in the order of the chain


def of_ticket(ticket: Ticket) -> dict[str, object]:
    """Return what an act may change in a ticket, for `record`."""
    return {name: getattr(ticket, name) for name in OF_TICKET}


def _plain(value: object) -> object:
    """Return the value with times as text, in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
