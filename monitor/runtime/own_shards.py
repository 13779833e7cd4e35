"""Know which part of the fleet is judged here, and by which lease each decision about it is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from monitor.domain.leases import Lease
from monitor.judging.decisions import Decision, MonitoringGap, UplinkBack, UplinkLost
from monitor.judging.shards import part_of, shard_of, shards_behind
from monitor.settings.fleet import Fleet

OfAllSites = MonitoringGap | UplinkLost | UplinkBack


@dataclass(frozen=True)
class OwnShards:
    """The shards that were taken up, with their leases; None: everything, where the database is a file.

    ``part``: their sites of ``fleet``. ``removed``: the leases of sites that this configuration has no more.
    """

    fleet: Fleet
    leases: Mapping[int, Lease] | None = None
    removed: Mapping[str, Lease] = field(default_factory=dict)
    part: Fleet = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "part", self.fleet if self.leases is None else part_of(self.fleet, self.leases))

    def with_leases(self, leases: Mapping[int, Lease]) -> "OwnShards":
        """Return the same with other shards."""
        return replace(self, leases=leases)

    def lease_of(self, site: str) -> Lease | None:
        """Return by which lease a site is judged here; None where it is not."""
        if self.leases is None:
            return None
        return self.removed.get(site) or self.leases.get(shard_of(self.fleet, site))

    def behind_leases(self, decision: Decision) -> Iterator[tuple[Decision, Lease | None]]:
        """Yield a decision with the lease by which it is stored; nothing of a site that is judged elsewhere.

        One that is of no site is of each shard that it concerns.
        """
        if self.leases is None:
            yield decision, None
        elif isinstance(decision, OfAllSites):
            for shard in sorted(self._concerned(decision) & self.leases.keys()):
                yield replace(decision, shard=shard), self.leases[shard]
        elif (lease := self.lease_of(decision.site)) is not None:
            yield decision, lease

    def _concerned(self, decision: OfAllSites) -> set[int]:
        if decision.shard is not None:
            return {decision.shard}
        if isinstance(decision, MonitoringGap):
            return {shard_of(self.fleet, site) for site in self.part.sites}
        return shards_behind(self.fleet, decision.group)
