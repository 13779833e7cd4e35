"""Count failed log-ins, in the database: a restart forgets none."""

from datetime import datetime

from sqlalchemy import delete, or_, select

from monitor.store.models import LoginAttempt, OneTimeLink, UserSession
from monitor.store.session import Session


def failed_utc(session: Session, name_hash: bytes, since_utc: datetime) -> list[datetime]:
    """Return when log-ins of that name, or of what else was hashed, failed after ``since_utc``."""
    asked = select(LoginAttempt.at_utc).where(LoginAttempt.name_hash == name_hash, LoginAttempt.at_utc > since_utc)
    return list(session.scalars(asked))


def failed_from_utc(session: Session, address: str, since_utc: datetime) -> list[datetime]:
    """Return when log-ins from that address failed after ``since_utc``."""
    asked = select(LoginAttempt.at_utc).where(LoginAttempt.address == address, LoginAttempt.at_utc > since_utc)
    return list(session.scalars(asked))


def add(session: Session, at_utc: datetime, name_hash: bytes, address: str) -> int:
    """Add a failed log-in; return its id."""
    row = LoginAttempt(at_utc=at_utc, name_hash=name_hash, address=address)
    session.add(row)
    session.flush()
    return row.id


def uncount(session: Session, id_: int) -> None:
    """Delete one failed log-in: it was right after all."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.id == id_))


def reset(session: Session, name_hash: bytes, address: str) -> None:
    """Delete the failures of that name from that address: its owner got in."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.name_hash == name_hash, LoginAttempt.address == address))


def prune(session: Session, before_utc: datetime, after_utc: datetime) -> None:
    """Delete what counts no longer, and what a wrong clock put into the future."""
    session.execute(delete(LoginAttempt).where(or_(LoginAttempt.at_utc <= before_utc, LoginAttempt.at_utc > after_utc)))


def end_all(session: Session) -> None:
    """Delete all sessions, one-time links and failed log-ins."""
    for table in (UserSession, OneTimeLink, LoginAttempt):
        session.execute(delete(table))
