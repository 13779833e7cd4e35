"""Know which leases this daemon holds: by the lock of its state folder, or in a database that several work on.

::

    Leases            what the other parts ask
    ├── SoleHolder    the database is a file: the lock of the state folder holds everything
    └── LeaseKeeper   the database is on a server: leases in it, taken, renewed and given back (`lease_keeper`)
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from monitor.domain.leases import ALL_NAMES, ALL_SHARDS, Duty, Lease
from monitor.domain.message import Said
from monitor.runtime.part import Part
from monitor.store.database import Store
from monitor.store.session import Session


@dataclass(frozen=True, slots=True)
class Member:
    """A daemon that works on the same database. ``shards``: how many it holds; ``fit``: its clock is trusted.

    ``lost``: the uplinks beyond which nothing answers it; ``away``: while it sends the letters, why channels cannot be
    reached; ``watches_another``: its configuration has had other sites or offices than this one's for longer than
    reloading both takes.
    """

    name: str
    url: str
    shards: int
    fit: bool
    is_self: bool
    lost: frozenset[str] = frozenset()
    away: Mapping[str, Said] = field(default_factory=dict)
    watches_another: bool = False


@dataclass(frozen=True, slots=True)
class LeaseChange:
    """What this daemon holds from now on, and what no longer; a lease taken anew at once is in both.

    ``taken``: with the seconds for which nobody had it, by the database's clock; None where nobody ever had.
    """

    taken: Mapping[Lease, float | None]
    lost: frozenset[Lease]


@dataclass(frozen=True, slots=True)
class LeaseCounts:
    """Leases that were ``taken``, ``lost`` without being given away, and transactions whose proof was ``refused``."""

    taken: int = 0
    lost: int = 0
    refused: int = 0


OnChange = Callable[[LeaseChange], None]
"""Called on the event loop."""
Stored = Callable[[Collection[Lease]], Awaitable[None]]
"""Awaited before leases are given away: until what was decided by them is stored, or cannot be."""


class Leases(Protocol):
    """The leases of this daemon. Thread-safe."""

    @property
    def daemon(self) -> str:
        """Return the name under which this daemon stores what is its own; empty where the database is a file."""

    @property
    def holder(self) -> str:
        """Return the name of this process, unlike any other's; empty where the database is a file."""

    @property
    def is_sole(self) -> bool:
        """Return whether nothing is ever taken or lost: the database is a file."""

    def held(self, name: str) -> Lease | None:
        """Return the lease of that name while it is held.

        A duty ends at this daemon's own deadline. A shard is held until it is known to be another's: while the database
        cannot be asked, no daemon can take it, sites are watched, and what is decided waits; the proof with which it is
        stored shows whether it still counts.
        """

    def shards(self) -> frozenset[int]:
        """Return the shards that are held."""

    def lost(self, leases: Collection[Lease]) -> None:
        """Drop leases that a proof has shown to be another's: what `LeaseLost` names."""

    def own(self) -> Collection[Lease]:
        """Return all leases that are held."""

    @property
    def counts(self) -> LeaseCounts:
        """Return what has become of leases since the start."""

    def members(self) -> Sequence[Member]:
        """Return the daemons that live, by name, as they were last seen; none where the database is a file."""

    def living(self, session: Session) -> Collection[str]:
        """Return the holders of the daemons that live, as stored now; none where the database is a file."""


def store_for(leases: Leases, duty: Duty, store: Store) -> Store | None:
    """Return the database for what a duty writes, which proves its lease each time; None while it is another's."""
    lease = leases.held(duty)
    return None if lease is None else store.behind(lease)


class SoleHolder(Part):
    """Everything is held, from the start to the end: the lock of the state folder is the lease."""

    name = "leases"
    is_sole = True
    daemon = holder = ""

    def held(self, name: str) -> Lease | None:
        return Lease(name)

    def shards(self) -> frozenset[int]:
        return ALL_SHARDS

    def lost(self, leases: Collection[Lease]) -> None:
        """Do nothing: no proof is asked of it."""

    def own(self) -> Collection[Lease]:
        return [Lease(name) for name in ALL_NAMES]

    @property
    def counts(self) -> LeaseCounts:
        return LeaseCounts()

    def members(self) -> Sequence[Member]:
        return ()

    def living(self, session: Session) -> Collection[str]:
        return ()
