"""Make the documents of `--json` and /api/v1/status: one shape for each kind, and its one maker. Keys are public.

Takes the views of `store`; nothing here queries a database. Times are in ISO 8601, UTC.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypedDict

from monitor.domain.reasons import as_json
from monitor.i18n.reasons import reason_text
from monitor.store.helpdesk_queries import MirrorTotals, MirrorView
from monitor.store.notice_queries import NoticeView
from monitor.store.queries import EventView, OutageView, TicketView, TimelineView

ReasonDocument = dict[str, Any]
"""A code and its parameters, as `domain.reasons.PARAMETERS` lists them; NAME_text beside NAME has its English words."""


class OutageDocument(TypedDict):
    """An outage, the number of its ticket, and the sites affected by it."""

    id: int
    site: str
    service: str
    started_utc: str
    silent_since: str
    confirmed_utc: str
    ended_utc: str | None
    end_reason: str | None
    deadline_utc: str
    reason: ReasonDocument | None
    reason_text: str
    cause: str
    cause_why: ReasonDocument | None
    cause_why_text: str
    ticket: str | None
    affected: list[str]
    version: int


class PublicTicketDocument(TypedDict):
    """A ticket for anyone: without the requester and the text of the request."""

    number: str
    service: str
    site: str | None
    state: str
    stage: int
    opened_utc: str
    event_utc: str
    deadline_utc: str
    breached_utc: str | None
    resolved_utc: str | None
    version: int
    source: str


class TicketEventDocument(TypedDict):
    """One line of a ticket's history; ``text``: what a person wrote, else the English words of the reason."""

    at_utc: str
    actor: str
    kind: str
    text: str
    reason: dict[str, Any] | None
    reason_text: str


class TicketDocument(PublicTicketDocument):
    """A ticket for the office; ``events`` is empty in listings."""

    asker: str
    text: str
    events: list[TicketEventDocument]


class TimelineDocument(TypedDict):
    """A timeline event."""

    at_utc: str
    site: str
    device: str
    kind: str
    reason: ReasonDocument | None
    reason_text: str
    end_reason: str | None
    ticket: str | None
    text: str


class NoticeDocument(TypedDict):
    """A notice and its delivery."""

    id: int
    kind: str
    about: str
    recipient: str
    channel: str
    state: str
    owed_utc: str | None
    due_utc: str
    sent_utc: str | None
    dead_utc: str | None
    attempts: int
    message_id: str
    folded_into: int | None
    proof: str
    last_error: str
    fault: str


class MirrorDocument(TypedDict):
    """Totals of the help desk's mirror: tickets in it, tickets with events to send, and refused ones."""

    mirrored: int
    pending: int
    oldest_pending: str | None
    refused: int
    last_error: str


class DeskDocument(MirrorDocument):
    """The totals of one help desk ``desk``, and the ids of the offices whose tickets go there."""

    desk: str
    offices: list[str]


class MirrorsDocument(MirrorDocument):
    """The totals of all help desks together, and those of each."""

    desks: list[DeskDocument]


class MirroredTicketDocument(TypedDict):
    """A ticket's state in the help desk, and how many events are still to be sent."""

    desk: str
    number: str
    state: str
    outside_id: str
    status: str
    owed: int
    looked_utc: str | None
    attempts: int
    next_try_utc: str
    last_error: str


class HelpdeskDocument(MirrorsDocument):
    """The mirror's totals and tickets; ``desk``: None where there are several help desks."""

    desk: str | None
    tickets: list[MirroredTicketDocument]


def outage_document(view: OutageView) -> OutageDocument:
    """Make the document of an outage."""
    return {
        "id": view.id,
        "site": view.site,
        "service": view.service,
        "started_utc": view.started_utc.isoformat(),
        "silent_since": view.silent_since.isoformat(),
        "confirmed_utc": view.confirmed_utc.isoformat(),
        "ended_utc": iso_or_none(view.ended_utc),
        "end_reason": view.end_reason,
        "deadline_utc": view.deadline_utc.isoformat(),
        "reason": as_json(view.reason),
        "reason_text": reason_text(view.reason, "en"),
        "cause": view.cause,
        "cause_why": as_json(view.cause_why),
        "cause_why_text": reason_text(view.cause_why, "en"),
        "ticket": view.ticket,
        "affected": list(view.affected),
        "version": view.version,
    }


def public_ticket_document(view: TicketView) -> PublicTicketDocument:
    """Make the document of a ticket for anyone."""
    return {
        "number": view.number,
        "service": view.service,
        "site": view.site,
        "state": view.state,
        "stage": view.stage,
        "opened_utc": view.opened_utc.isoformat(),
        "event_utc": view.event_utc.isoformat(),
        "deadline_utc": view.deadline_utc.isoformat(),
        "breached_utc": iso_or_none(view.breached_utc),
        "resolved_utc": iso_or_none(view.resolved_utc),
        "version": view.version,
        "source": view.source,
    }


def ticket_document(view: TicketView) -> TicketDocument:
    """Make the document of a ticket for the office."""
    events = [ticket_event_document(event) for event in view.events]
    return {**public_ticket_document(view), "asker": view.asker, "text": view.text, "events": events}


def ticket_event_document(view: EventView) -> TicketEventDocument:
    """Make the document of one line of a ticket's history."""
    words = reason_text(view.reason, "en")
    return {
        "at_utc": view.at_utc.isoformat(),
        "actor": view.actor,
        "kind": view.kind,
        "text": view.text or words,
        "reason": as_json(view.reason),
        "reason_text": words,
    }


def timeline_document(view: TimelineView) -> TimelineDocument:
    """Make the document of one line of the timeline."""
    return {
        "at_utc": view.at_utc.isoformat(),
        "site": view.site,
        "device": view.device,
        "kind": view.kind,
        "reason": as_json(view.reason),
        "reason_text": reason_text(view.reason, "en"),
        "end_reason": view.end_reason,
        "ticket": view.ticket,
        "text": view.text,
    }


def notice_document(view: NoticeView) -> NoticeDocument:
    """Make the document of a notice."""
    return {
        "id": view.id,
        "kind": view.kind,
        "about": view.about,
        "recipient": view.recipient,
        "channel": view.channel,
        "state": view.state,
        "owed_utc": iso_or_none(view.owed_utc),
        "due_utc": view.due_utc.isoformat(),
        "sent_utc": iso_or_none(view.sent_utc),
        "dead_utc": iso_or_none(view.dead_utc),
        "attempts": view.attempts,
        "message_id": view.message_id,
        "folded_into": view.folded_into,
        "proof": view.proof,
        "last_error": str(view.last_error),
        "fault": view.fault,
    }


def mirror_document(totals: MirrorTotals) -> MirrorDocument:
    """Make the document of the mirror's totals."""
    return {
        "mirrored": totals.mirrored,
        "pending": totals.pending,
        "oldest_pending": iso_or_none(totals.oldest_utc),
        "refused": totals.refused,
        "last_error": str(totals.last_error),
    }


def mirrors_document(desks: Iterable[tuple[str, Sequence[str], MirrorTotals]]) -> MirrorsDocument:
    """Make the document of all help desks; ``desks``: of each its key, its offices' ids, and its totals."""
    each = list(desks)
    parts: list[DeskDocument] = [
        {"desk": desk, "offices": list(offices), **mirror_document(totals)} for desk, offices, totals in each
    ]
    return {**mirror_document(MirrorTotals.sum_of(totals for *_, totals in each)), "desks": parts}


def mirrored_ticket_document(view: MirrorView) -> MirroredTicketDocument:
    """Make the document of one mirrored ticket."""
    return {
        "desk": view.desk,
        "number": view.number,
        "state": view.state,
        "outside_id": view.outside_id,
        "status": view.status,
        "owed": view.pending,
        "looked_utc": iso_or_none(view.looked_utc),
        "attempts": view.attempts,
        "next_try_utc": view.next_try_utc.isoformat(),
        "last_error": str(view.last_error),
    }


def iso_or_none(at_utc: datetime | None) -> str | None:
    """Write a time in ISO 8601, if there is one."""
    return at_utc.isoformat() if at_utc else None
