"""Define the database of one installation: sessions that read and write, whatever keeps it.

::

    Store
    ├── SqliteStore      one file in the state folder, the default
    └── PostgresStore    a database of a PostgreSQL server
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, event
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.charter.offices import ALONE
from monitor.domain.leases import Lease
from monitor.domain.message import Message
from monitor.settings.storage_section import Place
from monitor.store.added_rows import RowSession
from monitor.store.errors import StaleDataError, refusal
from monitor.store.leases import fence
from monitor.store.offices import OFFICES, Offices, OfficeSession
from monitor.store.session import Session

GLANCE_S = 2.0  # so long a reader of the page waits for a lock: shorter than its answer may take


@dataclass
class Opening:
    """How far a database is open: the same for all offices that are kept in it."""

    waiting: str = ""
    readable: bool = False
    was_empty: bool = False
    is_closed: bool = False


class Store(ABC):
    """The database of one installation; `read` and `write` open sessions. Thread-safe; a session is for one thread.

    ``state``: the state folder. ``name``: what errors call it. One that is not ``lasting`` is thrown away in the end:
    it need not outlive a crash, and is faster. ``waiting``: why it cannot be written yet; empty once it can. Until then
    `write` raises OperationalError, as it does when the database refuses later, and so does `read` unless it is
    ``readable``. ``was_empty``: it had no table yet. ``offices``: whose rows its sessions are for; None: all.
    ``leases``: what each transaction that writes proves first.
    """

    def __init__(self, state: Path, name: str, *, lasting: bool = True) -> None:
        self.state, self.name, self.lasting = state, name, lasting
        self.offices: Offices = None
        self.leases: Collection[Lease] = ()
        self.opening = Opening()
        self.engine, self.glances = self._engines()
        for pool in {self.engine.pool, self.glances.pool}:
            event.listen(pool, "checkin", self._close_what_comes_late)
        self.for_writing = self._for_writing()

    def of(self, *offices: str) -> Self:
        """Return the same database for the sessions of some offices; of several, only to read.

        The office that stands alone ('') has the whole of it.
        """
        narrowed = copy.copy(self)
        narrowed.offices = None if offices == (ALONE,) else offices
        return narrowed

    def behind(self, *leases: Lease) -> Self:
        """Return the same database for work that needs these leases: each `write` proves them first."""
        narrowed = copy.copy(self)
        narrowed.leases = leases
        return narrowed

    @property
    def waiting(self) -> str:
        return self.opening.waiting

    @waiting.setter
    def waiting(self, why: str) -> None:
        self.opening.waiting = why

    @property
    def readable(self) -> bool:
        return self.opening.readable

    @readable.setter
    def readable(self, is_so: bool) -> None:
        self.opening.readable = is_so

    @abstractmethod
    def _engines(self) -> tuple[Engine, Engine]:
        """Return the engine, and the one for those who cannot wait: they may be the same with other options."""

    @abstractmethod
    def _for_writing(self) -> Engine:
        """Return the engine whose transactions write."""

    def for_leases(self, term_s: float) -> Engine | None:
        """Return an engine for leases of that term; None where the lock of the state folder is the lease of all."""
        return None

    @property
    @abstractmethod
    def place(self) -> Place:
        """Return where it is, for another process that opens it."""

    @abstractmethod
    def described(self) -> Message:
        """Return what it is, for the lines at the start."""

    def faults_of_server(self) -> Mapping[str, str]:
        """Return the server's settings by which it may lose what it has confirmed; raises DatabaseError."""
        return {}

    def version(self) -> str:
        """Return the version of the program that keeps it; raises DatabaseError."""
        return ""

    @abstractmethod
    def size_bytes(self) -> int:
        """Return how large it is; raises DatabaseError."""

    def read(self) -> AbstractContextManager[Session]:
        """Open a session that sees one state of the database and changes nothing."""
        return self._reading(self.engine)

    def read_briefly(self) -> AbstractContextManager[Session]:
        """Open a session as `read` does, for the page and the metrics: waits for a lock for at most GLANCE_S."""
        return self._reading(self.glances)

    def read_at_length(self) -> AbstractContextManager[Session]:
        """Open a session as `read` does, for a copy of everything: however long that takes."""
        return self._reading(self.engine)

    @contextmanager
    def _reading(self, engine: Engine) -> Iterator[Session]:
        if not self.readable:
            self._refuse_while_waiting()
        with self._for_a_connection(), OfficeSession(engine, info={OFFICES: self.offices}) as session:
            yield session

    @contextmanager
    def write(self, behind: Collection[Lease] = ()) -> Iterator[Session]:
        """Open a session whose changes are committed at the end of the block, all or nothing.

        ``behind``: leases that are proved first, and held until the end; raises LeaseLost when one is another's now.
        """
        self._refuse_while_waiting()
        with (
            self._for_a_connection(),
            RowSession(self.for_writing, expire_on_commit=False, info={OFFICES: self.offices}) as session,
            session.begin(),
        ):
            session.connection()  # take the write lock now, not at the first statement
            fence(session, {*self.leases, *behind})
            yield session

    def write_once(self) -> AbstractContextManager[Session]:
        """Open a session as `write` does, for what a person does: what ends with an error is not stored.

        Where a commit's answer is lost, it is found out what became of it; raises OutcomeUnknown where it cannot be.
        """
        return self.write()

    def _refuse_while_waiting(self) -> None:
        if self.waiting:
            raise refusal(self.waiting)

    @contextmanager
    def _for_a_connection(self) -> Iterator[None]:
        """Make it a refusal of the database, which passes, when all of its connections are in use.

        Or when another transaction has changed a row meanwhile: it is read anew at the next try.
        """
        try:
            yield
        except PoolTimeout:
            raise refusal(f"all connections to {self.name} are in use") from None
        except StaleDataError:
            raise refusal("another transaction has changed the same row") from None

    @contextmanager
    def waiting_for_locks(self, seconds: float) -> Iterator[None]:
        """Make new connections wait for locks for that long only, where they wait for longer."""
        yield

    def close(self) -> None:
        """Close all connections; one that a session still uses is closed when that session ends."""
        self.opening.is_closed = True
        self.engine.dispose()
        self.glances.dispose()

    def _close_what_comes_late(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        # It would go to a pool that nobody closes any more.
        if self.opening.is_closed:
            record.close()
