"""Cut the fleet into shards, each of which one daemon at a time judges. Pure.

A site and all that judging must see together with it lie in one shard: the sites on its way and behind it, and the one
whose device carries its link (`Fleet.roots`). What a shard is called is in `domain.leases`.
"""

from collections.abc import Collection
from dataclasses import replace
from zlib import crc32

from monitor.domain.leases import SHARDS
from monitor.settings.fleet import Fleet


def shard_of(fleet: Fleet, site: str) -> int:
    """Return the shard of a site; of one that is in no configuration any more by its own id."""
    return crc32(fleet.roots.get(site, site).encode()) % SHARDS


def part_of(fleet: Fleet, shards: Collection[int]) -> Fleet:
    """Return the sites of these shards, with all uplinks."""
    sites = {id_: site for id_, site in fleet.sites.items() if shard_of(fleet, id_) in shards}
    return replace(fleet, sites=sites)


def shards_behind(fleet: Fleet, uplink: str) -> set[int]:
    """Return the shards with sites behind that uplink."""
    return {shard_of(fleet, site) for site, uplinks in fleet.uplinks.items() if uplink in uplinks}


def moved_between(before: Fleet, after: Fleet) -> set[int]:
    """Return the shards of ``after`` into which sites have moved that were in another of ``before``."""
    both = before.sites.keys() & after.sites.keys()
    return {shard for site in both if (shard := shard_of(after, site)) != shard_of(before, site)}
