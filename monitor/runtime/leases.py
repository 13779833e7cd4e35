"""Know which leases this daemon holds: by the lock of its state folder, or in a database that several work on.

::

    Leases            what the other parts ask
    ├── SoleHolder    the database is a file: the lock of the state folder holds everything
    └── LeaseKeeper   the database is on a server: leases in it, taken, renewed and given back (`lease_keeper`)
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.leases import ALL_SHARDS, Lease
from monitor.runtime.part import Part


@dataclass(frozen=True, slots=True)
class Member:
    """A daemon that works on the same database. ``shards``: how many it holds; ``fit``: its clock is trusted."""

    name: str
    url: str
    shards: int
    fit: bool
    is_self: bool


@dataclass(frozen=True, slots=True)
class LeaseChange:
    """What this daemon holds from now on, and what no longer; a lease taken anew at once is in both.

    ``taken``: with the seconds for which nobody had it, by the database's clock; None where nobody ever had.
    """

    taken: Mapping[Lease, float | None]
    lost: frozenset[Lease]


OnChange = Callable[[LeaseChange], None]


class Leases(Protocol):
    """The leases of this daemon. Thread-safe."""

    @property
    def daemon(self) -> str:
        """Return the name under which this daemon stores what is its own; empty where the database is a file."""

    def held(self, name: str) -> Lease | None:
        """Return the lease of that name while it is held; None from this daemon's own deadline on."""

    def shards(self) -> frozenset[int]:
        """Return the shards that are held."""

    def lost(self, leases: Collection[Lease]) -> None:
        """Drop leases that a proof has shown to be another's: what `LeaseLost` names."""

    def members(self) -> Sequence[Member]:
        """Return the daemons that live, by name, as they were last seen; none where the database is a file."""


class SoleHolder(Part):
    """Everything is held, from the start to the end: the lock of the state folder is the lease."""

    name = "leases"
    daemon = ""

    def held(self, name: str) -> Lease | None:
        return Lease(name)

    def shards(self) -> frozenset[int]:
        return ALL_SHARDS

    def lost(self, leases: Collection[Lease]) -> None:
        """Do nothing: no proof is asked of it."""

    def members(self) -> Sequence[Member]:
        return ()
