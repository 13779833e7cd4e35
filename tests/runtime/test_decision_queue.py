"""What waits for the database: in order, by its lease, and never more than there is room for."""

import asyncio
from collections.abc import Sequence

import pytest

from monitor.domain.leases import Lease
from monitor.judging.clock_trust import Move
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


def first(site: str, lease: Lease | None = None) -> Waiting:
    return Waiting(SiteChanged(site, State.UP, at(0), is_first=True), at(0), lease)


def set_aside(*waiting: Waiting) -> DecisionQueue:
    queue = DecisionQueue(lambda: 3)
    for each in waiting:
        assert isinstance(each.decision, SiteChanged)
        queue.set_aside(each.decision.site, each)
    return queue


def test_what_is_set_aside_waits_and_is_taken_up_by_portions() -> None:
    queue = set_aside(first("a"), first("b"), first("c"))
    queue.add([waiting("d")])
    assert (sites(queue), len(queue)) == (["d"], 4)
    queue.take_up(2)
    assert sites(queue) == ["d", "a", "b"]
    queue.take_up()
    assert sites(queue) == ["d", "a", "b", "c"]


def test_what_is_set_aside_is_taken_up_one_office_after_another() -> None:
    queue = DecisionQueue(lambda: 3, lambda site: site[0])
    for site in ("a1", "b1", "a2", "b2", "a3"):
        queue.set_aside(site, first(site))
    queue.add([waiting("a2")])
    queue.set_aside("a2", first("a2"))
    queue.take_up(2)
    queue.take_up()
    assert sites(queue) == ["a2", "a2", "a1", "a2", "a3", "b1", "b2"]


def test_what_was_set_aside_of_a_site_is_stored_before_anything_else_about_it() -> None:
    queue = set_aside(first("a"), first("b"))
    queue.add([waiting("b"), waiting("c"), waiting("b")])
    assert [(getattr(each.decision, "site", ""), type(each.decision)) for each in queue] == [
        ("b", SiteChanged),
        ("b", OutageClosed),
        ("c", OutageClosed),
        ("b", OutageClosed),
    ]
    queue.take_up()
    assert sites(queue)[-1] == "a"


async def test_what_is_set_aside_is_dropped_redated_and_waited_for_as_the_rest() -> None:
    queue = set_aside(first("a", ONE), first("b", TWO))
    queue.drop({ONE})
    gone = asyncio.create_task(queue.without({TWO}))
    queue.redate(Move(at(-10), at(60) - at(0)))
    await asyncio.sleep(0)
    assert not gone.done()
    queue.take_up()
    batch = list(queue)
    assert [(getattr(each.decision, "site", ""), each.decided_utc) for each in batch] == [("b", at(60))]
    queue.remove(batch)
    await gone
