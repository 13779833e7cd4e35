"""Expose what this daemon does among several on one database; nothing where the database is a file."""

from collections.abc import Iterator

from monitor.metrics.text import Family, Labels, Line
from monitor.runtime.live import RuntimeView

TAKEN = Family(
    "upazila_lease_held",
    "gauge",
    "1 for each shard of sites that this daemon judges, and each duty that it does.",
    Labels("lease"),
    unit="always 1",
    most=71,
)
EPOCH = Family(
    "upazila_lease_epoch",
    "gauge",
    "How often the shard or duty has changed from one daemon to another.",
    Labels("lease"),
    unit="changes",
    most=71,
)
TAKEOVERS = Family(
    "upazila_lease_takeovers_total", "counter", "Shards and duties that this daemon has taken.", unit="leases"
)
LOST = Family(
    "upazila_lease_lost_total",
    "counter",
    "Shards and duties that became another daemon's although this one did not give them away.",
    unit="leases",
)
REFUSED = Family(
    "upazila_writes_refused_total",
    "counter",
    "Transactions that wrote nothing because the shard or duty had become another daemon's.",
    unit="transactions",
)
FAMILIES = (TAKEN, EPOCH, TAKEOVERS, LOST, REFUSED)


def leases(live: RuntimeView) -> Iterator[Line]:
    """All of them."""
    if live.leases.is_sole:
        return
    office = live.office_id
    for lease in sorted(live.leases.own()):
        yield TAKEN.of(1, office, lease.name)
        yield EPOCH.of(lease.epoch, office, lease.name)
    counts = live.leases.counts
    yield TAKEOVERS.of(counts.taken, office)
    yield LOST.of(counts.lost, office)
    yield REFUSED.of(counts.refused, office)
