"""The names of the leases, and their order."""

from monitor.domain.leases import ALL_NAMES, ALL_SHARDS, Duty, Lease, shard_name, shard_of


def test_every_shard_and_every_duty_has_a_lease_and_they_are_locked_in_the_order_of_their_names() -> None:
    assert len(ALL_NAMES) == len(set(ALL_NAMES)) == 64 + len(Duty)
    assert list(ALL_NAMES) == sorted(ALL_NAMES)
    assert sorted(map(Lease, ALL_NAMES)) == [Lease(name) for name in ALL_NAMES]


def test_the_name_of_a_shard_tells_it_and_that_of_a_duty_none() -> None:
    assert (shard_name(7), shard_of("shard/07")) == ("shard/07", 7)
    assert {shard_of(shard_name(shard)) for shard in ALL_SHARDS} == ALL_SHARDS
    assert {shard_of(duty) for duty in Duty} == {None}
