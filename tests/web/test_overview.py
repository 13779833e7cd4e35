"""What is counted change by change is what counting everything gives, whatever happens to the sites."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from threading import Event

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.domain.downtime import Downtime
from monitor.domain.reasons import TIMEOUT
from monitor.domain.roles import EVERYWHERE, Scope
from monitor.domain.sample import Sample, Verdict
from monitor.domain.states import DowntimeKind
from monitor.judging.board import Board
from monitor.judging.health import Rules, State
from monitor.judging.touched import KEPT
from monitor.settings.fleet import Device, Fleet, Group, Link
from monitor.web.overview import Overview, Overviews, overview_of
from monitor.web.site_index import SiteIndex
from tests.judging.boards import T0, site
from tests.web.desk import Desk

PLACES = {"root": None, "mid": "root", "leaf": "mid", "twin": "mid", "alone": None, "far": None}
SCOPES = (EVERYWHERE, Scope(unions=("East",)), Scope(kinds=("lab",)), Scope(unions=("West",), kinds=("udc",)))
LINK = Link("mid/link", "mid", "root/gateway", "eth0")
REFERENCE = Device("vantage/up-1", "", "up-1", IPv4Address("127.0.1.1"))


def fleet(gone: str = "") -> Fleet:
    sites = {}
    for number, (name, parent) in enumerate(PLACES.items()):
        if name != gone:
            made = site(name, None if parent == gone else parent, ("gateway", "switch"))
            union = (None, "East", "West")[number % 3]
            sites[name] = replace(made, kind="lab" if number % 2 else "udc", union=union, position=(24.0, 89.0))
    if LINK.site in sites:
        sites[LINK.site] = replace(sites[LINK.site], link=LINK)
    return Fleet(sites, {"up": Group((REFERENCE,))})


@dataclass
class Live:
    """Of what the daemon feeds, what overviews read."""

    board: Board
    fleet: Fleet


ROUNDS = st.tuples(
    st.just("rounds"),
    st.sampled_from([*PLACES, LINK.site, LINK.site]),
    st.sampled_from(["gateway", "gateway", "switch", "link"]),
    st.sampled_from("oxxxlu"),
    st.integers(1, 4),
)
STEPS = st.lists(
    st.one_of(
        ROUNDS,
        ROUNDS,
        st.tuples(st.just("everywhere"), st.sampled_from("oxx"), st.integers(1, 4)),
        st.tuples(st.just("blind"), st.sampled_from("ox")),
        st.tuples(st.just("plan"), st.sampled_from(list(PLACES)), st.integers(0, 40)),
        st.tuples(st.just("wait"), st.integers(1, 60)),
        st.tuples(st.just("fleet"), st.sampled_from(["", "mid", "alone"])),
        st.sampled_from([("stall",), ("unread",)]),
    ),
    max_size=40,
)
DOWN_BEHIND = [("everywhere", "o", 1), ("rounds", "leaf", "gateway", "x", 3), ("rounds", "mid", "gateway", "x", 4)]
WAITING = [("everywhere", "o", 1), ("rounds", "mid", "gateway", "x", 1), ("rounds", "leaf", "gateway", "x", 3)]
IN_DOWNTIME = [("everywhere", "o", 1), ("plan", "alone", 30), ("rounds", "alone", "gateway", "x", 3)]
TWO_WAYS = [("rounds", "mid", "gateway", "o", 2), ("rounds", "mid", "link", "o", 2)]


def slowly(board: Board, fleet: Fleet, scope: Scope) -> dict[str, object]:
    """Count as one who has never counted before."""
    sites = [each for each in fleet.sites.values() if scope.covers(each.union or "", each.kind)]
    unions = {each.union for each in sites if each.union}
    states = {each.id: board.state(each.id) for each in sites}
    return {
        "states": states,
        "in_state": {state: {id_ for id_, found in states.items() if found is state} for state in State},
        "total": Counter(states.values()),
        "by_kind": {kind: Counter(states[s.id] for s in sites if s.kind == kind) for kind in {s.kind for s in sites}},
        "by_union": {name: Counter(states[s.id] for s in sites if s.union == name) for name in unions},
        "of_kind": {kind: [s for s in sites if s.kind == kind] for kind in {s.kind for s in sites}},
        "placed": sites,
    }


SLOW = ("states", "in_state", "total", "by_kind", "by_union", "of_kind", "placed")


def counted(overview: Overview) -> dict[str, object]:
    return {name: getattr(overview, name) for name in SLOW}


@settings(deadline=None)
@given(STEPS)
@example([*DOWN_BEHIND, ("rounds", "mid", "gateway", "o", 2)])
@example([*WAITING, ("rounds", "mid", "gateway", "x", 2), ("rounds", "mid", "gateway", "o", 2)])
@example([*WAITING, ("plan", "leaf", 30), ("rounds", "mid", "gateway", "o", 1)])
@example([*IN_DOWNTIME, ("wait", 60)])
@example([*DOWN_BEHIND, ("plan", "mid", 30), ("rounds", "leaf", "gateway", "o", 2)])
@example([*TWO_WAYS, ("rounds", "mid", "link", "x", 3), ("unread",)])
@example([*TWO_WAYS, ("rounds", "mid", "gateway", "l", 3), ("rounds", "mid", "link", "x", 1)])
def test_whatever_happens_the_followed_overview_is_that_of_a_slow_count(steps: list[tuple[object, ...]]) -> None:
    asyncio.run(_played(steps))


async def _played(steps: list[tuple[object, ...]]) -> None:
    """Play the steps, and compare for every scope after each."""
    board = Board(fleet(), Rules(down_after=3, up_after=2))
    live = Live(board, board.fleet)
    overviews = Overviews(live)  # type: ignore[arg-type]
    now_utc, planned = T0, dict[str, datetime]()

    def downtimes(at: str, at_utc: datetime) -> Downtime | None:
        until_utc = planned.get(at)
        return Downtime(DowntimeKind.MAINTENANCE, TIMEOUT, until_utc) if until_utc and at_utc < until_utc else None

    def rounds(device: str, letter: str, times: int) -> None:
        nonlocal now_utc
        verdict = {"x": Verdict.FAILED, "u": Verdict.UNKNOWN}.get(letter, Verdict.OK)
        got = {"o": 3, "l": 1}.get(letter, 0)
        for _ in range(times):
            now_utc += timedelta(minutes=1)
            board.observe(Sample(device, "icmp", now_utc, 0, verdict, 3, got, (1_000_000,) * got))
        board.tick(now_utc)

    for step in [("start",), *steps]:
        match step:
            case ("rounds", str(place), str(name), str(letter), int(times)):
                rounds(f"{place}/{name}", letter, times)
            case ("everywhere", str(letter), int(times)):
                for _ in range(times):
                    for place in reversed(PLACES):  # who is behind others is confirmed to be down before them
                        rounds(f"{place}/gateway", letter, 1)
            case ("wait", int(minutes)):
                now_utc += timedelta(minutes=minutes)
                board.tick(now_utc)
            case ("blind", str(letter)):
                rounds(REFERENCE.id, letter, 3)
            case ("plan", str(place), int(minutes)):
                planned[place] = now_utc + timedelta(minutes=minutes)
                board.replan(downtimes, now_utc)
            case ("fleet", str(gone)):
                live.fleet = fleet(gone)
                board.replace_fleet(live.fleet, board.rules, now_utc)
            case ("stall",):
                board.resume_after_stall(now_utc)
            case ("unread",):
                board.mark_unread(LINK.id, now_utc)
        for scope in SCOPES:
            assert counted(await overviews.of(scope)) == slowly(board, live.fleet, scope), (step, scope)


async def test_an_overview_is_counted_once_and_then_followed(office: Desk) -> None:
    overviews = Overviews(office.live)
    before = await overviews.of(EVERYWHERE)
    office.goes_down("udc-juniadaha")
    after = await overviews.of(EVERYWHERE)
    assert after is before
    assert after.total[State.DOWN] == after.by_kind["udc"][State.DOWN] == 1
    assert not after.answers("udc-juniadaha")
    assert after.answers("backbone-bheramara")
    assert not after.answers("of-no-such-site")


async def test_after_more_than_is_remembered_all_is_counted_anew(office: Desk) -> None:
    overviews = Overviews(office.live)
    before = await overviews.of(EVERYWHERE)
    office.goes_down("udc-juniadaha")
    for _ in range(KEPT + 1):
        office.board.touched.add("udc-juniadaha")
    after = await overviews.of(EVERYWHERE)
    assert after is not before
    assert after.states["udc-juniadaha"] is State.DOWN


async def test_what_changes_while_it_is_counted_is_in_it(office: Desk) -> None:
    overviews = Overviews(office.live)
    counting = asyncio.ensure_future(overviews.of(EVERYWHERE))
    await asyncio.sleep(0)
    office.goes_down("udc-juniadaha")
    assert (await counting).states["udc-juniadaha"] is State.DOWN


async def test_each_scope_has_its_own_sites(office: Desk) -> None:
    union = office.live.fleet.sites["udc-juniadaha"].union or ""
    overviews = Overviews(office.live)
    near, every = await overviews.of(Scope(unions=(union,))), await overviews.of(EVERYWHERE)
    assert {site.union for site in near.sites.values()} == {union}
    assert every.total.total() == len(office.live.fleet.sites) > near.total.total()


def test_a_country_is_followed_without_looking_at_all_of_it() -> None:
    """Counted by the looks at the board, which no busy machine changes."""

    class Looked(Board):
        looks = 0

        def state(self, site: str) -> State:
            Looked.looks += 1
            return super().state(site)

    sites = {f"s-{number}": site(f"s-{number}") for number in range(5_000)}
    board = Looked(Fleet(sites), Rules())

    async def follow() -> int:
        overviews = Overviews(Live(board, board.fleet))  # type: ignore[arg-type]
        await overviews.of(EVERYWHERE)
        for number in range(3):
            board.observe(Sample("s-7/gateway", "icmp", T0 + timedelta(minutes=number), 0, Verdict.FAILED, 3, 0, ()))
        Looked.looks = 0
        found = await overviews.of(EVERYWHERE)
        assert found.states["s-7"] is State.DOWN
        return Looked.looks

    assert asyncio.run(follow()) == 1


@pytest.mark.parametrize("change", ["another configuration", "more than is remembered"])
async def test_nobody_waits_until_many_sites_are_counted_again(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.web.overview.FEW_SITES", 3)
    may_count = Event()

    class Slow(Board):
        def state(self, site: str) -> State:
            may_count.wait(60)
            return super().state(site)

    board = Slow(fleet(), Rules())
    live = Live(board, board.fleet)
    overviews = Overviews(live)  # type: ignore[arg-type]
    may_count.set()
    before = await overviews.of(EVERYWHERE)
    may_count.clear()
    if change == "another configuration":
        live.fleet = fleet("alone")
    else:
        for _ in range(KEPT + 1):
            board.touched.add("root")

    async with asyncio.timeout(10):
        assert await overviews.of(EVERYWHERE) is before
    may_count.set()
    async with asyncio.timeout(10):
        while await overviews.of(EVERYWHERE) is before:
            await asyncio.get_running_loop().run_in_executor(None, may_count.wait)  # the counting thread's turn


async def test_the_whole_index_waits_for_the_first_round_and_no_reader_does(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = Event()
    monkeypatch.setattr(SiteIndex, "prepare", lambda _: prepared.set())
    monkeypatch.setattr("monitor.web.overview.LOOK_S", 0.01)

    @dataclass
    class Beginning(Live):
        in_first_round: bool = True

    board = Board(fleet(), Rules())
    live = Beginning(board, board.fleet)
    overviews = Overviews(live)  # type: ignore[arg-type]
    await overviews.open()
    running = asyncio.create_task(overviews.run())
    found = await overviews.of(EVERYWHERE)
    assert found.index.in_order(set(PLACES), "en") == sorted(PLACES, key=lambda id_: board.fleet.sites[id_].name_en)
    assert not prepared.is_set()
    assert not running.done()
    live.in_first_round = False
    async with asyncio.timeout(10):
        await running
    assert await asyncio.to_thread(prepared.wait, 10)


def test_counting_needs_no_event_loop() -> None:
    board = Board(fleet(), Rules())
    assert overview_of(board, SiteIndex(board.fleet), EVERYWHERE).total == Counter({State.UNKNOWN: len(PLACES)})
