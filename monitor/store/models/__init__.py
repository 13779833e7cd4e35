"""What is remembered: a row per state change, never a sample.

::

    outages 1 ── n affected          a root cause and the sites that were silent behind it
    tickets 1 ── n outages           a ticket may see its site go down again
    tickets 1 ── n ticket_events     append-only history
    tickets 1 ── n helpdesk_tickets  where a ticket stands in an outside help desk, and what is told there
    tickets 1 ── n notices           the outbox: mails owed, leased, sent or dead
    events                           the timeline of what judges nobody
    site_states, heartbeat, gaps,
    clock_word                       what readers show while the daemon is away, and when nobody watched
    excused, planned_work            silences that are nobody's fault, and plans made by command
    set_aside                        decisions that could not be stored for what is in them
    learned                          usual round-trip times, written down so that a restart forgets nothing

The files: matters.py, watch.py, upkeep.py; base.py is what they share. All of them are read together, here, because
relations name their other end.
"""

from monitor.store import redundancy
from monitor.store.models.base import Base
from monitor.store.models.matters import (
    AffectedSite,
    ChainHead,
    ComplaintLink,
    DeadlineRecount,
    HelpdeskTicket,
    LastNumber,
    Notice,
    Outage,
    Ticket,
    TicketEvent,
)
from monitor.store.models.upkeep import SchemaDouble, SetAside
from monitor.store.models.watch import (
    ClockWord,
    Event,
    Gap,
    Heartbeat,
    Learned,
    PlannedWork,
    SiteState,
    SuppressedOutage,
)

__all__ = [
    "AffectedSite",
    "Base",
    "ChainHead",
    "ClockWord",
    "ComplaintLink",
    "DeadlineRecount",
    "Event",
    "Gap",
    "Heartbeat",
    "HelpdeskTicket",
    "LastNumber",
    "Learned",
    "Notice",
    "Outage",
    "PlannedWork",
    "SchemaDouble",
    "SetAside",
    "SiteState",
    "SuppressedOutage",
    "Ticket",
    "TicketEvent",
]

redundancy.declare(Base.metadata)
