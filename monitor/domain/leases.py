"""Name the leases: who of several daemons on one database judges which sites, and does which work.

::

    shard/00 … shard/63   the sites whose root falls into that shard: probing, judging, storing what is decided
    duty/…                work that one daemon at a time does for the whole installation

Where the database is a file, the lock of the state folder is the lease of everything.
"""

from dataclasses import dataclass
from enum import StrEnum

SHARDS = 64
"""The number of shards, fixed: all daemons of an installation must agree on it."""

_SHARD = "shard/"


class Duty(StrEnum):
    """Work that one daemon at a time does."""

    CASES = "duty/cases"
    """What is done to tickets on stored dates, and whatever is counted again."""
    OUTBOX = "duty/outbox"
    HELPDESK = "duty/helpdesk"
    BRIEFS = "duty/briefs"
    """The calendar's jobs that write letters."""
    NIGHTLY = "duty/nightly"
    REPORTS = "duty/reports"
    PUBLIC = "duty/public"
    """The written copy of the public page."""


@dataclass(frozen=True, slots=True, order=True)
class Lease:
    """A lease that is held: whoever writes by it proves ``holder`` and ``epoch`` in its transaction.

    ``epoch`` grows with each change of the holder. Without a ``holder`` it is the lock of the state folder, which needs
    no proof.
    """

    name: str
    holder: str = ""
    epoch: int = 0


def shard_name(shard: int) -> str:
    """Return the name of a shard's lease."""
    return f"{_SHARD}{shard:02d}"


def shard_of(name: str) -> int | None:
    """Return the shard of a lease; None for a duty."""
    return int(name.removeprefix(_SHARD)) if name.startswith(_SHARD) else None


ALL_SHARDS = frozenset(range(SHARDS))
ALL_NAMES = (*sorted(Duty), *map(shard_name, range(SHARDS)))
"""The names of all leases, in the order in which several are locked."""
