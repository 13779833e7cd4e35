"""Shards that come and go, on a real server: what is known of them is read behind the proof of their lease."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from monitor.domain.leases import Duty, shard_name
from monitor.judging.decisions import OutageClosed, OutageOpened, UplinkLost
from monitor.judging.health import State
from monitor.runtime.leases import LeaseChange
from monitor.store.database import Store
from monitor.store.models import Base, Gap, Outage, Ticket
from tests.runtime.nodes import A, B, Node, two_nodes
from tests.told import said


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    with two_nodes(tmp_path) as made:
        yield made


def stored(store: Store, table: type[Base]) -> list[Base]:
    with store.read() as session:
        return list(session.scalars(select(table).order_by(text("id"))))


def outages(store: Store) -> list[tuple[str, bool]]:
    with store.read() as session:
        found = session.scalars(select(Outage).order_by(Outage.id))
        return [(each.site, each.ended_utc is not None) for each in found]


def gaps(store: Store) -> list[tuple[int | None, str, datetime, datetime | None]]:
    with store.read() as session:
        found = session.scalars(select(Gap).order_by(Gap.id))
        return [(each.shard, each.uplink, each.started_utc, each.ended_utc) for each in found]


async def test_who_takes_a_shard_goes_on_with_the_outage_of_before_and_opens_none_twice(
    nodes: tuple[Node, Node],
) -> None:
    one, two = nodes
    await one.take(shard_name(A), shard_name(B))
    for _ in range(3):
        one.round("a", answers=False)
    began_utc = one.live.board.open_outages["a"]
    await one.writer.turn()
    await two.take(shard_name(A))
    assert (two.probing.watched, two.live.board.open_outages) == (["a"], {"a": began_utc})
    assert two.live.board.state("a") is State.DOWN
    for _ in range(3):
        assert not [each for each in two.round("a", answers=False) if isinstance(each, OutageOpened)]
    for _ in range(3):
        two.round("a", answers=True)
    await two.writer.turn()
    assert outages(two.store) == [("a", True)]


async def test_what_was_decided_by_a_lease_of_before_is_refused_and_the_rest_is_stored(
    nodes: tuple[Node, Node],
) -> None:
    one, two = nodes
    await one.take(shard_name(A), shard_name(B))
    await two.take(shard_name(A))  # and the other does not know yet, as after SIGSTOP
    for _ in range(3):
        one.round("a", answers=False)
        one.round("b", answers=False)
    assert await one.writer.turn(), "it is tried again at once"
    assert [lease.name for lease in one.leases.refused] == [shard_name(A)]
    await one.writer.turn()
    assert outages(one.store) == [("b", False)]
    assert one.writer.waiting == 0


async def test_a_shard_that_is_lost_is_dropped_and_nothing_more_of_it_is_decided(nodes: tuple[Node, Node]) -> None:
    one, _ = nodes
    await one.take(shard_name(A), shard_name(B))
    for _ in range(3):
        one.round("a", answers=False)
    one.lose(shard_name(A))
    assert (one.probing.watched, one.live.board.open_outages) == (["b"], {})
    waiting = one.writer.waiting
    one.writer.put([OutageClosed("a", one.clock.utc())])  # what was still under way
    assert one.writer.waiting == waiting


async def test_a_lease_that_is_anothers_by_the_time_it_is_read_by_is_not_held(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    await one.take(shard_name(A))
    lease = one.leases.leases[shard_name(A)]
    await two.take(shard_name(A))
    one.lose(shard_name(A))
    one.shards.changed(LeaseChange({lease: None}, frozenset()))
    await one.shards.turn()
    assert (one.leases.refused, one.probing.watched) == ({lease}, [])


async def test_what_nobody_held_for_long_is_unmonitored_for_the_sites_of_that_shard_alone(
    nodes: tuple[Node, Node],
) -> None:
    one, two = nodes
    await one.take(shard_name(A), shard_name(B))
    assert gaps(one.store) == [], "nobody ever held them"
    one.clock.advance(3_600)
    interval_s = one.in_force.settings.monitor.probing.interval_s
    with one.store.write() as session:
        long, short = timedelta(seconds=2 * interval_s + 5), timedelta(seconds=2 * interval_s - 5)
        for shard, lasted in ((A, long), (B, short)):
            earlier = text("UPDATE leases SET renewed = clock_timestamp() - :lasted WHERE name = :name")
            session.execute(earlier, {"lasted": lasted, "name": shard_name(shard)})
    await two.take(shard_name(A), shard_name(B))
    ((of, uplink, began_utc, ended_utc),) = gaps(one.store)
    assert (of, uplink, ended_utc) == (A, "", two.clock.utc())
    assert abs(two.clock.utc() - began_utc - long) < timedelta(seconds=60)


async def test_what_one_daemon_cannot_see_another_does(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    await one.take(shard_name(A))
    lost = UplinkLost("isp", one.clock.utc(), A)
    one.writer.put([lost])
    await one.writer.turn()
    assert gaps(one.store) == [(A, "isp", lost.since_utc, None)]
    one.clock.advance(30)
    await two.take(shard_name(A))
    assert gaps(one.store) == [(A, "isp", lost.since_utc, two.clock.utc())]


async def test_what_is_due_is_done_by_the_one_that_holds_the_duty(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    await one.take(shard_name(A))
    confirmed_utc = one.clock.utc()
    one.writer.put([OutageOpened("a", confirmed_utc, confirmed_utc, None, said("timeout"))])
    await one.writer.turn()
    one.clock.advance(timedelta(days=30).total_seconds())
    await one.writer.turn()
    assert stored(one.store, Ticket) == []
    await two.take(Duty.CASES)
    await two.writer.turn()
    assert len(stored(one.store, Ticket)) == 1
    await one.take(Duty.CASES)
    assert await two.writer.turn(), "refused"
    assert [lease.name for lease in two.leases.refused] == [Duty.CASES]


async def test_a_daemon_waits_until_what_it_gives_away_is_stored(nodes: tuple[Node, Node]) -> None:
    one, _ = nodes
    await one.take(shard_name(A))
    lease = one.leases.leases[shard_name(A)]
    for _ in range(3):
        one.round("a", answers=False)
    one.lose(shard_name(A))
    await one.writer.turn()
    await one.writer.stored({lease})
    assert outages(one.store) == [("a", False)], "it was decided while the lease was held"
