"""Define why the database cannot be used.

::

    StoreError            of a newer version, another daemon's, not to be reached: a restart alone does not help
    ├── Damaged           the database is not sound: a copy must be put back
    └── NoDatabase        it is missing although there was one: a person must choose

SQLAlchemy's errors have their names here for all other rooms::

    SQLAlchemyError
    └── DBAPIError            a statement was refused; ``orig`` is the driver's error
        └── DatabaseError     by the database
            └── OperationalError   for what is not in the statement: a lock, a full disk
"""

import errno
import sqlite3

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, SQLAlchemyError

__all__ = [
    "DBAPIError",
    "Damaged",
    "DatabaseError",
    "NoDatabase",
    "OperationalError",
    "SQLAlchemyError",
    "StoreError",
    "may_pass",
]

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


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


class Damaged(StoreError):
    """The database is not sound, or its journal is another's."""


class NoDatabase(StoreError):
    """There was a database and is none now; the message spells out the choice."""


def may_pass(error: BaseException | None) -> bool:
    """Return whether a retry may succeed: a lock, a full disk, a read-only file."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in PASSING
    return isinstance(error, OSError) and error.errno in PASSING_ERRNO
