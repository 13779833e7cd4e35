"""Query editions of reports, and the files of them that were kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import undefer

from monitor.domain.edition_states import UNDER_WAY, EditionState
from monitor.store.models import Edition, EditionFile
from monitor.store.offices import ALL
from monitor.store.session import Session


class About(Protocol):
    """What a report is about: an edition, or the wish for one."""

    @property
    def period_kind(self) -> str: ...
    @property
    def period_code(self) -> str: ...
    @property
    def scope_kind(self) -> str: ...
    @property
    def scope_id(self) -> str: ...
    @property
    def official(self) -> str: ...


def by_id(session: Session, id_: int) -> Edition | None:
    """Return an edition, without what it says; None for no such one."""
    return session.get(Edition, id_)


def listed(session: Session, limit: int, before_id: int | None = None) -> Sequence[Edition]:
    """Return at most ``limit`` editions, the latest first; ``before_id``: only those before that one."""
    query = select(Edition).order_by(Edition.id.desc()).limit(limit)
    return session.scalars(query if before_id is None else query.where(Edition.id < before_id)).all()


def about(
    session: Session, scope_kind: str, scope_id: str, limit: int, before_id: int | None = None
) -> Sequence[Edition]:
    """Return at most ``limit`` editions of that scope, the latest first; ``before_id``: only those before that one."""
    query = select(Edition).where(Edition.scope_kind == scope_kind, Edition.scope_id == scope_id)
    query = query if before_id is None else query.where(Edition.id < before_id)
    return session.scalars(query.order_by(Edition.id.desc()).limit(limit)).all()


def made_of(session: Session, scope_kind: str, scope_id: str, limit: int) -> Sequence[Edition]:
    """Return at most ``limit`` editions of that scope that have a number, the latest first."""
    query = select(Edition).where(
        Edition.scope_kind == scope_kind, Edition.scope_id == scope_id, Edition.state == EditionState.MADE
    )
    return session.scalars(query.order_by(Edition.id.desc()).limit(limit)).all()


def under_way(session: Session) -> Sequence[Edition]:
    """Return the editions that are queued or being made, in the order of the queue."""
    return session.scalars(select(Edition).where(Edition.state.in_(UNDER_WAY)).order_by(Edition.id)).all()


def offices_with_unfinished(session: Session) -> Sequence[str]:
    """Return the offices with an edition that is queued or being made, or has failed, by id."""
    unfinished = select(Edition.office).where(Edition.state.in_((*UNDER_WAY, EditionState.FAILED)))
    return session.scalars(unfinished.distinct().order_by(Edition.office)).all()


def next_queued(session: Session) -> Edition | None:
    """Return the edition that is to be made next; None when none waits."""
    query = select(Edition).where(Edition.state == EditionState.QUEUED).order_by(Edition.id).limit(1)
    return session.scalar(query)


def last_made(session: Session, about: About) -> Edition | None:
    """Return the last edition of the same period and scope that has a number, with what it says; None for none."""
    query = _of_same(about).where(Edition.state == EditionState.MADE).order_by(Edition.number.desc()).limit(1)
    return session.scalar(query.options(undefer(Edition.value)))


def of_occasion(session: Session, occasion: str, scope_id: str = "") -> Sequence[Edition]:
    """Return the editions that the schedule asked for on that occasion, the first one first.

    ``scope_id``: the place of the tree that they are about; '' for an office's own.
    """
    query = select(Edition).where(Edition.occasion == occasion, Edition.scope_id == scope_id)
    return session.scalars(query.order_by(Edition.id)).all()


def of_last_occasion(session: Session, scope_id: str = "") -> Sequence[Edition]:
    """Return the editions of what the schedule asked for last, the first one first; none where it never asked.

    ``scope_id``: as for `of_occasion`.
    """
    asked = select(Edition.occasion).where(Edition.occasion != "", Edition.scope_id == scope_id)
    last = session.scalar(asked.order_by(Edition.id.desc()).limit(1))
    return () if last is None else of_occasion(session, last, scope_id)


def of_ticket(session: Session, ticket_id: int) -> Sequence[Edition]:
    """Return the editions that were asked for to answer a request, the first one first."""
    return session.scalars(select(Edition).where(Edition.ticket_id == ticket_id).order_by(Edition.id)).all()


def value_of(session: Session, id_: int) -> bytes | None:
    """Return what an edition says, as it is packed; None where it says nothing."""
    return session.scalar(select(Edition.value).where(Edition.id == id_))


def kept_file(session: Session, edition_id: int, name: str, *, of_any: bool = False) -> EditionFile | None:
    """Return a file that was kept with an edition, with its contents; None for none.

    ``of_any``: also with one of another office or of a place, as a letter names it.
    """
    query = select(EditionFile).where(EditionFile.edition_id == edition_id, EditionFile.name == name)
    return session.scalar(query.options(undefer(EditionFile.content)), execution_options=ALL if of_any else {})


def take_up_again(session: Session) -> int:
    """Put back into the queue what was being made when the daemon ended; return how many."""
    query = update(Edition).where(Edition.state == EditionState.MAKING).values(state=EditionState.QUEUED)
    return int(getattr(session.execute(query), "rowcount", 0))


def forget(session: Session, limit_utc: datetime) -> int:
    """Delete editions that were asked for before ``limit_utc``, but not what answered a request; return how many."""
    old = select(Edition.id).where(
        Edition.asked_utc < limit_utc, Edition.ticket_id.is_(None), Edition.state.not_in(UNDER_WAY)
    )
    session.execute(delete(EditionFile).where(EditionFile.edition_id.in_(old)))
    gone = session.execute(delete(Edition).where(Edition.id.in_(old)))
    return int(getattr(gone, "rowcount", 0))


def waiting(session: Session) -> int:
    """Count the editions that are queued or being made."""
    return session.scalar(select(func.count(Edition.id)).where(Edition.state.in_(UNDER_WAY))) or 0


def _of_same(about: About) -> Select[Edition]:
    return select(Edition).where(
        Edition.period_kind == about.period_kind,
        Edition.period_code == about.period_code,
        Edition.scope_kind == about.scope_kind,
        Edition.scope_id == about.scope_id,
        Edition.official == about.official,
    )
