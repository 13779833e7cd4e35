"""What goes out next: asks `pacing` for every reader, folds what is told together, and leases one letter."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from monitor.alerts.digests import digest_facts
from monitor.alerts.kinds import DIGEST, GOOD_NEWS, URGENT
from monitor.alerts.office import Office
from monitor.alerts.outbox import Letter, new_notice, undelivered
from monitor.alerts.pacing import Plan, Waiting, plan
from monitor.alerts.routing import ASKER
from monitor.store.models import Notice, Utc

LEASE = timedelta(minutes=5)
AN_HOUR = timedelta(hours=1)
FOR_EVER = datetime(9999, 1, 1)  # noqa: DTZ001 (as the database holds it)
MANY = 500  # ids in one statement


def lease_next(session: Session, office: Office, channel: str, now_utc: datetime) -> Letter | None:
    """Claims the letter that is to go out next through ``channel``; None when there is none."""
    by_reader = _waiting(session, channel, now_utc)
    if not by_reader:
        return None
    begun = _begun_threads(session, channel)
    sent, last_digest = _last_hour(session, channel, now_utc), _last_digests(session, channel)
    first: list[tuple[bool, datetime, int]] = []
    for reader, letters in by_reader.items():
        if reader == ASKER:  # many people, each with a thread of his own: nothing is told together
            decided = plan(letters, set(), len(letters), now_utc, may_digest=False)
        else:
            limits = office.notices
            room = limits.most_per_hour - limits.digests_per_hour - sent.get(reader, 0)
            pause = timedelta(seconds=limits.digest_every_s)
            may_digest = reader not in last_digest or last_digest[reader] <= now_utc - pause
            decided = plan(letters, begun, room, now_utc, may_digest=may_digest)
            _leave_out(session, decided, now_utc)
        by_id = {letter.id: letter for letter in letters}
        first += [(not by_id[id_].urgent, by_id[id_].owed_utc, id_) for id_ in decided.singly[:1]]
        if decided.together:
            digest = _fold(session, office, reader, decided.together, now_utc)
            first.append((True, now_utc, digest.id))
    if not first:
        return None
    return _lease(session, min(first)[2], now_utc)


def _lease(session: Session, id_: int, now_utc: datetime) -> Letter:
    notice = session.get_one(Notice, id_)
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


def _waiting(session: Session, channel: str, now_utc: datetime) -> dict[str, list[Waiting]]:
    """What has not gone out, by reader, in the order in which it was owed; threads with a letter under way are left."""
    columns = (Notice.id, Notice.recipient, Notice.thread_id, Notice.kind, Notice.owed_utc, Notice.due_utc)
    query = select(*columns, Notice.leased_until_utc).where(*undelivered(channel)).order_by(Notice.id)
    rows = session.execute(query).all()
    if not any(row.due_utc <= now_utc for row in rows):
        return {}
    under_way = {row.thread_id for row in rows if row.leased_until_utc is not None and row.leased_until_utc > now_utc}
    found: defaultdict[str, list[Waiting]] = defaultdict(list)
    for row in rows:
        if row.thread_id not in under_way:
            found[row.recipient].append(
                Waiting(
                    row.id,
                    row.thread_id,
                    row.owed_utc or row.due_utc,
                    row.due_utc <= now_utc,
                    row.kind in URGENT,
                    row.kind in GOOD_NEWS and row.recipient != ASKER,
                )
            )
    return found


def _begun_threads(session: Session, channel: str) -> set[str]:
    """The threads of what waits in which something was told already."""
    earlier = aliased(Notice)
    told = select(earlier.id).where(earlier.thread_id == Notice.thread_id, earlier.sent_utc.is_not(None)).exists()
    return set(session.scalars(select(Notice.thread_id).where(*undelivered(channel), told).distinct()))


def _last_hour(session: Session, channel: str, now_utc: datetime) -> dict[str, int]:
    """How many letters each reader got within the last hour."""
    recent = (Notice.channel == channel, Notice.sent_utc > now_utc - AN_HOUR, Notice.folded_into.is_(None))
    query = select(Notice.recipient, func.count()).where(*recent).group_by(Notice.recipient)
    return {reader: count for reader, count in session.execute(query)}  # noqa: C416 (a row is no pair to mypy)


def _last_digests(session: Session, channel: str) -> dict[str, datetime]:
    """When the last digest of each reader went out; in the far future while one has not: there is never a second."""
    made = (Notice.channel == channel, Notice.kind == DIGEST, Notice.dead_utc.is_(None))
    out_utc = func.coalesce(Notice.sent_utc, FOR_EVER)
    query = select(Notice.recipient, func.max(out_utc, type_=Utc)).where(*made).group_by(Notice.recipient)
    return {reader: at_utc for reader, at_utc in session.execute(query)}  # noqa: C416


def _leave_out(session: Session, decided: Plan, now_utc: datetime) -> None:
    """Those that a later letter makes needless."""
    for id_, told_by in decided.needless.items():
        _told(session, [id_], told_by, now_utc)


def _fold(session: Session, office: Office, reader: str, ids: Sequence[int], now_utc: datetime) -> Notice:
    """One digest in the place of many letters, in the caller's transaction."""
    kinds: list[tuple[str, dict[str, Any]]] = []
    for some in _in_portions(ids):
        query = select(Notice.kind, Notice.facts).where(Notice.id.in_(some)).order_by(Notice.id)
        kinds += [(kind, facts) for kind, facts in session.execute(query)]
    about = f"digest-{now_utc:%Y%m%dT%H%M%S}"
    digest = new_notice(office, about, DIGEST, reader, digest_facts(office, kinds, now_utc), now_utc)
    session.add(digest)
    session.flush()
    for some in _in_portions(ids):
        _told(session, some, digest.id, now_utc)
    return digest


def _told(session: Session, ids: Sequence[int], told_by: int, now_utc: datetime) -> None:
    values = {"sent_utc": now_utc, "folded_into": told_by, "proof": f"told in letter {told_by}"}
    session.execute(update(Notice).where(Notice.id.in_(ids)).values(**values))


def _in_portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + MANY] for start in range(0, len(ids), MANY))
