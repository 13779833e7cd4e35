"""What is judged here, and by which lease each decision is stored."""

from dataclasses import replace

from monitor.domain.leases import ALL_SHARDS, Lease, shard_name
from monitor.judging.decisions import MonitoringGap, OutageClosed, UplinkBack, UplinkLost
from monitor.judging.shards import shard_of
from monitor.runtime.own_shards import OfAllSites, OwnShards
from monitor.settings.fleet import Group
from tests.judging.boards import TREE, at
from tests.told import said

ROOT, OTHER = (shard_of(TREE, each) for each in ("root", "other"))
FLEET = replace(TREE, groups={"all": Group(()), "far": Group((), behind="mid")})
LEASES = {shard: Lease(shard_name(shard), "one/1", 3) for shard in ALL_SHARDS}


def held(*shards: int) -> OwnShards:
    return OwnShards(FLEET, {shard: LEASES[shard] for shard in shards})


def test_where_the_database_is_a_file_everything_is_judged_here_and_needs_no_lease() -> None:
    everything = OwnShards(FLEET)
    gap = MonitoringGap(at(0), at(1), said("timeout"))
    assert everything.part is FLEET
    assert list(everything.behind_leases(gap)) == [(gap, None)]
    assert list(everything.behind_leases(OutageClosed("gone", at(0)))) == [(OutageClosed("gone", at(0)), None)]


def test_a_decision_about_a_site_is_stored_by_the_lease_of_its_shard_and_of_no_other() -> None:
    closed = OutageClosed("leaf", at(0))
    assert list(held(ROOT, OTHER).behind_leases(closed)) == [(closed, LEASES[ROOT])]
    assert list(held(OTHER).behind_leases(closed)) == []
    assert list(held(OTHER).part.sites) == ["other"]


def test_what_is_of_no_site_is_told_of_each_shard_that_it_concerns() -> None:
    def told(decision: OfAllSites, *shards: int) -> list[tuple[object, Lease | None]]:
        return [(getattr(each, "shard", ""), lease) for each, lease in held(*shards).behind_leases(decision)]

    empty = next(iter(ALL_SHARDS - {ROOT, OTHER}))
    both = sorted([(ROOT, LEASES[ROOT]), (OTHER, LEASES[OTHER])])
    assert told(MonitoringGap(at(0), at(1), said("timeout")), ROOT, OTHER, empty) == both
    assert told(UplinkLost("all", at(0)), ROOT, OTHER, empty) == both
    assert told(UplinkBack("far", at(0), at(1)), ROOT, OTHER) == [(ROOT, LEASES[ROOT])]
    assert told(UplinkLost("all", at(0), OTHER), ROOT, OTHER) == [(OTHER, LEASES[OTHER])]


def test_the_end_of_a_removed_site_is_stored_by_the_lease_by_which_it_was_judged() -> None:
    removed = replace(held(OTHER), removed={"gone": LEASES[ROOT]})
    closed = OutageClosed("gone", at(0))
    assert list(removed.behind_leases(closed)) == [(closed, LEASES[ROOT])]
