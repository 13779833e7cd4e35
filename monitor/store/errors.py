"""Define why the database cannot be used.

::

    StoreError            of a newer version, another daemon's, not to be reached: a restart alone does not help
    ├── Damaged           the database is not sound: a copy must be put back
    ├── NoDatabase        it is missing although there was one: a person must choose
    └── NotYet            there is none yet: no daemon has ever run

SQLAlchemy's errors have their names here for all other rooms::

    SQLAlchemyError
    └── DBAPIError            a statement was refused; ``orig`` is the driver's error
        └── DatabaseError     by the database
            └── OperationalError   for what is not in the statement: a lock, a full disk
                └── OutcomeUnknown   nobody can tell whether it was stored
    StaleDataError            another transaction has changed the row; `Store.write` makes it an OperationalError
"""

import errno
import sqlite3
from typing import Any

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from monitor.domain.message import message

__all__ = [
    "DBAPIError",
    "Damaged",
    "DatabaseError",
    "NoDatabase",
    "NotYet",
    "OperationalError",
    "OutcomeUnknown",
    "SQLAlchemyError",
    "StaleDataError",
    "StoreError",
    "is_lock_timeout",
    "may_pass",
    "refusal",
]

UNKNOWN = message(
    "the line to the database broke: whether that was stored is not known. Look before it is done once more"
)

PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
PASSING_ERRNO = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
}
LOCK_TIMEOUT = "55P03"
LOST = {"OperationalError", "InterfaceError"}
PASSING_CLASSES = {
    "08",  # the connection
    "28",  # who asks: a password, a rule of pg_hba.conf
    "40",  # a deadlock, a serialization failure
    "53",  # no room on the disk, no memory, too many connections
    "57",  # cancelled, stopped, starting
    "58",  # the server's own disk
}
"""Classes of SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html"""
PASSING_STATES = {
    "25006",  # read only: a standby
    "25P03",  # idle in a transaction for too long
    "3D000",  # no such database, as long as one is put back
    "42501",  # a right that is missing
    "55006",  # in use
    LOCK_TIMEOUT,  # a lock that was not to be had in time
}


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


class Damaged(StoreError):
    """The database is not sound, or its journal is another's."""


class NoDatabase(StoreError):
    """There was a database and is none now; the message spells out the choice."""


class NotYet(StoreError):
    """There is no database yet: no daemon has ever run here."""


class Refusal(Exception):
    """Why the database refuses, in words, where no driver has said so. A retry may succeed."""


class OutcomeUnknown(OperationalError):
    """A commit lost its answer, and the server is away for too long to be asked what became of it."""

    def __init__(self) -> None:
        super().__init__(None, None, Refusal(UNKNOWN))


def refusal(why: str) -> OperationalError:
    """Return SQLAlchemy's error for a database that refuses."""
    return OperationalError(None, None, Refusal(why))


def may_pass(error: BaseException | None) -> bool:
    """Return whether a retry may succeed: a lock, a full disk, a read-only file, a server that is away."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in PASSING
    if isinstance(error, Refusal):
        return True
    if hasattr(error, "sqlstate"):
        return _may_pass_there(error)
    return isinstance(error, OSError) and error.errno in PASSING_ERRNO


def is_lock_timeout(error: DBAPIError) -> bool:
    """Return whether a server's lock was not to be had in time."""
    return getattr(error.orig, "sqlstate", None) == LOCK_TIMEOUT


def _may_pass_there(error: Any) -> bool:
    """Return whether an error of psycopg may pass; one without a code is the client's own, as of a lost connection."""
    state: str | None = error.sqlstate
    if state is None:
        return any(kind.__name__ in LOST for kind in type(error).__mro__)  # a time-out has a class of its own
    return state[:2] in PASSING_CLASSES or state in PASSING_STATES
