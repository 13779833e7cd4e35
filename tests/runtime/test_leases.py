"""What the parts ask about leases, where one daemon holds everything."""

from monitor.domain.leases import ALL_NAMES, ALL_SHARDS, Lease
from monitor.runtime.leases import SoleHolder
from tests.desk import Desk


def test_who_has_the_lock_of_the_state_folder_holds_everything_and_needs_no_proof(desk: Desk) -> None:
    leases = SoleHolder()
    assert leases.shards() == ALL_SHARDS
    held = [lease for name in ALL_NAMES if (lease := leases.held(name)) is not None]
    assert held == [Lease(name) for name in ALL_NAMES]
    leases.lost(held)
    assert (leases.held("shard/00"), leases.members()) == (Lease("shard/00"), ())
    with desk.store.write(behind=held) as session:
        assert session.is_active
