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
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from monitor.domain.reasons import Reason
from monitor.store import redundancy
from monitor.store.columns import Facts, Line, Lines, Reasons, Utc


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc, dict[str, Any]: Facts, Reason: Reasons}  # noqa: RUF012 (SQLAlchemy's own idiom)


def _started(context: Any) -> datetime:
    """Who says nothing else of an outage means that it began with the first failed round."""
    started: datetime = context.get_current_parameters()["started_utc"]
    return started


class Outage(Base):
    """One contiguous hard 'down' of a site by its own fault. ``deadline_utc`` is the charter's target.

    ``started_utc``: when the site was first both silent and promised; ``silent_since_utc``: its first failed round.

    ``reason``: what was seen; ``cause``: what is suspected behind it ('power', or nothing), and ``cause_why``.

    ``operator_told``: its ticket says that the operator of its line is late.
    ``version`` grows with each change of the row.
    """

    __tablename__ = "outages"

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(Line(64))
    service: Mapped[str] = mapped_column(Line(32))
    started_utc: Mapped[datetime] = mapped_column(index=True)
    silent_since_utc: Mapped[datetime] = mapped_column(default=_started, nullable=True)  # no row is without it
    confirmed_utc: Mapped[datetime]
    ended_utc: Mapped[datetime | None] = mapped_column(index=True)
    end_reason: Mapped[str | None] = mapped_column(Line(32))
    deadline_utc: Mapped[datetime]
    reason: Mapped[Reason | None]
    operator_told: Mapped[bool] = mapped_column(default=False, server_default=false())
    cause: Mapped[str] = mapped_column(Line(32), default="", server_default="")
    cause_why: Mapped[Reason | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    version: Mapped[int] = mapped_column(server_default="1")

    ticket: Mapped["Ticket | None"] = relationship(back_populates="outages")
    affected: Mapped[list["AffectedSite"]] = relationship(back_populates="outage", order_by="AffectedSite.id")
    recounts: Mapped[list["DeadlineRecount"]] = relationship(order_by="DeadlineRecount.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (as above)
    __table_args__ = (Index("ix_outages_site_ended", "site", "ended_utc"),)


class DeadlineRecount(Base):
    """A deadline of an outage that was counted anew, because the charter or the calendar had changed."""

    __tablename__ = "recounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id"), index=True)
    at_utc: Mapped[datetime]
    reason: Mapped[Reason | None]


class ComplaintLink(Base):
    """A complaint is about an outage of its site. ``told_ticket_id``: the outage's ticket, whose history says so."""

    __tablename__ = "complaint_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id"), index=True)
    told_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))

    __table_args__ = (UniqueConstraint("complaint_id", "outage_id"),)


class AffectedSite(Base):
    """A site that was silent because of an outage elsewhere."""

    __tablename__ = "affected"

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id"), index=True)
    site: Mapped[str] = mapped_column(Line(64), index=True)
    since_utc: Mapped[datetime]
    until_utc: Mapped[datetime | None]

    outage: Mapped[Outage] = relationship(back_populates="affected")


class Ticket(Base):
    """A promise that is overdue or a citizen's request; its number is ``PREFIX-YEAR-SEQ``, gapless in a year.

    ``source`` is 'outage', or how a request came in: 'phone', 'person', 'email', 'letter'. ``event_utc`` is what the
    deadline counts from. ``breached_utc`` is the missed deadline, from which the grievance chain runs, except that the
    stage ``anew_level`` runs from ``anew_utc``. ``waits``: pairs of ISO times between which its time stood still.
    ``version`` grows with each change, each line of its history included.
    """

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Line(32), unique=True)
    year: Mapped[int]
    seq: Mapped[int]
    service: Mapped[str] = mapped_column(Line(32))
    source: Mapped[str] = mapped_column(Line(16), default="outage")
    site: Mapped[str | None] = mapped_column(Line(64), index=True)
    asker: Mapped[str] = mapped_column(Line(200), default="")
    asker_email: Mapped[str] = mapped_column(Line(254), default="")
    text: Mapped[str] = mapped_column(Lines, default="")
    state: Mapped[str] = mapped_column(Line(16), index=True)
    stage: Mapped[int] = mapped_column(default=0)
    opened_utc: Mapped[datetime]
    event_utc: Mapped[datetime]
    deadline_utc: Mapped[datetime] = mapped_column(index=True)
    breached_utc: Mapped[datetime | None]
    resolved_utc: Mapped[datetime | None]
    held_open: Mapped[bool] = mapped_column(default=False)
    acknowledged_until_utc: Mapped[datetime | None]
    waiting_since_utc: Mapped[datetime | None]
    waits: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    anew_level: Mapped[int] = mapped_column(default=0, server_default="0")
    anew_utc: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    outages: Mapped[list[Outage]] = relationship(back_populates="ticket", order_by="Outage.id")
    events: Mapped[list["TicketEvent"]] = relationship(back_populates="ticket", order_by="TicketEvent.id")
    notices: Mapped[list["Notice"]] = relationship(back_populates="ticket", order_by="Notice.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (as above)
    __table_args__ = (UniqueConstraint("year", "seq"),)


class TicketEvent(Base):
    """One change of a ticket: who, when, what, and in which words; ``hash`` chains it to all events before it."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at_utc: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Line(100))
    kind: Mapped[str] = mapped_column(Line(32))
    text: Mapped[str] = mapped_column(Lines, default="")
    hash: Mapped[str] = mapped_column(Line(64))

    ticket: Mapped[Ticket] = relationship(back_populates="events")


class ChainHead(Base):
    """The hash of the last event of a chain, which the next one is linked to; there is one chain, 'tickets'."""

    __tablename__ = "chain_heads"

    name: Mapped[str] = mapped_column(Line(32), primary_key=True)
    hash: Mapped[str] = mapped_column(Line(64))


class LastNumber(Base):
    """The last number that was given to a ticket in a year: none is given twice, whatever becomes of its ticket."""

    __tablename__ = "last_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]


class Notice(Base):
    """A notice owed to one reader. ``key`` says what for, so that it can never be owed twice; ``facts`` it will tell.

    ``about``: the ticket's number, or which outage, day or digest; ``ref``: which notice of its ``kind`` it is there.
    ``owed_utc``: when it was first to go out; ``due_utc``: when it is next to be tried. ``folded_into``: another letter
    tells of it, a digest or a later one that made it needless; ``sent_utc`` then says when that was decided.
    ``fault``: what of ours keeps it from being written; ``last_error`` is what its server or the way there said.
    """

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    key: Mapped[str] = mapped_column(Line(120), unique=True)
    about: Mapped[str] = mapped_column(Line(64), default="", server_default="")
    kind: Mapped[str] = mapped_column(Line(32))
    ref: Mapped[str] = mapped_column(Line(64), default="", server_default="")
    recipient: Mapped[str] = mapped_column(Line(32))
    channel: Mapped[str] = mapped_column(Line(16), default="email", server_default="email")
    message_id: Mapped[str] = mapped_column(Line(200))
    thread_id: Mapped[str] = mapped_column(Line(200), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    created_utc: Mapped[datetime]
    owed_utc: Mapped[datetime | None]
    due_utc: Mapped[datetime]
    leased_until_utc: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_utc: Mapped[datetime | None] = mapped_column(index=True)
    dead_utc: Mapped[datetime | None]
    folded_into: Mapped[int | None]
    proof: Mapped[str] = mapped_column(Lines, default="")
    last_error: Mapped[str] = mapped_column(Lines, default="")
    fault: Mapped[str] = mapped_column(Lines, default="", server_default="")

    ticket: Mapped[Ticket | None] = relationship(back_populates="notices")

    __table_args__ = (Index("ix_notices_owed", "sent_utc", "dead_utc", "due_utc"),)


class HelpdeskTicket(Base):
    """Where a ticket stands in an outside help desk (``desk``), and how far both sides know of each other.

    ``told_event_id``: the last event of its history that is written there. ``agreed_state``, ``agreed_status``: our
    state and the status there that both sides last stood at. ``seen``: the last remark read there, by stream.
    ``away``: the last try failed because the whole desk did.
    """

    __tablename__ = "helpdesk_tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(Line(320))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    outside_id: Mapped[str] = mapped_column(Line(32), default="")
    told_event_id: Mapped[int] = mapped_column(default=0)
    agreed_state: Mapped[str] = mapped_column(Line(16))
    agreed_status: Mapped[str] = mapped_column(Line(64))
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    stamp: Mapped[str] = mapped_column(Line(64), default="")
    looked_utc: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_utc: Mapped[datetime]
    away: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str] = mapped_column(Lines, default="")

    ticket: Mapped[Ticket] = relationship()

    __table_args__ = (UniqueConstraint("desk", "ticket_id"),)


class Event(Base):
    """A line of the timeline that is no outage: a restart, a UPS on battery, credentials refused, the uplink gone."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(index=True)
    site: Mapped[str] = mapped_column(Line(64), index=True)
    device: Mapped[str] = mapped_column(Line(130), default="")
    kind: Mapped[str] = mapped_column(Line(32))
    reason: Mapped[Reason | None]


def _since(context: Any) -> datetime:
    """A site's first state is when it came to be known."""
    since: datetime = context.get_current_parameters()["since_utc"]
    return since


class SiteState(Base):
    """The last known state of a site; while it flaps, its comings and goings are not told.

    ``workstation_utc``: the first answer of one of a lab's workstations on the last day that had any. ``first_utc``:
    since when the site is known at all; None in rows from before that was kept. ``answers_since_utc``: since when it
    answers without having been silent for certain; None while it does not, or is not known to.
    """

    __tablename__ = "site_states"

    site: Mapped[str] = mapped_column(Line(64), primary_key=True)
    state: Mapped[str] = mapped_column(Line(16))
    since_utc: Mapped[datetime]
    workstation_utc: Mapped[datetime | None]
    first_utc: Mapped[datetime | None] = mapped_column(default=_since)
    flapping: Mapped[bool] = mapped_column(default=False, server_default=false())
    answers_since_utc: Mapped[datetime | None]


class Heartbeat(Base):
    """The one row that says when the daemon last lived, in which boot of the machine, and what it thought of the clock.

    ``at_utc`` is the time that it went by; ``wall_utc`` what the wall clock said, ``synchronised`` what NTP said of it.
    The rest is as `judging.clock_trust.ClockTrust` explains it; None in rows from before that was kept.
    """

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime]
    boot_id: Mapped[str] = mapped_column(Line(40))
    boot_ns: Mapped[int] = mapped_column(BigInteger)
    wall_utc: Mapped[datetime | None]
    synchronised: Mapped[bool] = mapped_column(default=False, server_default=false())
    unproven_since_utc: Mapped[datetime | None]
    suspect_since_boot_ns: Mapped[int | None] = mapped_column(BigInteger)
    ntp_decides: Mapped[bool] = mapped_column(default=False, server_default=false())
    off_since_utc: Mapped[datetime | None]
    resumed_utc: Mapped[datetime | None]


class ClockWord(Base):
    """The one row that says of which reading of the clocks an operator said last that it is right."""

    __tablename__ = "clock_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    wall_utc: Mapped[datetime]
    boot_ns: Mapped[int] = mapped_column(BigInteger)
    boot_id: Mapped[str] = mapped_column(Line(40))
    actor: Mapped[str] = mapped_column(Line(100))


class Gap(Base):
    """A time in which nobody watched: neither up nor down. ``ended_utc`` is None while it lasts.

    ``uplink``: only what lies behind that one could not be seen; empty: nothing at all.
    """

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_utc: Mapped[datetime] = mapped_column(index=True)
    ended_utc: Mapped[datetime | None]
    reason: Mapped[Reason | None]
    uplink: Mapped[str] = mapped_column(Line(64), default="", server_default="")


class SuppressedOutage(Base):
    """A site was silent, but no outage began: planned work, hours in which it is not promised, or either of a parent.

    ``planned_until_utc``: when the excuse ends, as far as was known when it began. ``promised_utc``: when the site was
    first both silent and promised, where that was before the excuse.
    """

    __tablename__ = "excused"

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(Line(64), index=True)
    kind: Mapped[str] = mapped_column(Line(16))
    why: Mapped[Reason | None]
    since_utc: Mapped[datetime]
    planned_until_utc: Mapped[datetime | None]
    promised_utc: Mapped[datetime | None]
    until_utc: Mapped[datetime | None] = mapped_column(index=True)


class PlannedWork(Base):
    """A maintenance window that was asked for by command; ``ended_utc`` when it was ended before its time.

    ``entry``: what [maintenance.NAME] of monitor.toml would say, as plain JSON values.
    ``version`` grows with each change.
    """

    __tablename__ = "planned_work"

    name: Mapped[str] = mapped_column(Line(64), primary_key=True)
    entry: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(Line(100))
    created_utc: Mapped[datetime]
    ended_utc: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (as above)


class Learned(Base):
    """What is usual of a device: its round-trip times by the hour of the week, as `judging.baseline` packs them."""

    __tablename__ = "learned"

    device: Mapped[str] = mapped_column(Line(130), primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class SetAside(Base):
    """A decision that could not be stored for what is in it, in words, and why; it is not tried again."""

    __tablename__ = "set_aside"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime]
    what: Mapped[str] = mapped_column(Lines)
    why: Mapped[str] = mapped_column(Lines)


class SchemaDouble(Base):
    """What the schema says of a table, an index or a trigger, as the last migration left it; see `redundancy`."""

    __tablename__ = redundancy.DOUBLE

    name: Mapped[str] = mapped_column(Line(200), primary_key=True)
    sql: Mapped[str] = mapped_column(Text)


redundancy.declare(Base.metadata)
