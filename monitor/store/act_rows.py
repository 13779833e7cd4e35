"""Query the acts of people: filtered, the latest first, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Select, func, or_, select

from monitor.store.models import Act
from monitor.store.session import Session


class ActDocument(TypedDict):
    """An act of a person. ``kind``: such as 'ticket.ack'; ``about``: the ticket's number, site, user or plan."""

    id: int
    at_utc: str
    actor: str
    via: str
    address: str
    kind: str
    about: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts are asked for; an empty text or None restricts nothing.

    ``kind``: a kind, or the part before its point. ``about``: a part of it. ``since_utc`` is included, ``until_utc``
    is not.
    """

    actor: str = ""
    kind: str = ""
    about: str = ""
    via: str = ""
    since_utc: datetime | None = None
    until_utc: datetime | None = None


def listed(session: Session, wanted: ActFilter, limit: int, before_id: int | None = None) -> Sequence[Act]:
    """Return at most ``limit`` acts, the latest first; ``before_id``: only those before that one."""
    query = _chosen(select(Act), wanted).order_by(Act.id.desc()).limit(limit)
    return session.scalars(query if before_id is None else query.where(Act.id < before_id)).all()


def counted(session: Session, wanted: ActFilter) -> int:
    """Count the acts."""
    return session.scalar(_chosen(select(func.count(Act.id)), wanted)) or 0


def actors(session: Session) -> Sequence[str]:
    """Return who has acted, by name."""
    return session.scalars(select(Act.actor).distinct().order_by(Act.actor)).all()


def kinds(session: Session) -> Sequence[str]:
    """Return the kinds of acts that there were."""
    return session.scalars(select(Act.kind).distinct().order_by(Act.kind)).all()


def _chosen(query: Select[Any], wanted: ActFilter) -> Select[Any]:
    for column, value in ((Act.actor, wanted.actor), (Act.via, wanted.via)):
        if value:
            query = query.where(column == value)
    if wanted.kind:
        query = query.where(or_(Act.kind == wanted.kind, Act.kind.startswith(f"{wanted.kind}.", autoescape=True)))
    if wanted.about:
        query = query.where(Act.about.contains(wanted.about, autoescape=True))
    if wanted.since_utc is not None:
        query = query.where(Act.at_utc >= wanted.since_utc)
    if wanted.until_utc is not None:
        query = query.where(Act.at_utc < wanted.until_utc)
    return query


def act_document(act: Act) -> ActDocument:
    """Return an act as JSON has it."""
    return {
        "id": act.id,
        "at_utc": act.at_utc.isoformat(),
        "actor": act.actor,
        "via": act.via,
        "address": act.address,
        "kind": act.kind,
        "about": act.about,
        "before": act.before,
        "after": act.after,
        "hash": act.hash,
    }
