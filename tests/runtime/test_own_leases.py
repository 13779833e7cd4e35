"""What a daemon remembers of its leases."""

from monitor.domain.clock import NS_PER_S, VirtualClock
from monitor.domain.leases import Duty, Lease
from monitor.runtime.own_leases import OwnLeases

DUTY, SHARD = Lease(Duty.OUTBOX, "a/1", 4), Lease("shard/07", "a/1", 2)


def own() -> tuple[OwnLeases, VirtualClock]:
    clock = VirtualClock()
    made = OwnLeases(clock)
    made.add({DUTY: 1.5, SHARD: None}, clock.boot_ns() + 5 * NS_PER_S)
    return made, clock


def test_a_duty_ends_at_its_deadline_and_a_shard_when_it_is_known_to_be_another_s() -> None:
    made, clock = own()
    assert (made.held(DUTY.name), made.held(SHARD.name), made.held("shard/08")) == (DUTY, SHARD, None)
    assert dict(made.in_force()) == {DUTY: 1.5, SHARD: None}
    clock.suspend(5)
    assert (made.held(DUTY.name), made.held(SHARD.name)) == (None, SHARD)
    assert (dict(made.in_force()), set(made.names())) == ({SHARD: None}, {DUTY.name, SHARD.name})
    made.lose_what_is_over()
    made.lose([Lease(SHARD.name, "a/1", 1)])  # of an epoch before
    assert (set(made.names()), made.shards(), made.lost) == ({SHARD.name}, frozenset({7}), 1)
    made.lose([SHARD])
    assert (set(made.names()), made.shards(), made.taken, made.lost) == (set(), frozenset(), 2, 2)


def test_a_renewal_that_comes_after_the_end_brings_nothing_back() -> None:
    made, clock = own()
    made.extend([DUTY], clock.boot_ns() + 9 * NS_PER_S)
    clock.advance(8)
    assert made.held(DUTY.name) == DUTY
    made.lose([DUTY])
    made.extend([DUTY], clock.boot_ns() + 9 * NS_PER_S)
    assert made.held(DUTY.name) is None


def test_what_is_given_away_is_not_counted_as_lost() -> None:
    made, _ = own()
    assert made.give([SHARD.name, "shard/08"]) == {SHARD}
    assert (set(made.names()), made.lost) == ({DUTY.name}, 0)
