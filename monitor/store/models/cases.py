"""Define the tables of cases: outages, tickets with their history, and notices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitor.domain.message import Said
from monitor.domain.reasons import Reason
from monitor.store.columns import Line, Lines, Reasons, Sentence
from monitor.store.models.base import LONGEST_SITE, Base, OfOffice, OfOfficeInKey


def _started(context: Any) -> datetime:
    """Return the default of an outage's first failed round: its start."""
    started: datetime = context.get_current_parameters()["started_utc"]
    return started


_IS_OPEN = text("ended_utc IS NULL")
# Each default of a column is the model's too: none need be asked back, and rows with ids go by one statement.
BY_THEMSELVES: Mapping[str, Any] = {"eager_defaults": False}


class Outage(OfOffice, Base):
    """One contiguous 'down' of a site by its own fault. ``deadline_utc``: the charter's target.

    ``started_utc``: since when the site was unreachable within its service hours; ``silent_since_utc``: its first
    failed round. ``reason``: what was observed; ``cause``: the suspected cause ('power', or none), and ``cause_why``.
    ``operator_told``: its ticket records that the link's operator is late. ``excuse``: why it counts against nobody, as
    an officer wrote, ``excused_by`` whom; ``note``: what the public page says of it. ``version`` grows with each change
    of the row.
    """

    __tablename__ = "outages"

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(Line(LONGEST_SITE))
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
    excuse: Mapped[str] = mapped_column(Lines, default="", server_default="")
    excused_by: Mapped[str] = mapped_column(Line(100), default="", server_default="")
    note: Mapped[str] = mapped_column(Lines, default="", server_default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    version: Mapped[int] = mapped_column(server_default="1")

    ticket: Mapped["Ticket | None"] = relationship(back_populates="outages")
    affected: Mapped[list["AffectedSite"]] = relationship(back_populates="outage", order_by="AffectedSite.id")
    recounts: Mapped[list["DeadlineRecount"]] = relationship(order_by="DeadlineRecount.id")

    __mapper_args__ = {"version_id_col": version, **BY_THEMSELVES}  # noqa: RUF012 (as above)
    __table_args__ = (
        Index("ix_outages_site_ended", "site", "ended_utc"),
        # A site that was opened twice would stop all that asks for its open outage.
        Index("uq_outages_open_site", "site", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )


class DeadlineRecount(OfOffice, Base):
    """A recomputed deadline of an outage, because the charter or the calendar changed."""

    __tablename__ = "recounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id"), index=True)
    at_utc: Mapped[datetime]
    reason: Mapped[Reason | None]


class ComplaintLink(OfOffice, Base):
    """A link from a complaint to an outage of its site.

    ``told_ticket_id``: the outage's ticket whose history records it.
    """

    __tablename__ = "complaint_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id"), index=True)
    told_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))

    __table_args__ = (UniqueConstraint("complaint_id", "outage_id"),)


class AffectedSite(OfOffice, Base):
    """A site that was unreachable because of an outage elsewhere."""

    __tablename__ = "affected"

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id"), index=True)
    site: Mapped[str] = mapped_column(Line(LONGEST_SITE), index=True)
    since_utc: Mapped[datetime]
    until_utc: Mapped[datetime | None]

    outage: Mapped[Outage] = relationship(back_populates="affected")


class Ticket(OfOffice, Base):
    """An overdue outage or a request; its number is ``PREFIX-YEAR-SEQ``, without gaps in a year.

    ``source``: 'outage', or how a request came in: 'phone', 'person', 'email', 'letter'. ``event_utc``: what the
    deadline counts from. ``breached_utc``: the missed deadline, from which the grievance chain runs, except that the
    stage ``anew_level`` was restarted at ``anew_utc``. ``waits``: pairs of ISO times between which its time did not
    count. ``asker_phone``: to call back; ``memo``: the number of
    their letter. ``code``: what the requester tracks it by, with the number; ``public_note``:
    what the public page says of it. ``version`` grows with each change, each line of its history included.
    """

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Line(32), unique=True)
    year: Mapped[int]
    seq: Mapped[int]
    service: Mapped[str] = mapped_column(Line(32))
    source: Mapped[str] = mapped_column(Line(16), default="outage")
    site: Mapped[str | None] = mapped_column(Line(LONGEST_SITE), index=True)
    asker: Mapped[str] = mapped_column(Line(200), default="")
    asker_email: Mapped[str] = mapped_column(Line(254), default="")
    asker_phone: Mapped[str] = mapped_column(Line(40), default="", server_default="")
    memo: Mapped[str] = mapped_column(Line(100), default="", server_default="")
    code: Mapped[str] = mapped_column(Line(16), default="", server_default="")
    public_note: Mapped[str] = mapped_column(Lines, default="", server_default="")
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
    events: Mapped[list["TicketEvent"]] = relationship(order_by="TicketEvent.id", viewonly=True)
    notices: Mapped[list["Notice"]] = relationship(order_by="Notice.id", viewonly=True)

    __mapper_args__ = {"version_id_col": version, **BY_THEMSELVES}  # noqa: RUF012 (as above)
    __table_args__ = (UniqueConstraint("office", "year", "seq"),)


class TicketEvent(OfOffice, Base):
    """One change of a ticket: who, when, what and why; ``hash`` chains it to all events before it.

    ``text``: what a person wrote; in events of older versions, which have no ``reason``, also the program's words.
    """

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at_utc: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Line(100))
    kind: Mapped[str] = mapped_column(Line(32))
    text: Mapped[str] = mapped_column(Lines, default="")
    hash: Mapped[str] = mapped_column(Line(64))
    reason: Mapped[Reason | None] = mapped_column(Reasons(whole=True))

    ticket: Mapped[Ticket] = relationship()

    __table_args__ = (Index("ix_ticket_events_office_id", "office", "id"),)


class ChainHead(OfOfficeInKey, Base):
    """The hash of the last event of a chain, to which the next one is linked; each office has one, 'tickets'."""

    __tablename__ = "chain_heads"

    name: Mapped[str] = mapped_column(Line(32), primary_key=True)
    hash: Mapped[str] = mapped_column(Line(64))


class LastNumber(OfOfficeInKey, Base):
    """The last ticket number of an office's year: none is used twice, whatever becomes of its ticket."""

    __tablename__ = "last_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]


class CountedCalendar(OfOfficeInKey, Base):
    """The calendar by which running deadlines were counted last; one row an office, or none before the first count.

    ``files``: calendar.toml and holidays.toml as JSON; ``last_order``: the number of the last order that was counted.
    """

    __tablename__ = "counted_calendar"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    files: Mapped[dict[str, Any]]
    last_order: Mapped[int]


def _few(name: str, *columns: str, which: str) -> Index:
    """Return an index of some rows alone: of a table that keeps all of them, what is counted again and again."""
    return Index(name, *columns, sqlite_where=text(which), postgresql_where=text(which))


class Notice(OfOffice, Base):
    """A notice to one recipient. ``key`` identifies its cause, so that it is enqueued only once.

    ``facts``: its contents.

    ``about``: the ticket's number, or which outage, day or digest; ``ref``: which notice of its ``kind`` it is there.
    ``owed_utc``: when it was first due; ``due_utc``: when it is to be tried next. ``folded_into``: the notice it was
    merged into, a digest or a later one that made it needless; ``sent_utc`` then is the time of the merge. ``fault``: a
    fault of this program that prevents writing it; ``last_error``: the error of the last try in plain English, ``why``
    the same to be rendered; NULL of older versions. ``given_to``: the user who got it in the recipient's place, who was
    away.
    """

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    key: Mapped[str] = mapped_column(Line(120))
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
    leased_by: Mapped[str] = mapped_column(Line(160), default="", server_default="")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_utc: Mapped[datetime | None] = mapped_column(index=True)
    dead_utc: Mapped[datetime | None]
    folded_into: Mapped[int | None]
    proof: Mapped[str] = mapped_column(Lines, default="")
    last_error: Mapped[str] = mapped_column(Lines, default="")
    why: Mapped[Said | None] = mapped_column(Sentence)
    fault: Mapped[str] = mapped_column(Lines, default="", server_default="")
    given_to: Mapped[str] = mapped_column(Line(64), default="", server_default="")

    ticket: Mapped[Ticket | None] = relationship()

    __mapper_args__ = BY_THEMSELVES
    __table_args__ = (
        Index("ix_notices_owed", "sent_utc", "dead_utc", "due_utc"),
        Index("ix_notices_kind", "kind", "office", "sent_utc"),
        _few("ix_notices_waiting", "office", "owed_utc", which="sent_utc IS NULL AND dead_utc IS NULL"),
        _few("ix_notices_dead", "office", which="dead_utc IS NOT NULL"),
        _few("ix_notices_merged", "office", which="folded_into IS NOT NULL"),
        UniqueConstraint("office", "key"),
    )


class HelpdeskTicket(OfOffice, Base):
    """A ticket's state in an outside help desk (``desk``), and how far both sides are in sync.

    ``told_event_id``: the last event of its history that was sent there. ``agreed_state``, ``agreed_status``: our state
    and the desk's status when both last agreed. ``seen``: the last remark read there, by stream. ``away``: the last try
    failed because the whole desk did. ``why``: ``last_error`` to be rendered, as of a `Notice`.
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
    why: Mapped[Said | None] = mapped_column(Sentence)

    ticket: Mapped[Ticket] = relationship()

    __table_args__ = (UniqueConstraint("desk", "ticket_id"),)
