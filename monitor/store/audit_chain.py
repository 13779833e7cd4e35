"""Verify the hash chain over the history of all tickets and the acts of people: one chain an office.

Each hash covers one entry and the hash before it. Nothing can be altered, inserted or removed without breaking every
later hash; and a head that was noted elsewhere (it stands in every mail) proves that nothing was cut off since.
`store.ticket_history` and `store.acts` add to it. An act stands behind the event that was the last one when it was
recorded. The acts about the installation itself, such as those on users, are in the chain of the office that stands
alone; that of an installation with one office has all there is.
"""

import hashlib
import heapq
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Text, cast, func, select, type_coerce
from sqlalchemy.orm import Session, defer

from monitor.domain.json_text import parse_json
from monitor.domain.message import N_, Said, message
from monitor.domain.progress import Progress, unheard
from monitor.store.models import Act, ChainHead, Ticket, TicketEvent
from monitor.store.offices import office_of

TICKETS = "tickets"  # the chain's name
BEGINNING = "0" * 64
LENGTH = len(BEGINNING)
MOST_WRONG = 8  # letters of 64: two hashes agree in 56 places by chance once in 10**57 pairs


TICKET_GONE = N_("the ticket of event {event} ({kind}) is gone")
EVENT_ALTERED = N_("event {event} of {number} ({kind}) is not what was recorded")
ACT_ALTERED = N_("act {act} of {actor} ({kind}) is not what was recorded")


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of a walk along the chain. ``events``, ``acts``: how many were checked; ``head``: the last hash.

    Of several chains, ``events`` and ``acts`` are those of all, and ``head`` is that of the first that has any;
    ``heads`` has each office's, but for those that were not reached.

    ``fault`` names the first entry that does not fit, or that the known head is missing, or is empty. ``meant``: a head
    of the chain that the known one, which is not in it, seems to be a typing error for.
    """

    events: int
    head: str
    fault: Said
    meant: str = ""
    acts: int = 0
    heads: Mapping[str, str] = field(default_factory=dict, compare=False)


class Place(NamedTuple):
    """A place in the chain: behind the event of that id, and behind the act of that id; ``act`` 0: the event itself."""

    event: int
    act: int = 0


class _Entry(NamedTuple):
    """An entry of the chain as it is stored. ``wrong``: what is said if its hash does not fit, or it is ``gone``."""

    place: Place
    content: list[object]
    hash: str
    wrong: Said
    gone: bool = False

    def own(self, before: str) -> str:
        """Return the hash it should have behind the hash ``before`` it."""
        return _hash([before, *self.content])


def link(
    before: str, number: str, at_utc: datetime, actor: str, kind: str, text: str, reason: str | None = None
) -> str:
    """Return the hash of an event: SHA-256 over the hash before it and all of the event's fields, in hexadecimal.

    ``reason``: the stored JSON; its members are hashed in the order of their names. None, as in all events of older
    versions, adds nothing.
    """
    return _hash([before, *_event(number, at_utc, actor, kind, text, reason)])


def link_act(before: str, act: Act, changed_from: object, changed_to: object) -> str:
    """Return the hash of an act: SHA-256 over the hash before it and all of its fields, in hexadecimal.

    ``changed_from``, ``changed_to``: what it stores as ``before`` and ``after``, as plain JSON values.
    """
    return _hash([before, *_act(act, changed_from, changed_to)])


def _event(number: str, at_utc: datetime, actor: str, kind: str, text: str, reason: str | None) -> list[object]:
    fields: list[object] = [number, _moment(at_utc), actor, kind, text]
    return fields if reason is None else [*fields, _parsed(reason)]


def _act(act: Act, changed_from: object, changed_to: object) -> list[object]:
    # No event is hashed with so many fields: none can be taken for an act.
    who, what = [_moment(act.at_utc), act.actor, act.via, act.address], [act.kind, act.about]
    return ["act", act.after_event_id, *who, *what, changed_from, changed_to]


def _moment(at_utc: datetime) -> str:
    return at_utc.astimezone(UTC).isoformat(timespec="microseconds")


def _hash(fields: list[object]) -> str:
    content = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _parsed(stored: str) -> object:
    try:
        return parse_json(stored)
    except ValueError:  # it was altered: no hash fits it
        return [stored]


def verify(session: Session, known_head: str = "", progress: Progress = unheard) -> Audit:
    """Verify the whole chain of each office that the session is for, one after the other.

    ``known_head``: a hash noted earlier, which must still be in one of them.
    """
    of = sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in (TicketEvent, Act))
    known_head, found = known_head.lower(), Audit(0, BEGINNING, "")
    seen, cut_off = known_head in {"", BEGINNING}, ""
    for office in _chains(session):
        chain = _Chain(session, office, known_head)
        for entry in chain.entries():
            if not chain.take(entry):
                return replace(_with(found, chain), fault=entry.wrong, meant="")
            progress(found.events + found.acts + chain.events + chain.acts, of)
        found, seen = _with(found, chain), seen or chain.seen
        cut_off = cut_off or (chain.stored if chain.stored != chain.head else "")
    if not seen:
        text = N_("the known head {head} is not in the chain: events were cut off or replaced")
        return replace(found, fault=message(text, head=known_head))
    if cut_off:
        text = N_("the last event is gone, whose hash was {hash}: events were cut off")
        return replace(found, fault=message(text, hash=cut_off), meant="")
    return replace(found, meant="")


def _chains(session: Session) -> list[str]:
    """Return the offices that have a chain, that of the installation first."""
    heads, events, acts = (select(table.office).distinct() for table in (ChainHead, TicketEvent, Act))
    return sorted(session.scalars(heads.union(events, acts)))


class _Chain:
    """A walk along one office's chain. ``seen``: the known head was met; ``meant``: one like it was."""

    def __init__(self, session: Session, office: str, known_head: str) -> None:
        self.office, self.head, self.events, self.acts = office, BEGINNING, 0, 0
        self.seen, self.meant = False, ""
        self._session, self._known = session, known_head

    def entries(self) -> Iterator["_Entry"]:
        """Yield the entries in order."""
        both = _events(self._session, self.office), _acts(self._session, self.office)
        return heapq.merge(*both, key=lambda entry: entry.place)

    def take(self, entry: "_Entry") -> bool:
        """Take the next entry; return whether it fits."""
        if entry.gone or (own := entry.own(self.head)) != entry.hash:
            return False
        self.head = own
        self.events, self.acts = self.events + (entry.place.act == 0), self.acts + (entry.place.act > 0)
        self.seen = self.seen or own == self._known
        if not self.seen and is_mistyped(self._known, own):
            self.meant = own
        return True

    @property
    def stored(self) -> str:
        """Return the hash that the last entry should have."""
        row = select(ChainHead.hash).where(ChainHead.office == self.office, ChainHead.name == TICKETS)
        return self._session.scalar(row) or BEGINNING


def _with(found: Audit, chain: _Chain) -> Audit:
    """Return the result so far with another chain."""
    heads = {**found.heads, chain.office: chain.head}
    events, acts = found.events + chain.events, found.acts + chain.acts
    head = next((each for each in heads.values() if each != BEGINNING), BEGINNING)
    return Audit(events, head, "", chain.meant or found.meant, acts, heads)


def _events(session: Session, office: str) -> Iterator[_Entry]:
    """Yield the events of all tickets of an office in order; one whose ticket is gone is a fault, not left out."""
    # The reason as it stands, whatever this version can read of it.
    stored_reason = type_coerce(TicketEvent.reason, Text).label("stored_reason")
    query = select(TicketEvent, Ticket.number, stored_reason).outerjoin(Ticket)
    query = query.where(TicketEvent.office == office).order_by(TicketEvent.id)
    for event, number, reason in session.execute(query).yield_per(1_000):
        wrong = message(EVENT_ALTERED, event=event.id, number=number or "", kind=event.kind)
        if number is None:
            wrong = message(TICKET_GONE, event=event.id, kind=event.kind)
        content = _event(number or "", event.at_utc, event.actor, event.kind, event.text, reason)
        yield _Entry(Place(event.id), content, event.hash, wrong, number is None)


def _acts(session: Session, office: str) -> Iterator[_Entry]:
    """Yield the acts in an office in order; one that is no JSON any more is still read."""
    stored_before = cast(Act.before, Text).label("stored_before")
    stored_after = cast(Act.after, Text).label("stored_after")
    query = select(Act, stored_before, stored_after).where(Act.office == office)
    query = query.options(defer(Act.before), defer(Act.after)).order_by(Act.after_event_id, Act.id)
    for act, changed_from, changed_to in session.execute(query).yield_per(1_000):
        wrong = message(ACT_ALTERED, act=act.id, actor=act.actor, kind=act.kind)
        content = _act(act, _parsed(changed_from), _parsed(changed_to))
        yield _Entry(Place(act.after_event_id, act.id), content, act.hash, wrong)


def place_of(session: Session, head: str) -> Place | None:
    """Return where in the chain the entry with that hash stands; None when there is none."""
    event = session.scalar(select(TicketEvent.id).where(TicketEvent.hash == head))
    if event is not None:
        return Place(event)
    act = session.execute(select(Act.after_event_id, Act.id).where(Act.hash == head)).first()
    return Place(*act) if act else None


def last_hash(session: Session) -> str:
    """Return the hash of the last stored entry of the session's office's chain; BEGINNING when there is none."""
    events = select(TicketEvent.id, TicketEvent.hash).where(TicketEvent.office == office_of(session))
    event = session.execute(events.order_by(TicketEvent.id.desc()).limit(1)).first()
    acts = select(Act.after_event_id, Act.hash).where(Act.office == office_of(session))
    act = session.execute(acts.order_by(Act.after_event_id.desc(), Act.id.desc()).limit(1)).first()
    if act and (event is None or act[0] >= event[0]):
        return act[1]
    return event[1] if event else BEGINNING


def is_mistyped(typed: str, head: str) -> bool:
    """Return whether ``typed`` is ``head`` with a few characters wrong, missing, doubled or exchanged."""
    if typed == head or abs(len(typed) - len(head)) > MOST_WRONG:
        return False
    if len(typed) == len(head) and sum(a != b for a, b in zip(typed, head, strict=True)) <= MOST_WRONG:
        return True
    same = _same_at_the_start(typed, head) + _same_at_the_start(typed[::-1], head[::-1])
    return same >= max(len(typed), len(head)) - MOST_WRONG


def _same_at_the_start(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
