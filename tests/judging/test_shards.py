"""Shards: what hangs together is judged by one daemon, and all daemons cut the fleet alike."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.leases import ALL_SHARDS, SHARDS
from monitor.judging.shards import moved_between, part_of, shard_of, shards_behind
from monitor.settings.fleet import Fleet, Group, Link
from tests.judging.boards import TREE, fleet, site

CARRIED = replace(site("far"), link=Link("far/interface", "far", "leaf/gateway", "sfp1"))


def tree_of(parents: list[int | None]) -> Fleet:
    """Sites s0, s1, …, each behind an earlier one or behind none."""
    return fleet(*(site(f"s{at}", None if parent is None else f"s{parent}") for at, parent in enumerate(parents)))


FLEETS = st.integers(1, 40).flatmap(
    lambda count: st.tuples(*(st.none() | st.integers(0, at - 1) if at else st.none() for at in range(count)))
)


@given(FLEETS)
def test_a_site_is_in_the_shard_of_its_parent_and_in_one_shard_alone(parents: tuple[int | None, ...]) -> None:
    made = tree_of(list(parents))
    for each in made.sites.values():
        assert each.parent is None or shard_of(made, each.id) == shard_of(made, each.parent)
    parts = [part_of(made, {shard}) for shard in range(SHARDS)]
    assert sorted(id_ for part in parts for id_ in part.sites) == sorted(made.sites)
    assert part_of(made, ALL_SHARDS) == made


def test_the_shard_of_a_tree_is_told_by_its_root_alone_and_never_changes() -> None:
    assert [shard_of(TREE, each) for each in ("root", "mid", "leaf", "other")] == [27, 27, 27, 32]
    assert shard_of(fleet(site("leaf", "root"), site("root")), "leaf") == 27


def test_a_site_whose_link_another_tree_carries_is_judged_together_with_it() -> None:
    joined = Fleet({**TREE.sites, "far": CARRIED, "behind": site("behind", "far")})
    assert set(joined.roots.values()) == {"far", "other"}
    assert {shard_of(joined, each) for each in ("far", "behind", "root", "leaf")} == {shard_of(joined, "far")}


def test_a_site_that_was_removed_has_a_shard_too() -> None:
    assert shard_of(TREE, "gone") == shard_of(fleet(), "gone") == shard_of(fleet(site("gone")), "gone")


def test_who_gets_another_parent_may_move_and_who_is_new_does_not() -> None:
    after = fleet(site("root"), site("mid", "root"), site("leaf", "other"), site("other"), site("new"))
    assert moved_between(TREE, after) == {shard_of(after, "leaf")}
    assert moved_between(TREE, TREE) == set()


def test_an_uplink_concerns_the_shards_with_sites_behind_it() -> None:
    made = replace(TREE, groups={"all": Group(()), "far": Group((), behind="mid")})
    assert shards_behind(made, "all") == {27, 32}
    assert shards_behind(made, "far") == {27}
    assert shards_behind(made, "none") == set()
