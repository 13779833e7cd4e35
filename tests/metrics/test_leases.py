"""What a daemon among several exposes of its leases; and one that is alone, nothing."""

from monitor.domain.clock import VirtualClock
from monitor.domain.leases import Duty, Lease
from monitor.metrics.leases import leases
from tests.runtime.built import OfOthers, state_of


def test_a_daemon_among_several_tells_what_it_does_and_what_became_of_it() -> None:
    live = state_of(VirtualClock())
    assert list(leases(live)) == [], "the database is a file"
    live.leases = OfOthers(Lease(Duty.OUTBOX, "a/1", 7))
    assert [line for _, line in leases(live)] == [
        'upazila_lease_held{lease="duty/outbox",office="bheramara"} 1.0\n',
        'upazila_lease_epoch{lease="duty/outbox",office="bheramara"} 7.0\n',
        'upazila_lease_takeovers_total{office="bheramara"} 9.0\n',
        'upazila_lease_lost_total{office="bheramara"} 4.0\n',
        'upazila_writes_refused_total{office="bheramara"} 2.0\n',
    ]
