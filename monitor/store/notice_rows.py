"""Query and change the rows of notices, for leasing, merging and delivery."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, delete, func, select, update
from sqlalchemy.orm import aliased

from monitor.domain.message import Said
from monitor.store.among import among
from monitor.store.columns import Utc
from monitor.store.models import Notice, SiteState
from monitor.store.offices import ALL
from monitor.store.session import Session
from monitor.store.sqlite import in_portions

FOR_EVER = datetime(9999, 1, 1)  # noqa: DTZ001 (as the database holds it)


class WaitingNotice(NamedTuple):
    """The fields of an undelivered notice that decide when it is sent."""

    id: int
    recipient: str
    thread_id: str
    kind: str
    owed_utc: datetime | None
    due_utc: datetime
    leased_until_utc: datetime | None
    fault: str


class TicketNotice(NamedTuple):
    """The fields of a ticket's notice that say who was told what, and in which thread."""

    kind: str
    ref: str
    recipient: str
    thread_id: str


_WAITING = (
    Notice.id,
    Notice.recipient,
    Notice.thread_id,
    Notice.kind,
    Notice.owed_utc,
    Notice.due_utc,
    Notice.leased_until_utc,
    Notice.fault,
)


def every(session: Session) -> Sequence[Notice]:
    """Return all notices ever enqueued, in that order."""
    return session.scalars(select(Notice).order_by(Notice.id)).all()


def gone(session: Session) -> Sequence[Notice]:
    """Return the notices that were sent by themselves, not merged."""
    query = select(Notice).where(Notice.sent_utc.is_not(None), Notice.folded_into.is_(None))
    return session.scalars(query.order_by(Notice.id)).all()


def made_after(session: Session, id_: int, *, but: str) -> list[tuple[int, datetime]]:
    """Return id and due time of the notices after one, without those of one kind."""
    query = select(Notice.id, Notice.due_utc).where(Notice.id > id_, Notice.kind != but).order_by(Notice.id)
    return [(row.id, row.due_utc) for row in session.execute(query)]


def due(session: Session, now_utc: datetime) -> list[tuple[str, str]]:
    """Return channel and recipient of each notice due by then."""
    pending = (Notice.sent_utc.is_(None), Notice.dead_utc.is_(None), Notice.due_utc <= now_utc)
    rows = session.execute(select(Notice.channel, Notice.recipient).where(*pending))
    return [(row.channel, row.recipient) for row in rows]


def waiting(session: Session, channel: str) -> list[WaitingNotice]:
    """Return the undelivered notices of a channel, in the order of enqueueing."""
    rows = session.execute(select(*_WAITING).where(*_undelivered(channel)).order_by(Notice.id))
    return [WaitingNotice._make(row) for row in rows]


def of_tickets(session: Session, ids: Sequence[int]) -> dict[int, list[TicketNotice]]:
    """Return the notices of each of these tickets, in the order of enqueueing."""
    found: dict[int, list[TicketNotice]] = {id_: [] for id_ in ids}
    fields = (Notice.kind, Notice.ref, Notice.recipient, Notice.thread_id)
    for some in in_portions(ids):
        query = select(Notice.ticket_id, *fields).where(Notice.ticket_id.in_(some)).order_by(Notice.id)
        for row in session.execute(query):
            found[row.ticket_id].append(TicketNotice._make(row[1:]))
    return found


def offices_waiting(session: Session, channel: str, now_utc: datetime) -> Sequence[str]:
    """Return the offices with a notice that may be sent through a channel now, by id."""
    query = select(Notice.office).where(
        Notice.channel == channel, Notice.sent_utc.is_(None), Notice.dead_utc.is_(None), Notice.due_utc <= now_utc
    )
    return session.scalars(query.distinct().order_by(Notice.office)).all()


def begun_threads(session: Session, channel: str) -> set[str]:
    """Return the threads with undelivered notices in which something was sent already."""
    earlier = aliased(Notice)
    begun = select(earlier.id).where(earlier.thread_id == Notice.thread_id, earlier.sent_utc.is_not(None)).exists()
    return set(session.scalars(select(Notice.thread_id).where(*_undelivered(channel), begun).distinct()))


def sent_since(
    session: Session, channel: str, at_utc: datetime, *, but: Collection[str]
) -> dict[str, tuple[int, datetime]]:
    """Return, by recipient, how many notices were sent after that time, and when the last; without some kinds."""
    recent = (Notice.channel == channel, Notice.sent_utc > at_utc, Notice.folded_into.is_(None))
    columns = (Notice.recipient, func.count(), func.max(Notice.sent_utc, type_=Utc))
    query = select(*columns).where(*recent, Notice.kind.not_in(but)).group_by(Notice.recipient)
    return {reader: (count, last_utc) for reader, count, last_utc in session.execute(query) if last_utc is not None}


def last_made(session: Session, channel: str, kind: str) -> dict[str, datetime]:
    """Return, by recipient, when the last of a kind was sent; in the far future while one is undelivered."""
    made = (Notice.channel == channel, Notice.kind == kind, Notice.dead_utc.is_(None))
    out_utc = func.coalesce(Notice.sent_utc, FOR_EVER)
    query = select(Notice.recipient, func.max(out_utc, type_=Utc)).where(*made).group_by(Notice.recipient)
    return dict(session.execute(query).all())


def facts_as_text(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the stored facts as text: damage to one must not stop the others."""
    found: dict[int, str] = {}
    for some in in_portions(ids):
        query = select(Notice.id, cast(Notice.facts, Text)).where(Notice.id.in_(some))
        found |= session.execute(query).all()
    return found


def kinds_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the kind of each."""
    found: dict[int, str] = {}
    for some in in_portions(ids):
        found |= session.execute(select(Notice.id, Notice.kind).where(Notice.id.in_(some))).all()
    return found


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Return those of ``keys`` that were ever enqueued."""
    found: set[str] = set()
    for some in in_portions(keys):
        found |= set(session.scalars(select(Notice.key).where(Notice.key.in_(some))))
    return found


def sent_of(session: Session, offices: Collection[str], keys: Sequence[str]) -> set[tuple[str, str]]:
    """Return office and key of those of ``keys`` that were sent in these offices."""
    found: set[tuple[str, str]] = set()
    for some in in_portions(keys):
        query = select(Notice.office, Notice.key).where(among(Notice.office, offices), Notice.key.in_(some))
        found |= {(row.office, row.key) for row in session.execute(query.where(Notice.sent_utc.is_not(None)))}
    return found


def anything_known(session: Session, at_utc: datetime, *, anywhere: bool = False) -> bool:
    """Return whether any site was known by then; ``anywhere``: of whichever office."""
    known = select(SiteState.site).where(_known_utc() <= at_utc).limit(1)
    return session.scalar(known, execution_options=ALL if anywhere else {}) is not None


def offices_known(session: Session, at_utc: datetime) -> set[str]:
    """Return the offices of which any site was known by then."""
    return set(session.scalars(select(SiteState.office).where(_known_utc() <= at_utc).distinct()))


def _known_utc() -> Any:
    return func.coalesce(SiteState.first_utc, SiteState.since_utc)


def given_up_after(session: Session, at_utc: datetime) -> int:
    """Count the notices that were given up after that time."""
    return session.scalar(select(func.count()).where(Notice.dead_utc > at_utc)) or 0


def mark_merged(session: Session, ids: Sequence[int], letter: int, now_utc: datetime) -> None:
    """Mark notices as merged into another."""
    for some in in_portions(ids):
        values = {"sent_utc": now_utc, "folded_into": letter, "proof": f"told in letter {letter}"}
        session.execute(update(Notice).where(Notice.id.in_(some)).values(**values))


def unmerge(session: Session, letter: int, why: Said) -> None:
    """Delete a merged notice; those in it are pending again."""
    apart = {"sent_utc": None, "folded_into": None, "proof": "", "last_error": str(why), "why": why}
    session.execute(update(Notice).where(Notice.folded_into == letter).values(**apart))
    session.execute(delete(Notice).where(Notice.id == letter))


def change(session: Session, id_: int, **values: object) -> None:
    """Change columns of one notice."""
    session.execute(update(Notice).where(Notice.id == id_).values(**values))


def change_leased(session: Session, id_: int, lease: tuple[str, datetime | None], **values: object) -> bool:
    """Change columns of one notice while it is under that ``lease``: by whom, until when; return whether it was."""
    by, until_utc = lease
    leased = (Notice.id == id_, Notice.leased_by == by, Notice.leased_until_utc == until_utc)
    changed = update(Notice).where(*leased).values(**values).returning(Notice.id)
    return session.execute(changed).first() is not None


def release_leases(session: Session, living: Collection[str] = ()) -> None:
    """Release the leases of daemons that are none of the ``living``: for the one that sends, when it begins to.

    Notices that an earlier version could not write are due again: this one may be able to.
    """
    leased = update(Notice).where(Notice.sent_utc.is_(None), Notice.leased_until_utc.is_not(None))
    session.execute(leased.where(Notice.leased_by.not_in(living)).values(leased_until_utc=None))
    session.execute(update(Notice).where(Notice.fault != "").values(due_utc=Notice.created_utc))


def _undelivered(channel: str) -> Iterator[Any]:
    """Yield the conditions under which a notice of that channel is undelivered."""
    yield from (Notice.channel == channel, Notice.sent_utc.is_(None), Notice.dead_utc.is_(None))
