"""Define a check: it gathers what is there (I/O, in a thread), and judges it (pure)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.doctor.finding import FAILED, Examined, Finding, Kind, found
from monitor.domain.clock import Clock
from monitor.domain.message import said_by, said_by_system
from monitor.net.deadline import Cancellation
from monitor.settings.in_force import InForce
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.store.errors import DatabaseError, NotYet, StoreError
from monitor.store.opening import existing_store

Seen = TypeVar("Seen")


class Pace(Enum):
    """How often a running daemon looks, in seconds; and how long after its start or a change it looks first."""

    QUICK = (300.0, 5.0)
    OUTSIDE = (21_600.0, 60.0)  # asks other machines
    HEAVY = (86_400.0, 900.0)  # reads the whole database

    @property
    def every_s(self) -> float:
        return self.value[0]

    @property
    def first_s(self) -> float:
        return self.value[1]


@dataclass(frozen=True)
class Place:
    """The installation that is examined, and its offices.

    ``daemon``: the one that runs, or ran last, None before the first.
    ``store``: the daemon's own, where this process is the daemon. ``running``: the version of the program that runs as
    the daemon, '' where it is not known. ``cancellation``: ends what is asked of other machines.
    """

    installation: Installation
    offices: Offices
    clock: Clock
    daemon: InForce | None = None
    store: Store | None = None
    running: str = ""
    cancellation: Cancellation = field(default_factory=Cancellation)

    @property
    def settings(self) -> Settings:
        """Return the settings of the installation itself."""
        return self.installation.host

    @property
    def office(self) -> Office:
        """Return the office that stands alone, or the installation itself."""
        return self.offices.host

    @property
    def is_daemon(self) -> bool:
        """Return whether this process is the daemon."""
        return self.store is not None

    @property
    def has_database(self) -> bool:
        """Return whether a daemon ever made a database, usable or not."""
        try:
            with self.opened():
                return True
        except NotYet:
            return False
        except (StoreError, DatabaseError):
            return True

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """Open the database, as a command does or as the daemon has it; raises StoreError, DatabaseError."""
        if self.store is not None:
            yield self.store
            return
        store = existing_store(self.settings.state, self.settings.server)
        try:
            yield store
        finally:
            store.close()


@dataclass(frozen=True)
class Check(Generic[Seen]):
    """A check. ``doc``: what it looks at, for docs/doctor.md.

    ``gather`` blocks, bounded by time-outs of its own; ``judge`` is pure. ``of_process``: what it finds holds for the
    process that looks, so a running daemon is asked for it.
    """

    name: str
    title: str
    doc: str
    gather: Callable[[Place], Seen]
    judge: Callable[[Seen, datetime], Iterable[Finding]]
    kinds: tuple[Kind, ...]
    pace: Pace = Pace.QUICK
    of_process: bool = False

    def examine(self, place: Place) -> Examined:
        """Look, and judge; raises nothing: what it does not know becomes a finding."""
        now_utc = place.clock.utc()
        try:
            findings = tuple(self.judge(self.gather(place), now_utc))
        except OSError as error:
            findings = (found(FAILED, why=said_by_system(error)),)
        except Exception as error:  # whatever it is, it must not cost the other checks, or the daemon, anything
            findings = (found(FAILED, why=said_by(error) or type(error).__name__),)
        return Examined(self.name, findings, now_utc)
