"""Query the rows of users, their sessions, and the one-time links that are out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from monitor.domain.text import comparison_key
from monitor.store.models import OneTimeLink, User, UserSession
from monitor.store.session import Session


def users(session: Session) -> Sequence[User]:
    """Return all users by name."""
    return session.scalars(select(User).order_by(User.name)).all()


def enabled(session: Session) -> Sequence[User]:
    """Return the users who can log in, by name."""
    return session.scalars(select(User).where(User.enabled).order_by(User.name)).all()


def any_away(session: Session, now_utc: datetime) -> bool:
    """Return whether a user who can log in is away, or will be."""
    return session.scalar(select(User.id).where(User.enabled, User.away_until_utc > now_utc).limit(1)) is not None


def any_user(session: Session) -> bool:
    """Return whether there is a user, disabled ones included."""
    return session.scalar(select(User.id).limit(1)) is not None


def user(session: Session, name: str) -> User | None:
    """Return the user of that name, or of one that a reader takes for it."""
    found = session.scalars(select(User).where(User.name == name)).one_or_none()
    if found is not None:
        return found
    key = comparison_key(name)
    for id_, known in session.execute(select(User.id, User.name)).all():
        if comparison_key(known) == key:
            return session.get(User, id_)
    return None


def session_of(session: Session, token_hash: bytes) -> UserSession | None:
    """Return the session of that token, with its user."""
    asked = select(UserSession).where(UserSession.token_hash == token_hash).options(joinedload(UserSession.user))
    return session.scalars(asked).one_or_none()


def sessions(session: Session, user_id: int | None = None) -> Sequence[UserSession]:
    """Return the sessions of a user, or of all, with their users; the one seen last first."""
    asked = select(UserSession).options(joinedload(UserSession.user)).order_by(UserSession.seen_utc.desc())
    return session.scalars(asked if user_id is None else asked.where(UserSession.user_id == user_id)).all()


def note_visit(session: Session, user: User, seen_utc: datetime, *, looked_utc: datetime | None) -> None:
    """Store when a user was seen, and looked before that, without a new version: nobody's form becomes stale by it."""
    session.flush()
    values = {"seen_utc": seen_utc, "looked_utc": looked_utc}
    session.execute(
        update(User).where(User.id == user.id).values(**values).execution_options(synchronize_session=False)
    )
    session.expire(user, list(values))


def delete_sessions(session: Session, user_id: int | None = None, *, but: int | None = None) -> int:
    """Delete the sessions of a user, or of all, ``but`` one; return how many."""
    asked = delete(UserSession)
    if user_id is not None:
        asked = asked.where(UserSession.user_id == user_id)
    if but is not None:
        asked = asked.where(UserSession.id != but)
    return int(getattr(session.execute(asked), "rowcount", 0))


def link_of(session: Session, purpose: str, code_hash: bytes) -> OneTimeLink | None:
    """Return the one-time link of that code."""
    asked = select(OneTimeLink).where(OneTimeLink.purpose == purpose, OneTimeLink.code_hash == code_hash)
    return session.scalars(asked).one_or_none()


def delete_links(session: Session, purpose: str | None = None, user_id: int | None = None) -> None:
    """Delete the links of a purpose and a user, used or not; without either those of all."""
    asked = delete(OneTimeLink)
    if purpose is not None:
        asked = asked.where(OneTimeLink.purpose == purpose)
    if user_id is not None:
        asked = asked.where(OneTimeLink.user_id == user_id)
    session.execute(asked)


def delete_links_before(session: Session, limit_utc: datetime) -> None:
    """Delete the links that were used, or ran out, before ``limit_utc``."""
    session.execute(
        delete(OneTimeLink).where(or_(OneTimeLink.used_utc < limit_utc, OneTimeLink.expires_utc < limit_utc))
    )
