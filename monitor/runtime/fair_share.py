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
UNSEEN_FREE = 2.0  # terms: so long what this daemon cannot see is left to one that says that it can


@dataclass(frozen=True, slots=True)
class Peer:
    """A living daemon. ``shards``: how many it holds; ``fit``: its clock is trusted, so that it takes duties.

    ``sees``, ``lost``: the uplinks beyond which something answers it, and nothing.
    """

    shards: int
    fit: bool
    sees: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()


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
    sees: Collection[str] = (),
    unseen: Mapping[str, frozenset[str]] | None = None,
) -> Sequence[str]:
    """Return the names of the leases to take, in order.

    ``free_s``: for how long each free one has been seen so, in seconds. ``own``: those held. ``given``: shards that it
    gave away itself lately, and leaves to another. ``peers``: the others. ``fit``: this daemon's clock is trusted; one
    whose is not takes a duty only where nobody else does. ``sees``: the uplinks beyond which something answers it; who
    has lost one of them has no share. ``unseen``: as of `seen_by_others`.
    """
    others = list(peers)
    long_free = {name for name, seconds in free_s.items() if seconds >= LONG_FREE * term_s}
    sharing = [peer for peer in others if peer.lost.isdisjoint(sees)]
    room = share_of(1 + len(sharing)) - sum(shard_of(name) is not None for name in own)
    left = {name for name in seen_by_others(unseen or {}, others) if free_s.get(name, 0.0) < UNSEEN_FREE * term_s}
    found = []
    for name in sorted(free_s.keys() - left):
        if name in long_free and (shard_of(name) is not None or fit or not any(peer.fit for peer in others)):
            found.append(name)
        elif shard_of(name) is None:
            found += [name] if fit else []
        elif room > 0 and name not in given:
            found.append(name)
            room -= 1
    return found


def seen_by_others(unseen: Mapping[str, frozenset[str]], peers: Iterable[Peer]) -> set[str]:
    """Return the names of those shards of ``unseen`` that another daemon sees whole: one is to watch them.

    ``unseen``: each shard with a site behind an uplink that this daemon has lost, with all uplinks that it lies behind.
    """
    eyes = [peer.sees for peer in peers]
    return {name for name, behind in unseen.items() if any(behind <= sees for sees in eyes)}


def to_give(own: Mapping[str, int], peers: Iterable[Peer], *, fit: bool, sees: Collection[str] = ()) -> Sequence[str]:
    """Return the names of the leases to give away now: at most one shard, and duties.

    A shard, where another daemon has at least two fewer: that of the lowest epoch of ``own``, which has moved least.
    Each move costs what was seen of its sites since their last state, so none may move again and again; and none goes
    to who has lost an uplink that this daemon ``sees``. All duties, where this daemon's clock is not trusted and
    another's is.
    """
    others = list(peers)
    shards = sorted((epoch, name) for name, epoch in own.items() if shard_of(name) is not None)
    duties = [] if fit or not any(peer.fit for peer in others) else sorted(own.keys() - {name for _, name in shards})
    has_more = any(peer.shards <= len(shards) - 2 and peer.lost.isdisjoint(sees) for peer in others)
    return [*duties, *(name for _, name in shards[:1] if has_more)]
