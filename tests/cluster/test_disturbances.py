"""What is drawn from a seed: the same each time, every kind, and never more daemons away than may be."""

import ipaddress
import random

from tests.cluster.disturbances import AWAY, SHARES, Disturbance, Kind, Plan, drawn
from tests.cluster.fleet import Choice, address, prefix, root_of, site_id, sites
from tests.lab.network import HOSTS4

PLAN = Plan(200, seed=3, every_s=2.0, longest_s=90.0, daemons=4, away=2, clocked=3)


def test_a_seed_draws_the_same_again_and_another_something_else() -> None:
    assert list(drawn(PLAN)) == list(drawn(PLAN))
    assert list(drawn(PLAN)) != list(drawn(Plan(200, 4, 2.0, 90.0, 4, 2, 3)))


def test_every_kind_comes_even_among_few() -> None:
    few = list(drawn(Plan(len(SHARES), 3, 2.0, 90.0, 4, 2, 3)))
    assert {each.kind for each in few} == set(Kind)
    assert len(list(drawn(PLAN))) == PLAN.count


def test_as_many_daemons_as_are_allowed_are_away_at_a_time_and_none_is_hit_twice() -> None:
    away = [each for each in drawn(PLAN) if each.kind in AWAY]
    assert {each.who for each in away} == set(range(PLAN.daemons))
    most = 0
    for each in away:
        beside = [other for other in away if is_under_way(other, each.after_s)]
        assert len({other.who for other in beside}) == len(beside)
        most = max(most, len(beside))
    assert most == PLAN.away


def is_under_way(each: Disturbance, at_s: float) -> bool:
    return each.after_s <= at_s <= each.until_s


def test_trees_lie_apart_and_the_one_that_was_well_for_longest_is_next() -> None:

    hosts = ipaddress.ip_network(HOSTS4)
    networks = [ipaddress.ip_network(prefix(tree)) for tree in range(100)]
    assert all(network.subnet_of(hosts) for network in networks)  # type: ignore[arg-type]
    assert len(set(networks)) == 100
    assert all(ipaddress.ip_address(address(7, place)) in networks[7] for place in range(5))
    assert [root_of(site_id(7, place)) for place in range(5)] == ["centre-7"] * 5
    assert sites(3).count("[sites.") == 15

    choice = Choice(random.Random(1), trees=2)
    first, second = choice.next(), choice.next()
    assert first is not None
    assert second is not None
    assert choice.next() is None
    choice.well_again(first[0])
    assert (choice.next() or (None,))[0] == first[0]
