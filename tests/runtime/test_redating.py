"""On a real server: what a daemon dated by a wrong clock is moved by whoever holds the lease, and nothing else is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.domain.clock import VirtualClock
from monitor.domain.leases import Duty, shard_name
from monitor.judging.clock_trust import ClockReading, ClockTrust
from monitor.runtime.trusted_clock import TrustedClock
from monitor.store import board_state, leases
from monitor.store.database import Store
from monitor.store.models import Outage, SiteState, Ticket, UnprovenDates
from monitor.store.opening import open_store
from tests.runtime.nodes import A, B, Node
from tests.store import servers

NOON = datetime(2026, 11, 24, 6, tzinfo=UTC)
OFF = timedelta(days=2)
SOON = timedelta(minutes=3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, servers.migrated_of(tmp_path))
    with opened.for_writing.begin() as connection:
        leases.make_rows(connection)
    yield opened
    opened.close()


def begins(store: Store, name: str, wall_utc: datetime, last_utc: datetime | None = None) -> Node:
    """A daemon whose machine says that time at its boot; ``last_utc``: its last word of the boot before."""
    node = Node(name, store, VirtualClock(wall_utc))
    before = None
    if last_utc is not None:
        reading = ClockReading(last_utc, 0, "the boot before")
        before = ClockTrust(reading, reading, last_utc)
    clock = node.live.clock
    assert isinstance(clock, TrustedClock)
    node.live.clock_suspect = clock.begin(before, None).suspect
    return node


async def goes(node: Node, site: str, *, up: bool) -> None:
    for _ in range(3):
        node.round(site, answers=up)
    await node.writer.turn()


def outages(store: Store) -> list[tuple[datetime, datetime | None]]:
    with store.read() as session:
        found = session.scalars(select(Outage).order_by(Outage.id))
        return [(each.started_utc, each.ended_utc) for each in found]


def wrong(store: Store) -> list[str]:
    with store.read() as session:
        found = select(UnprovenDates.lease).where(UnprovenDates.wrong_by_s.is_not(None))
        return sorted(session.scalars(found))


async def test_who_holds_the_shard_when_the_time_is_known_moves_what_was_dated_wrong(store: Store) -> None:
    two = begins(store, "two", NOON)
    await two.take(shard_name(A))
    await goes(two, "a", up=False)
    await goes(two, "a", up=True)
    one = begins(store, "one", datetime(1970, 1, 1, tzinfo=UTC), NOON - OFF)
    assert one.live.clock_suspect
    two.lose(shard_name(A))
    await one.take(shard_name(A), shard_name(B))
    await goes(one, "a", up=False)
    await goes(one, "b", up=False)
    one.lose(shard_name(B))
    await two.take(shard_name(B))
    await goes(two, "b", up=True)
    right, of_a, of_b = outages(store)
    assert all(NOON - OFF < began_utc < NOON - OFF + SOON for began_utc, _ in (of_a, of_b))
    assert of_b[1] is not None
    assert NOON < of_b[1] < NOON + SOON, "it ended by another clock"

    one.clock.now_utc = NOON + SOON  # somebody sets it
    await one.writer.turn()
    assert not one.live.clock_suspect
    assert wrong(store) == sorted([shard_name(A), shard_name(B)])
    await one.writer.turn()
    assert wrong(store) == [shard_name(B)], "what another holds is not its to move"
    assert outages(store)[2] == of_b
    began_utc, _ = outages(store)[1]
    assert NOON - SOON < began_utc < NOON + SOON
    with store.read() as session:
        since_utc = session.get_one(SiteState, "a").since_utc
    assert since_utc > NOON - SOON

    for _ in range(2):
        await two.writer.turn()
    assert wrong(store) == []
    began_utc, ended_utc = outages(store)[2]
    assert NOON - SOON < began_utc < NOON + SOON
    assert ended_utc == max(began_utc, of_b[1])
    assert outages(store)[0] == right, "dated by a clock that was right"


async def test_tickets_are_moved_by_who_does_cases_and_those_of_another_clock_are_not(store: Store) -> None:
    one = begins(store, "one", NOON - OFF)  # a new machine, whose clock is two days late
    await one.take(Duty.CASES, shard_name(A))
    await goes(one, "a", up=True)
    one.clock.advance(1)
    late_utc = one.live.clock.utc()
    with store.write() as session:
        for seq, opened_utc in enumerate((late_utc, NOON), 1):
            dates = {"opened_utc": opened_utc, "event_utc": opened_utc, "deadline_utc": NOON + 5 * OFF}
            numbers = {"number": f"BHR-2026-00000{seq}", "year": 2026, "seq": seq}
            session.add(Ticket(service="citizen:6", source="phone", state="open", **numbers, **dates))
    one.clock.advance(120)
    await goes(one, "a", up=False)
    one.clock.now_utc = NOON + SOON
    clock = one.live.clock
    assert isinstance(clock, TrustedClock)
    clock._synchronised = lambda: True
    for _ in range(2):
        await one.writer.turn()
    with store.read() as session:
        times = [each.opened_utc for each in session.scalars(select(Ticket).order_by(Ticket.id))]
    assert times[1] == NOON, "registered at another machine"
    assert NOON - SOON < times[0] <= NOON + SOON


async def test_a_clock_that_proves_right_leaves_nothing_to_move(store: Store) -> None:
    one = begins(store, "one", NOON)
    await one.take(shard_name(A))
    one.clock.advance(120)
    await goes(one, "a", up=False)
    with store.read() as session:
        assert session.scalars(select(UnprovenDates.lease)).all() == [shard_name(A)]
    before = outages(store)
    one.clock.advance(3_600)
    await one.writer.turn()
    with store.read() as session:
        assert session.scalars(select(UnprovenDates.lease)).all() == []
    assert outages(store) == before


def test_a_daemon_goes_on_from_the_last_word_of_any_whose_clock_was_trusted(store: Store) -> None:
    def said(name: str, at_utc: datetime, suspect_ns: int | None = None) -> None:
        reading = ClockReading(at_utc, 5, f"boot of {name}")
        with store.write() as session:
            board_state.store_heartbeat(session, ClockTrust(reading, reading, at_utc, suspect_ns), name)

    def known() -> datetime | None:
        with store.read() as session:
            trust = board_state.last_trust_on_server(session, "one")
        return None if trust is None else trust.anchor.utc

    assert known() is None
    said("two", NOON)
    assert known() == NOON, "a new machine"
    said("one", NOON - OFF)
    assert known() == NOON
    said("three", NOON + OFF, suspect_ns=1)
    assert known() == NOON, "who does not trust its clock knows nothing"
    said("one", NOON - OFF, suspect_ns=1)
    assert known() == NOON - OFF, "what it dated then goes on from there"
