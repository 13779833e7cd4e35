"""Examine the chain of hashes over tickets' histories and people's acts, up to the head that was mailed last."""

from collections.abc import Iterator
from datetime import datetime

from monitor.doctor.check import Check, Pace, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_
from monitor.store import audit_chain, mailed_head
from monitor.store.audit_chain import Audit
from monitor.store.errors import DatabaseError, StoreError

OK = Kind("chain.ok", Level.OK, N_("the history is as it was written: {events} events of tickets, {acts} acts"))
BROKEN = Kind(
    "chain.broken",
    Level.ERROR,
    N_("the history was altered: {why}"),
    N_("Keep a copy of the database as evidence, then compare with an older one: upazila-monitor audit verify"),
)
UNREAD = Kind(
    "chain.unread",
    Level.INFO,
    N_("there is no history to verify: the database cannot be read, or is not there yet"),
    N_("See what the database's own line says: upazila-monitor doctor --only database"),
)


def _gather(place: Place) -> Audit | None:
    """Walk the whole chain; None where there is no database to read."""
    mailed = mailed_head.read(place.settings.state)
    try:
        with place.opened() as store, store.read() as session:
            return audit_chain.verify(session, mailed.head if mailed else "")
    except (StoreError, DatabaseError):
        return None


def _judge(seen: Audit | None, _: datetime) -> Iterator[Finding]:
    if seen is None:
        yield found(UNREAD)
    elif seen.fault:
        yield found(BROKEN, why=seen.fault)
    else:
        yield found(OK, events=seen.events, acts=seen.acts)


CHAIN = Check(
    "chain",
    N_("History"),
    "Every hash of the chain over tickets' events and people's acts, and that the head which was mailed last is in it.",
    _gather,
    _judge,
    (OK, BROKEN, UNREAD),
    Pace.HEAVY,
)
