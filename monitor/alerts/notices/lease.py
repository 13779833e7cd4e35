"""Lease the next notice: `rate_limit` plans for every recipient, notices are merged, and one is leased."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.alerts.channels.base import Letter
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.stored import FactsError, Stored, read_json, unpack_case
from monitor.alerts.notices.digests import cases_of, digest_facts
from monitor.alerts.notices.outbox import new_notice
from monitor.alerts.notices.rate_limit import PendingNotice, Plan, plan
from monitor.alerts.notices.routing import ASKER
from monitor.charter.office import Office
from monitor.domain.notice_kinds import DIGEST, GOOD_NEWS, URGENT, WHOLE
from monitor.store import notice_rows
from monitor.store.models import Notice
from monitor.store.session import Session
from monitor.store.sqlite import in_portions
from monitor.store.work import Work

LEASE = timedelta(minutes=5)
AN_HOUR = timedelta(hours=1)


def lease_next(work: Work, channel: str, by: str = "") -> Letter | None:
    """Lease the notice to be sent next through ``channel``; None when there is none.

    ``by``: the daemon that sends it, where several work on one database.
    """
    whole, by_reader = _waiting(work, channel)
    first = [(True, letter.first_due_utc, letter.id) for letter in whole if letter.ready]
    if by_reader:
        begun = notice_rows.begun_threads(work.session, channel)
        # Digests and briefs have room of their own, and there is never a second digest while one has not gone out.
        sent = notice_rows.sent_since(work.session, channel, work.now_utc - AN_HOUR, but=WHOLE)
        last_digest = notice_rows.last_made(work.session, channel, DIGEST)
        cap = work.office.notices.most_per_hour - work.office.notices.digests_per_hour
        for reader, letters in by_reader.items():
            count, latest_utc = sent.get(reader, (0, None))
            room = cap - count
            last_utc = last_digest.get(reader)
            if room < 0:  # a letter went out in a digest's place
                last_utc = max(filter(None, (last_utc, latest_utc)), default=None)
            may_digest = _may_digest(work.office, last_utc, work.now_utc)
            if reader == ASKER:  # many people, each with a thread of their own: nothing is merged
                begun, room, may_digest = set(), len(letters), False
            decided = plan(letters, begun, room, work.now_utc, may_digest=may_digest)
            _leave_out(work, decided)
            by_id = {letter.id: letter for letter in letters}
            first += [(not by_id[id_].urgent, by_id[id_].first_due_utc, id_) for id_ in decided.singly[:1]]
            if decided.together:
                merged_id = _merge(work, reader, decided.together)
                first += [(True, work.now_utc, merged_id)] if merged_id is not None else []
    return _lease(work, min(first)[2], by) if first else None


def _may_digest(office: Office, last_utc: datetime | None, now_utc: datetime) -> bool:
    return last_utc is None or last_utc <= now_utc - timedelta(seconds=office.notices.digest_every_s)


def _lease(work: Work, id_: int, by: str) -> Letter:
    notice = work.session.get_one(Notice, id_)
    notice.leased_until_utc, notice.leased_by = work.now_utc + LEASE, by
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
        leased_by=by,
        leased_until_utc=notice.leased_until_utc,
    )


def _stored(session: Session, ids: Sequence[int]) -> dict[int, Stored]:
    """Return the facts of these notices."""
    return {id_: read_json(text) for id_, text in notice_rows.facts_as_text(session, ids).items()}


def _waiting(work: Work, channel: str) -> tuple[list[PendingNotice], dict[str, list[PendingNotice]]]:
    """Return the pending notices in the order of enqueueing: those outside all plans, and the others by recipient.

    Outside all plans are notices about many cases, and those that could not be written before: they delay nobody.
    Threads with a notice under way are left out.
    """
    rows = notice_rows.waiting(work.session, channel)
    if not any(row.due_utc <= work.now_utc for row in rows):
        return [], {}
    under_way = {
        row.thread_id for row in rows if row.leased_until_utc is not None and row.leased_until_utc > work.now_utc
    }
    whole: list[PendingNotice] = []
    found: defaultdict[str, list[PendingNotice]] = defaultdict(list)
    for row in rows:
        if row.thread_id not in under_way:
            (whole if row.kind in WHOLE or row.fault else found[row.recipient]).append(
                PendingNotice(
                    row.id,
                    row.thread_id,
                    row.owed_utc or row.due_utc,
                    row.due_utc <= work.now_utc,
                    row.kind in URGENT,
                    row.kind in GOOD_NEWS and row.recipient != ASKER,
                )
            )
    return whole, found


def _leave_out(work: Work, decided: Plan) -> None:
    """Mark those that a later notice makes needless."""
    for id_, later_id in decided.needless.items():
        notice_rows.mark_merged(work.session, [id_], later_id, work.now_utc)


def _merge(work: Work, reader: str, ids: Sequence[int]) -> int | None:
    """Merge notices into one, in the caller's transaction; return its id, or None when none of them can be read.

    Where all are about one case the last of them is sent, else a digest.
    """
    read: dict[int, tuple[str, CaseFacts]] = {}
    # A server ends a transaction that has asked for nothing for too long, as while thousands are read.
    for some in in_portions(sorted(ids)):
        kinds, stored = notice_rows.kinds_of(work.session, some), _stored(work.session, some)
        for id_ in some:
            try:
                read[id_] = kinds[id_], unpack_case(kinds[id_], stored[id_])
            except FactsError as error:
                notice_rows.change(work.session, id_, fault=str(error))
    if not read:
        return None
    if len(set(cases_of(facts for _, facts in read.values()))) == 1:
        *earlier, last = read
        notice_rows.mark_merged(work.session, earlier, last, work.now_utc)
        return last
    about = f"digest-{work.now_utc:%Y%m%dT%H%M%S}"
    digest = new_notice(work, about, DIGEST, reader, digest_facts(work.office, list(read.values()), work.now_utc))
    work.session.add(digest)
    work.session.flush()
    notice_rows.mark_merged(work.session, list(read), digest.id, work.now_utc)
    return digest.id
