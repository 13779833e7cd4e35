"""Probes and traces that a person asks for."""

import asyncio
from collections.abc import Collection

import pytest

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.health import Rules
from monitor.runtime.asked_probes import AskedProbes, Busy, TooSoon
from monitor.runtime.live import RuntimeState
from monitor.runtime.tracing import Hops, NoTrace, traced
from tests.places import SHIPPED

SETTINGS = load(SHIPPED)
SITE, OTHER = SETTINGS.fleet.sites["udc-chandgram"], SETTINGS.fleet.sites["udc-dharampur"]


class Engine:
    """An engine that answers when the test lets it, and a tracer that does."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.live = RuntimeState(self.clock, SETTINGS.fleet, Board(SETTINGS.fleet, Rules()), Office.of(SETTINGS))
        self.wanted: list[str] = []
        self.changed: list[str] = []
        self.was_traced = asyncio.Event()
        self.may_trace = asyncio.Event()
        self.fault = ""
        self.probes = AskedProbes(self.clock, self.live, self.soon, self.announce, self.trace_to)

    def announce(self, names: Collection[str]) -> None:
        self.changed.extend(names)
        self.was_traced.set()

    def soon(self, device: str) -> None:
        self.wanted.append(device)
        asyncio.get_running_loop().call_later(0.01, self.answer, device)

    def answer(self, device: str) -> None:
        now_ns = self.clock.mono_ns()
        self.live.observe(Sample(device, "icmp", self.clock.utc(), now_ns, Verdict.OK, 3, 3, (2_000_000,) * 3))

    async def trace_to(self, address: str) -> Hops | None:
        await self.may_trace.wait()
        if self.fault:
            raise NoTrace(self.fault)
        return [(1, "127.77.0.1"), (3, address)]


async def test_the_answer_is_that_of_a_round_begun_after_it_was_asked_for() -> None:
    engine = Engine()
    engine.answer(SITE.gateway.id)
    old = engine.live.echoes[SITE.gateway.id]
    engine.clock.advance(1)
    found = await engine.probes.probe(SITE)
    assert found is not None
    assert found.started_mono_ns > old.started_mono_ns
    assert engine.wanted == [SITE.gateway.id]


async def test_a_site_is_probed_once_in_ten_seconds_and_another_at_the_same_time() -> None:
    engine = Engine()
    await engine.probes.probe(SITE)
    engine.clock.advance(4)
    with pytest.raises(TooSoon) as early:
        await engine.probes.probe(SITE)
    assert early.value.seconds == pytest.approx(6)
    assert await engine.probes.probe(OTHER) is not None
    engine.clock.advance(6)
    assert await engine.probes.probe(SITE) is not None
    assert engine.wanted == [SITE.gateway.id, OTHER.gateway.id, SITE.gateway.id]


async def test_one_way_is_traced_at_a_time_and_its_end_is_announced() -> None:
    engine = Engine()
    engine.probes.trace(SITE)
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        engine.probes.trace(OTHER)
    assert engine.probes.is_tracing
    engine.may_trace.set()
    await engine.was_traced.wait()
    found = engine.probes.traces[SITE.id]
    assert (found.reached, found.hops) == (True, [(1, "127.77.0.1"), (3, str(SITE.gateway.address))])
    assert engine.changed == [f"site:{SITE.id}"]
    with pytest.raises(TooSoon):
        engine.probes.trace(SITE)


async def test_a_machine_from_which_nothing_can_be_traced_says_why() -> None:
    engine = Engine()
    engine.fault = "a traceroute needs a raw socket"
    engine.may_trace.set()
    engine.probes.trace(SITE)
    await engine.was_traced.wait()
    found = engine.probes.traces[SITE.id]
    assert (found.hops, found.reached, found.why) == (None, False, engine.fault)


async def test_only_so_many_answers_are_kept() -> None:
    engine = Engine()
    for number in range(500):
        engine.probes._not_too_often("probe", f"site-{number}")
    assert len(engine.probes._asked_ns) == 200


async def test_a_way_on_this_machine_is_traced_for_real_where_a_raw_socket_may_be_opened() -> None:
    try:
        found: Hops | str | None = await traced("127.0.0.1")
    except NoTrace as error:
        found = str(error)
    assert found == [(1, "127.0.0.1")] or "raw socket" in str(found)
