"""Decide which leases a daemon takes and which shard it gives away: a fair share each, moved slowly. Pure.

The share is a wish and never a limit: a lease that has been free for LONG_FREE of a term is taken by anybody, because
who is counted as living may be dead.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from monitor.domain.leases import SHARDS, shard_of

LONG_FREE = 0.5  # of a term
GIVE_EVERY = 0.5  # of a term: a shard is given away no oftener


@dataclass(frozen=True, slots=True)
class Peer:
    """A living daemon. ``shards``: how many it holds; ``fit``: its clock is trusted, so that it takes duties."""

    shards: int
    fit: bool


def share_of(daemons: int) -> int:
    """Return how many shards one of so many daemons wants at most."""
    return ceil(SHARDS / max(daemons, 1))


def to_take(
    free_s: Mapping[str, float],
    own: Collection[str],
    given: Collection[str],
    peers: Iterable[Peer],
    term_s: float,
    *,
    fit: bool,
) -> Sequence[str]:
    """Return the names of the leases to take, in order.

    ``free_s``: for how long each free one has been seen so, in seconds. ``own``: those held. ``given``: shards that it
    gave away itself lately, and leaves to another. ``peers``: the others. ``fit``: this daemon's clock is trusted; one
    whose is not takes a duty only where nobody else does.
    """
    others = list(peers)
    long_free = {name for name, seconds in free_s.items() if seconds >= LONG_FREE * term_s}
    room = share_of(1 + len(others)) - sum(shard_of(name) is not None for name in own)
    found = []
    for name in sorted(free_s):
        if name in long_free and (shard_of(name) is not None or fit or not any(peer.fit for peer in others)):
            found.append(name)
        elif shard_of(name) is None:
            found += [name] if fit else []
        elif room > 0 and name not in given:
            found.append(name)
            room -= 1
    return found


def to_give(own: Mapping[str, int], peers: Iterable[Peer], *, fit: bool) -> Sequence[str]:
    """Return the names of the leases to give away now: at most one shard, and duties.

    A shard, where another daemon has at least two fewer: that of the lowest epoch of ``own``, which has moved least.
    Each move costs what was seen of its sites since their last state, so none may move again and again. All duties,
    where this daemon's clock is not trusted and another's is.
    """
    others = list(peers)
    shards = sorted((epoch, name) for name, epoch in own.items() if shard_of(name) is not None)
    duties = [] if fit or not any(peer.fit for peer in others) else sorted(own.keys() - {name for _, name in shards})
    has_more = any(peer.shards <= len(shards) - 2 for peer in others)
    return [*duties, *(name for _, name in shards[:1] if has_more)]
