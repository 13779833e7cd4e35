"""What waits for the database: in order, by its lease, and never more than there is room for."""

import asyncio
from collections.abc import Sequence

import pytest

from monitor.domain.leases import Lease
from monitor.judging.decisions import FlappingChanged, OutageClosed, SiteChanged
from monitor.judging.health import State
from monitor.runtime.decision_queue import DecisionQueue, Waiting
from tests.judging.boards import at

ONE, TWO = Lease("shard/01", "one/1", 1), Lease("shard/02", "one/1", 1)


def waiting(site: str, lease: Lease | None = None) -> Waiting:
    return Waiting(OutageClosed(site, at(0)), at(0), lease)


def sites(queue: DecisionQueue) -> Sequence[object]:
    return [getattr(each.decision, "site", "") for each in queue]


def test_what_is_stored_is_removed_and_what_came_meanwhile_stays() -> None:
    queue, batch = DecisionQueue(lambda: 3), [waiting("a"), waiting("b")]
    queue.add(batch)
    queue.add([waiting("a")])
    queue.remove(batch)
    assert sites(queue) == ["a"]


def test_what_another_daemon_decides_now_is_dropped_and_the_rest_keeps_its_order() -> None:
    queue = DecisionQueue(lambda: 3)
    queue.add([waiting("a", ONE), waiting("b", TWO), waiting("c", ONE), waiting("d", TWO)])
    queue.drop({ONE})
    assert sites(queue) == ["b", "d"]


def test_outages_are_kept_before_the_rest_where_there_is_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.runtime.decision_queue.MOST_WAITING", 8)
    queue = DecisionQueue(lambda: 3)
    queue.add([waiting("a"), waiting("b")])
    for number in range(9):
        queue.add([Waiting(FlappingChanged(f"f{number}", True, 0.5, at(0)), at(0), None)])
    assert len(queue) <= 8
    assert sites(queue)[:2] == ["a", "b"]


def test_a_start_of_more_sites_than_otherwise_wait_loses_no_first_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.runtime.decision_queue.MOST_WAITING", 8)
    queue, many = DecisionQueue(lambda: 30), [f"site-{number}" for number in range(30)]
    for site in many:  # while the database takes none
        queue.add([Waiting(SiteChanged(site, State.UP, at(0)), at(0), None)])
    queue.add([waiting(site) for site in many])
    assert sites(queue) == [*many, *many]
    queue.add([waiting("one more")])
    assert len(queue) <= 2 * 30


async def test_who_gives_a_lease_away_waits_until_all_of_it_is_stored() -> None:
    queue, batch = DecisionQueue(lambda: 3), [waiting("a", ONE), waiting("b", TWO)]
    queue.add(batch)
    gone = asyncio.create_task(queue.without({ONE}))
    await asyncio.sleep(0)
    assert not gone.done()
    queue.remove(batch[:1])
    await gone
    assert sites(queue) == ["b"]
