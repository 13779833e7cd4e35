"""What goes out next: asks `pacing` for every reader, folds what is told together, and leases one letter."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Text, cast, func, select, update
from sqlalchemy.orm import aliased

from monitor.alerts.channels.base import Letter
from monitor.alerts.facts.matter import MatterFacts
from monitor.alerts.facts.stored import FactsError, Stored, read_json, unpack_matter
from monitor.alerts.notices.digests import digest_facts, matters_of
from monitor.alerts.notices.outbox import new_notice, undelivered
from monitor.alerts.notices.rate_limit import Plan, Waiting, plan
from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain.notice_kinds import DIGEST, GOOD_NEWS, URGENT, WHOLE
from monitor.store.columns import Utc
from monitor.store.models import Notice
from monitor.store.session import Session
from monitor.store.sqlite import in_portions
from monitor.store.work import Work

LEASE = timedelta(minutes=5)
AN_HOUR = timedelta(hours=1)
FOR_EVER = datetime(9999, 1, 1)  # noqa: DTZ001 (as the database holds it)


def lease_next(work: Work, channel: str) -> Letter | None:
    """Claims the letter that is to go out next through ``channel``; None when there is none."""
    whole, by_reader = _waiting(work, channel)
    first = [(True, letter.owed_utc, letter.id) for letter in whole if letter.ready]
    if by_reader:
        begun = _begun_threads(work.session, channel)
        sent, last_digest = _last_hour(work, channel), _last_digests(work.session, channel)
        cap = work.office.notices.most_per_hour - work.office.notices.digests_per_hour
        for reader, letters in by_reader.items():
            count, latest_utc = sent.get(reader, (0, None))
            room = cap - count
            last_utc = last_digest.get(reader)
            if room < 0:  # a letter went out in a digest's place
                last_utc = max(filter(None, (last_utc, latest_utc)), default=None)
            may_digest = _may_digest(work.office, last_utc, work.now_utc)
            if reader == ASKER:  # many people, each with a thread of his own: nothing is told together
                begun, room, may_digest = set(), len(letters), False
            decided = plan(letters, begun, room, work.now_utc, may_digest=may_digest)
            _leave_out(work, decided)
            by_id = {letter.id: letter for letter in letters}
            first += [(not by_id[id_].urgent, by_id[id_].owed_utc, id_) for id_ in decided.singly[:1]]
            if decided.together:
                told_in = _fold(work, reader, decided.together)
                first += [(True, work.now_utc, told_in)] if told_in is not None else []
    return _lease(work, min(first)[2]) if first else None


def _may_digest(office: Office, last_utc: datetime | None, now_utc: datetime) -> bool:
    return last_utc is None or last_utc <= now_utc - timedelta(seconds=office.notices.digest_every_s)


def _lease(work: Work, id_: int) -> Letter:
    notice = work.session.get_one(Notice, id_)
    notice.leased_until_utc = work.now_utc + LEASE
    notice.attempts += 1
    facts = _stored(work.session, [id_])[id_]
    return Letter(
        notice.id,
        notice.kind,
        notice.recipient,
        notice.message_id,
        notice.thread_id,
        notice.created_utc,
        notice.attempts,
        facts,
    )


def _stored(session: Session, ids: Sequence[int]) -> dict[int, Stored]:
    """The facts of these notices, read as text: damage to one is not to stop the others."""
    found: dict[int, Stored] = {}
    for some in in_portions(ids):
        query = select(Notice.id, cast(Notice.facts, Text)).where(Notice.id.in_(some))
        found |= {id_: read_json(text) for id_, text in session.execute(query)}
    return found


def _waiting(work: Work, channel: str) -> tuple[list[Waiting], dict[str, list[Waiting]]]:
    """What has not gone out, in the order in which it was owed: what keeps out of all plans, and the others by reader.

    Out of all plans are letters about many matters, and those that we could not write before: they hold up nobody.
    Threads with a letter under way are left out.
    """
    columns = (Notice.id, Notice.recipient, Notice.thread_id, Notice.kind, Notice.owed_utc, Notice.due_utc)
    query = select(*columns, Notice.leased_until_utc, Notice.fault).where(*undelivered(channel)).order_by(Notice.id)
    rows = work.session.execute(query).all()
    if not any(row.due_utc <= work.now_utc for row in rows):
        return [], {}
    under_way = {
        row.thread_id for row in rows if row.leased_until_utc is not None and row.leased_until_utc > work.now_utc
    }
    whole: list[Waiting] = []
    found: defaultdict[str, list[Waiting]] = defaultdict(list)
    for row in rows:
        if row.thread_id not in under_way:
            (whole if row.kind in WHOLE or row.fault else found[row.recipient]).append(
                Waiting(
                    row.id,
                    row.thread_id,
                    row.owed_utc or row.due_utc,
                    row.due_utc <= work.now_utc,
                    row.kind in URGENT,
                    row.kind in GOOD_NEWS and row.recipient != ASKER,
                )
            )
    return whole, found


def _begun_threads(session: Session, channel: str) -> set[str]:
    """The threads of what waits in which something was told already."""
    earlier = aliased(Notice)
    told = select(earlier.id).where(earlier.thread_id == Notice.thread_id, earlier.sent_utc.is_not(None)).exists()
    return set(session.scalars(select(Notice.thread_id).where(*undelivered(channel), told).distinct()))


def _last_hour(work: Work, channel: str) -> dict[str, tuple[int, datetime]]:
    """How many letters each reader got within the last hour, and when the last of them.

    Digests and briefs aside: these have room of their own.
    """
    recent = (Notice.channel == channel, Notice.sent_utc > work.now_utc - AN_HOUR, Notice.folded_into.is_(None))
    columns = (Notice.recipient, func.count(), func.max(Notice.sent_utc, type_=Utc))
    query = select(*columns).where(*recent, Notice.kind.not_in(WHOLE)).group_by(Notice.recipient)
    rows = work.session.execute(query)
    return {reader: (count, last_utc) for reader, count, last_utc in rows if last_utc is not None}


def _last_digests(session: Session, channel: str) -> dict[str, datetime]:
    """When the last digest of each reader went out; in the far future while one has not: there is never a second."""
    made = (Notice.channel == channel, Notice.kind == DIGEST, Notice.dead_utc.is_(None))
    out_utc = func.coalesce(Notice.sent_utc, FOR_EVER)
    query = select(Notice.recipient, func.max(out_utc, type_=Utc)).where(*made).group_by(Notice.recipient)
    return {reader: at_utc for reader, at_utc in session.execute(query)}  # noqa: C416


def _leave_out(work: Work, decided: Plan) -> None:
    """Those that a later letter makes needless."""
    for id_, told_by in decided.needless.items():
        _told(work, [id_], told_by)


def _fold(work: Work, reader: str, ids: Sequence[int]) -> int | None:
    """One letter in the place of many, in the caller's transaction: which; None when none of them can be read.

    Where they are all about one matter the last of them tells it, else a digest.
    """
    kinds = dict(_kinds(work.session, ids))
    stored = _stored(work.session, ids)
    read: dict[int, tuple[str, MatterFacts]] = {}
    for id_ in sorted(ids):
        try:
            read[id_] = kinds[id_], unpack_matter(kinds[id_], stored[id_])
        except FactsError as error:
            work.session.execute(update(Notice).where(Notice.id == id_).values(fault=str(error)))
    if not read:
        return None
    if len(set(matters_of(facts for _, facts in read.values()))) == 1:
        *earlier, last = read
        _told_by(work, earlier, last)
        return last
    about = f"digest-{work.now_utc:%Y%m%dT%H%M%S}"
    digest = new_notice(work, about, DIGEST, reader, digest_facts(work.office, list(read.values()), work.now_utc))
    work.session.add(digest)
    work.session.flush()
    _told_by(work, list(read), digest.id)
    return digest.id


def _kinds(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    for some in in_portions(ids):
        rows = session.execute(select(Notice.id, Notice.kind).where(Notice.id.in_(some)))
        yield from ((id_, kind) for id_, kind in rows)


def _told_by(work: Work, ids: Sequence[int], told_by: int) -> None:
    for some in in_portions(ids):
        _told(work, some, told_by)


def _told(work: Work, ids: Sequence[int], told_by: int) -> None:
    values = {"sent_utc": work.now_utc, "folded_into": told_by, "proof": f"told in letter {told_by}"}
    work.session.execute(update(Notice).where(Notice.id.in_(ids)).values(**values))
