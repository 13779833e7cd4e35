"""Let transactions that read, decide and write take turns: each goes by all that the one before it has stored.

Of a file there is one writer at a time anyway. On a server two that begin together see nothing of each other: one code
would let two in, and two administrators would take away each other's rights until nobody has any.
"""

import zlib

from sqlalchemy import func, select

from monitor.store.schema import is_server
from monitor.store.session import Session

ACCOUNTS = "accounts"
"""The turn of whoever lets in or keeps out: users, sessions, codes, tokens, and counts of what failed."""

TAKEN = "turns"
_CLASS = 0x7475_726E  # of two numbers; the lock of the migrations has one


def take(session: Session, of: str) -> None:
    """Wait until no other transaction has the turn ``of``, and keep it until this one ends.

    What the session has read before is read anew. Raises OperationalError where another one keeps it for too long.
    """
    taken: set[str] = session.info.setdefault(TAKEN, set())
    if of in taken or not is_server(session.connection()):
        return
    session.execute(select(func.pg_advisory_xact_lock(_CLASS, zlib.crc32(of.encode()) - 2**31)))
    session.expire_all()
    taken.add(of)


def of_people(office: str) -> str:
    """Return the turn of what people do in an office."""
    return f"people of {office}"
