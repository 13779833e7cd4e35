"""Define the tables: a row per state change, never a sample.

::

    outages 1 ── n affected          a root cause and the sites unreachable behind it
    tickets 1 ── n outages           a ticket may see its site go down again
    tickets 1 ── n ticket_events     append-only history
    tickets 1 ── n helpdesk_tickets  a ticket's state in an outside help desk, and what was sent there
    tickets 1 ── n notices           the outbox: notices pending, leased, sent or dead
    events                           the timeline: events that change no state
    site_states, heartbeat, gaps,
    clock_word                       what readers show while the daemon is away, and unmonitored times
    excused, planned_work            downtimes without an outage, and work planned by command
    set_aside                        decisions that could not be stored because of their contents
    learned                          usual round-trip times, kept over restarts

The files: cases.py, watch.py, upkeep.py; base.py is what they share. All are imported together, here, because
relations name their other end.
"""

from monitor.store import redundancy
from monitor.store.models.base import Base
from monitor.store.models.cases import (
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
