"""The outbox: notices are owed in the transaction of the event that causes them, and delivered afterwards.

Owed → leased → sent, or back to owed with a later due time, or dead. A notice is handed over at least once, always
under the same Message-ID; within a ticket each recipient gets notices in the order in which they were owed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from monitor.alerts import audit
from monitor.alerts.facts import facts_of_outage
from monitor.alerts.office import Office
from monitor.store.models import Notice, Outage, Ticket

LEASE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Letter:
    """A leased notice, detached from the database."""

    id: int
    kind: str
    recipient: str
    message_id: str
    thread_id: str
    created_utc: datetime
    attempts: int
    facts: Mapping[str, Any]


def key(ticket: Ticket, name: str, recipient: str) -> str:
    """What makes a notice unique: it can be owed only once."""
    return f"{ticket.number}/{name}/{recipient}"


def owe(
    session: Session,
    office: Office,
    ticket: Ticket,
    name: str,
    recipient: str,
    facts: Mapping[str, Any],
    now_utc: datetime,
) -> bool:
    """Puts a notice about a ticket into the outbox, unless one of that name is there; False if it was."""
    own = key(ticket, name, recipient)
    if any(notice.key == own for notice in ticket.notices):
        return False
    first = next((notice for notice in ticket.notices if notice.recipient == recipient), None)
    # The head of the history goes out with every mail, so that its proof stands outside this machine too.
    facts = {**facts, "head": audit.head(session)}
    notice = _notice(office, ticket.number, name, recipient, facts, now_utc)
    notice.thread_id = first.thread_id if first else notice.message_id
    ticket.notices.append(notice)
    session.flush()
    return True


def owe_for_outage(session: Session, office: Office, outage: Outage, name: str, now_utc: datetime) -> bool:
    """Puts a notice to the responsible officer about an outage that has no ticket into the outbox, once."""
    recipient = office.charter.services[outage.service].officer
    about = f"outage-{outage.id}"
    if session.scalar(select(Notice.id).where(Notice.key == f"{about}/{name}/{recipient}")) is not None:
        return False
    facts = facts_of_outage(office, outage, now_utc)
    session.add(_notice(office, about, name, recipient, facts, now_utc))
    session.flush()
    return True


def _notice(
    office: Office, about: str, name: str, recipient: str, facts: Mapping[str, Any], now_utc: datetime
) -> Notice:
    message_id = f"<{about}.{name}.{recipient}@{office.mail_domain}>"
    return Notice(
        key=f"{about}/{name}/{recipient}",
        kind=name.partition("-")[0],
        recipient=recipient,
        message_id=message_id,
        thread_id=message_id,
        facts=dict(facts),
        created_utc=now_utc,
        due_utc=now_utc,
    )


def lease_next(session: Session, now_utc: datetime) -> Letter | None:
    """Claims the oldest notice that is due and has none before it in its thread; None when there is none."""
    earlier = aliased(Notice)
    waits_for_another = (
        select(earlier.id)
        .where(earlier.thread_id == Notice.thread_id, earlier.id < Notice.id)
        .where(earlier.sent_utc.is_(None), earlier.dead_utc.is_(None))
        .exists()
    )
    free = or_(Notice.leased_until_utc.is_(None), Notice.leased_until_utc < now_utc)
    query = select(Notice).where(Notice.sent_utc.is_(None), Notice.dead_utc.is_(None), Notice.due_utc <= now_utc, free)
    notice = session.scalars(query.where(~waits_for_another).order_by(Notice.due_utc, Notice.id).limit(1)).one_or_none()
    if notice is None:
        return None
    notice.leased_until_utc = now_utc + LEASE
    notice.attempts += 1
    return Letter(
        notice.id,
        notice.kind,
        notice.recipient,
        notice.message_id,
        notice.thread_id,
        notice.created_utc,
        notice.attempts,
        notice.facts,
    )


def mark_sent(session: Session, letter: Letter, proof: str, now_utc: datetime) -> None:
    """Records that the letter was handed over; ``proof`` is what the server said."""
    _update(session, letter, sent_utc=now_utc, leased_until_utc=None, proof=proof, last_error="")


def mark_failed(session: Session, letter: Letter, error: str, office: Office, now_utc: datetime) -> None:
    """Puts the letter back for another try after a pause that doubles, or gives it up when it is too old."""
    if now_utc - letter.created_utc > timedelta(days=office.mail.give_up_days):
        mark_dead(session, letter, error, now_utc)
        return
    pause = min(timedelta(seconds=office.mail.retry_s) * 2 ** min(letter.attempts - 1, 20), LONGEST_PAUSE)
    _update(session, letter, due_utc=now_utc + pause, leased_until_utc=None, last_error=error)


def mark_dead(session: Session, letter: Letter, error: str, now_utc: datetime) -> None:
    """Gives the letter up: another try would fail the same way."""
    _update(session, letter, dead_utc=now_utc, leased_until_utc=None, last_error=error)


def release_leases(session: Session) -> None:
    """Frees what a killed daemon had leased; only for the one daemon that holds the lock, at its start."""
    session.execute(update(Notice).where(Notice.sent_utc.is_(None)).values(leased_until_utc=None))


def _update(session: Session, letter: Letter, **values: object) -> None:
    session.execute(update(Notice).where(Notice.id == letter.id).values(**values))
