"""Remember which leases this daemon holds, and until when it may act by them. For any thread."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from monitor.domain.clock import Clock
from monitor.domain.leases import Lease, shard_of


@dataclass(frozen=True, slots=True)
class OwnLease:
    """A lease that is held until ``deadline_boot_ns``; ``idle_s``: for how long nobody had it before, if anybody did.

    A shard is held until it is known to be another's, and its deadline is not looked at.
    """

    lease: Lease
    deadline_boot_ns: int
    idle_s: float | None

    def is_over(self, now_boot_ns: int) -> bool:
        return shard_of(self.lease.name) is None and self.deadline_boot_ns <= now_boot_ns


class OwnLeases:
    """The leases by name. ``taken`` and ``lost``: how many, since the start; what was given away is not lost.

    Readers see one state of it, as it is replaced as a whole.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changing = threading.Lock()
        self._by_name: dict[str, OwnLease] = {}
        self.taken = self.lost = 0

    def held(self, name: str) -> Lease | None:
        """Return that lease; None where it is another's, or this daemon's deadline is over."""
        found = self._by_name.get(name)
        return found.lease if found is not None and not found.is_over(self._clock.boot_ns()) else None

    def in_force(self) -> Mapping[Lease, float | None]:
        """Return all that may be acted by, with the seconds for which nobody had it before."""
        now_ns = self._clock.boot_ns()
        return {each.lease: each.idle_s for each in self._by_name.values() if not each.is_over(now_ns)}

    def names(self) -> Collection[str]:
        """Return the names of all, also of those whose deadline is over."""
        return self._by_name.keys()

    def shards(self) -> frozenset[int]:
        return frozenset(shard for name in self._by_name if (shard := shard_of(name)) is not None)

    def add(self, taken: Mapping[Lease, float | None], deadline_boot_ns: int) -> None:
        """Hold what was taken."""
        with self._changing:
            own = {lease.name: OwnLease(lease, deadline_boot_ns, idle_s) for lease, idle_s in taken.items()}
            self._by_name = self._by_name | own
            self.taken += len(taken)

    def extend(self, renewed: Collection[Lease], deadline_boot_ns: int) -> None:
        """Hold for longer what was renewed and is still held."""
        with self._changing:
            self._by_name = {
                name: replace(each, deadline_boot_ns=deadline_boot_ns) if each.lease in renewed else each
                for name, each in self._by_name.items()
            }

    def lose(self, leases: Collection[Lease]) -> None:
        """Drop those of ``leases`` that are held."""
        with self._changing:
            kept = {name: each for name, each in self._by_name.items() if each.lease not in leases}
            self.lost += len(self._by_name) - len(kept)
            self._by_name = kept

    def lose_what_is_over(self) -> None:
        """Drop the duties whose deadline is over."""
        now_ns = self._clock.boot_ns()
        self.lose([each.lease for each in self._by_name.values() if each.is_over(now_ns)])

    def give(self, names: Collection[str]) -> frozenset[Lease]:
        """Drop those of these names, and return them."""
        with self._changing:
            given = frozenset(each.lease for name, each in self._by_name.items() if name in names)
            self._by_name = {name: each for name, each in self._by_name.items() if each.lease not in given}
        return given
