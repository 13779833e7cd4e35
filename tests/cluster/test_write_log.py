"""The log of writes tells the truth of a real server: commits in their order, and what was really locked."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster import write_log
from tests.cluster.checker import epochs_in_turn, takeovers, unfenced
from tests.cluster.write_log import Fence
from tests.store import servers

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[Any]

SHARD = "shard/07"
TAKE = (
    "INSERT INTO leases (name, holder, epoch, until) VALUES (%s, %s, 1, clock_timestamp()) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = leases.epoch + 1"
)


@pytest.fixture
def two(tmp_path: Path) -> "Iterator[tuple[Connection, Connection]]":
    """Two lines to a database that is watched, with a lease that daemon a holds."""
    servers.migrated_of(tmp_path)
    name = servers.name_of(tmp_path)
    with servers.shared().connect(name) as one, servers.shared().connect(name) as other:
        write_log.install(one)
        one.execute(TAKE, [SHARD, "a"])
        yield one, other


def add(connection: "Connection", site: str) -> None:
    connection.execute("INSERT INTO events (at_utc, site, device, kind) VALUES (now(), %s, '', 'restarted')", [site])


def lock(connection: "Connection", how: str) -> None:
    connection.execute(f"SELECT 1 FROM leases WHERE name = %s {how}", [SHARD])


def test_a_write_bears_the_lease_that_its_transaction_has_locked(two: "tuple[Connection, Connection]") -> None:
    one, _ = two
    for site, how in (("locked", "FOR NO KEY UPDATE"), ("read", ""), ("weakly", "FOR KEY SHARE")):
        with one.transaction():
            lock(one, how)
            add(one, site)
    add(one, "alone")
    fenced = {write.row["site"]: write.fences for write in write_log.writes(one)}
    assert fenced.pop("locked") == (Fence(SHARD, 1, "a"),)
    # Of a lock that keeps nobody from taking the lease only this server's own bookkeeping knows.
    assert fenced.pop("weakly") in {(), (Fence(SHARD, 1, "a"),)}
    assert fenced == {"read": (), "alone": ()}
    told = list(unfenced(write_log.writes(one), lambda _: SHARD))
    assert len(told) >= 2


def test_a_lock_holds_for_what_is_written_in_savepoints_too(two: "tuple[Connection, Connection]") -> None:
    one, _ = two
    with one.transaction():
        lock(one, "FOR NO KEY UPDATE")
        with one.transaction():
            add(one, "within")
        add(one, "after")
    assert [write.fences for write in write_log.writes(one)] == [(Fence(SHARD, 1, "a"),)] * 2


def test_writes_stand_in_the_order_of_their_commits_and_what_is_rolled_back_does_not(
    two: "tuple[Connection, Connection]",
) -> None:
    one, other = two
    with one.transaction():
        add(one, "first written")
        with other.transaction():
            add(other, "first committed")
        with other.transaction(force_rollback=True):
            add(other, "never")
    assert [write.row["site"] for write in write_log.writes(one)] == ["first committed", "first written"]


def test_a_daemon_that_only_reads_its_lease_before_it_writes_is_found(two: "tuple[Connection, Connection]") -> None:
    one, other = two
    with one.transaction():
        lock(one, "")  # it would have to be FOR NO KEY UPDATE: as it is, another can take the lease meanwhile
        with other.transaction():
            other.execute(TAKE, [SHARD, "b"])
            lock(other, "FOR NO KEY UPDATE")
            add(other, "site")
        add(one, "site")
    writes = write_log.writes(one)
    assert [write.fences for write in writes] == [(Fence(SHARD, 2, "b"),), ()]
    assert list(unfenced(writes, lambda _: SHARD)) == [
        f"INSERT of events {writes[1].row['id']} without {SHARD}: had []"
    ]
    assert list(epochs_in_turn(writes)) == []
    # By this line nobody but the test itself has come: it takes no lease over.
    assert list(takeovers(write_log.lease_rows(one))) == []
