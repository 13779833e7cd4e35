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
    counted_calendar                 the calendar by which running deadlines were counted last
    set_aside                        decisions that could not be stored because of their contents
    last_operations,
    noted_operations                 by which the fate of an interrupted commit is found out
    learned                          usual round-trip times, kept over restarts
    users 1 ── n user_sessions, one_time_links
    acts                             what people did, chained with ticket_events
    calendar_orders, site_notes      what officers entered in the console
    editions 1 ── n edition_files    reports that were made, and what of them left the house
    leases, daemons,
    unproven_dates                   who of several daemons does what, where the database is on a server, and what of it
                                     was dated by a clock that nothing had proved right

A row of most of them belongs to an office (`base.OfOffice`); accounts, the daemon's own state and unmonitored times
belong to the installation.

The files: cases.py, watch.py, accounts.py, editions.py, daemons.py, upkeep.py; base.py is what they share. All are
imported together, here, because relations name their other end.
"""

from monitor.store import redundancy
from monitor.store.models.accounts import (
    Act,
    ApiToken,
    CalendarOrder,
    IdempotentAnswer,
    LoginAttempt,
    OneTimeLink,
    SiteNote,
    User,
    UserSession,
)
from monitor.store.models.base import Base
from monitor.store.models.cases import (
    AffectedSite,
    ChainHead,
    ComplaintLink,
    CountedCalendar,
    DeadlineRecount,
    HelpdeskTicket,
    LastNumber,
    Notice,
    Outage,
    Ticket,
    TicketEvent,
)
from monitor.store.models.daemons import DaemonRow, LeaseRow, UnprovenDates
from monitor.store.models.editions import Edition, EditionFile
from monitor.store.models.upkeep import LastOperation, NotedOperation, SchemaDouble, SetAside
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
    "Act",
    "AffectedSite",
    "ApiToken",
    "Base",
    "CalendarOrder",
    "ChainHead",
    "ClockWord",
    "ComplaintLink",
    "CountedCalendar",
    "DaemonRow",
    "DeadlineRecount",
    "Edition",
    "EditionFile",
    "Event",
    "Gap",
    "Heartbeat",
    "HelpdeskTicket",
    "IdempotentAnswer",
    "LastNumber",
    "LastOperation",
    "Learned",
    "LeaseRow",
    "LoginAttempt",
    "NotedOperation",
    "Notice",
    "OneTimeLink",
    "Outage",
    "PlannedWork",
    "SchemaDouble",
    "SetAside",
    "SiteNote",
    "SiteState",
    "SuppressedOutage",
    "Ticket",
    "TicketEvent",
    "UnprovenDates",
    "User",
    "UserSession",
]

redundancy.declare(Base.metadata)
