"""On a PostgreSQL server: leases that several daemons take from each other, and what each of their rules is for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.domain.leases import Lease
from monitor.store.database import Store
from monitor.store.leases import LeaseLost
from monitor.store.opening import open_store
from tests.store import servers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, servers.migrated_of(tmp_path))
    yield opened
    opened.close()


def test_a_proof_of_a_lease_that_another_has_now_writes_nothing_and_says_which(store: Store) -> None:
    with store.write() as session:
        rows = "('shard/01', 'a/1', 4, now()), ('shard/02', 'b/2', 9, now())"
        session.execute(text(f"INSERT INTO leases (name, holder, epoch, until) VALUES {rows}"))
    mine, lost = Lease("shard/01", "a/1", 4), Lease("shard/02", "a/1", 8)
    for wrong in (lost, Lease("shard/02", "b/2", 8), Lease("shard/02", "a/1", 9), Lease("shard/03", "a/1", 1)):
        with pytest.raises(LeaseLost) as raised, store.write(behind=[wrong, mine]) as session:
            session.execute(text("UPDATE leases SET epoch = 0"))
        assert raised.value.leases == {wrong}
    with store.write(behind=[mine]) as session:
        assert session.execute(text("SELECT epoch FROM leases ORDER BY name")).scalars().all() == [4, 9]
