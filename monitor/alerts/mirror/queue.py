"""Choose the next ticket to mirror, and record the result. All of it is in the database; a restart loses nothing.

A ticket that failed waits longer each time and lets the others pass. Within a ticket, order is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.backoff import backoff
from monitor.domain.message import Said
from monitor.domain.ticket_states import S
from monitor.store.helpdesk_queries import next_in_turn, unlisted
from monitor.store.models import HelpdeskTicket
from monitor.store.work import Work

AWAY_BACKOFF, LONGEST_AWAY = timedelta(seconds=30), timedelta(minutes=10)
REFUSED_BACKOFF, LONGEST_REFUSED = timedelta(minutes=10), timedelta(hours=2)
SPREAD = (0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Turn:
    """The ticket whose turn it is, detached from the database. ``stamp``: empty when everything must be read."""

    id: int
    ticket_id: int
    number: str
    outside_id: str
    seen: Mapping[str, int]
    stamp: str
    attempts: int


def enlist(work: Work, desk: str, fresh: str) -> None:
    """Add the tickets to the mirror, as if they were there unchanged: the first round finds out."""
    for ticket_id in unlisted(work.session, desk):
        row = HelpdeskTicket(desk=desk, ticket_id=ticket_id, next_try_utc=work.now_utc, seen={})
        row.agreed_state, row.agreed_status = S.OPEN, fresh
        work.session.add(row)


def next_turn(work: Work, desk: str) -> Turn | None:
    """Return the next ticket: with pending events first, then to be polled, then retries."""
    found = next_in_turn(work.session, desk, work.now_utc)
    if found is None:
        return None
    row, number, pending = found
    stamp = "" if pending or row.attempts else row.stamp
    return Turn(row.id, row.ticket_id, number, row.outside_id, dict(row.seen), stamp, row.attempts)


def done(work: Work, turn: Turn, poll: timedelta) -> None:
    """Record that both sides are in sync."""
    row = work.session.get_one(HelpdeskTicket, turn.id)
    row.attempts, row.away, row.last_error, row.why = 0, False, "", None
    row.looked_utc, row.next_try_utc = work.now_utc, work.now_utc + poll


def failed(work: Work, turn: Turn, error: Said, backoff: timedelta, *, away: bool) -> None:
    """Put the ticket back until ``backoff`` is over."""
    row = work.session.get_one(HelpdeskTicket, turn.id)
    row.attempts += 1
    row.next_try_utc, row.away = work.now_utc + backoff, away
    row.last_error, row.why = str(error), error


def backoff_after(failures: int, jitter: float, *, away: bool) -> timedelta:
    """Return the wait after so many failures in a row, of a desk that is ``away`` or of one that refuses."""
    first, longest = (AWAY_BACKOFF, LONGEST_AWAY) if away else (REFUSED_BACKOFF, LONGEST_REFUSED)
    return backoff(failures, jitter, first, longest, SPREAD)
