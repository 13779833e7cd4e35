"""The turning loop after a sleep: what came of it judges nobody, and the time counts as unmonitored."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from monitor.alerts.cases.entered import Entered
from monitor.domain.clock import NS_PER_S, VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.judging.board import Board
from monitor.judging.decisions import MonitoringGap, OutageOpened
from monitor.judging.distrust import Distrust
from monitor.probes.base import Target
from monitor.probes.icmp.engine import IcmpOptions
from monitor.runtime.icmp_prober import IcmpProber
from monitor.runtime.office_in_force import OfficeInForce
from monitor.settings.fleet import Fleet, Group, Link, Site
from monitor.settings.monitor_file import Probing
from tests.judging.boards import RULES, fleet, site
from tests.runtime.built import Told, settings_of, state_of
from tests.told import words


@dataclass
class Network:
    """A probe whose answers the test decides: ``silent`` devices do not answer."""

    clock: VirtualClock
    silent: set[str] = field(default_factory=set)
    name: str = "icmp"
    options: IcmpOptions = field(default_factory=IcmpOptions)

    def open(self) -> None:
        """There is nothing to open."""

    def close(self) -> None:
        """Nor to close."""

    async def run(self, due: Sequence[Target]) -> AsyncIterator[Sequence[Sample]]:
        for target in due:
            verdict = Verdict.FAILED if target.device in self.silent else Verdict.OK
            yield [Sample(target.device, "icmp", self.clock.utc(), self.clock.mono_ns(), verdict, 1, 1)]


class Watch:
    """Some sites on a virtual clock, or 'a' alone; ``looked_at``: which devices are to be read soon."""

    def __init__(self, *watched: Site) -> None:
        self.clock = VirtualClock()
        self.network = Network(self.clock)
        settings = settings_of(fleet(*(watched or (site("a"),))), probing=Probing())
        self.board = Board(settings.fleet, RULES)
        self.live = live = state_of(self.clock, settings.fleet, self.board)
        distrust = Distrust()
        in_force = OfficeInForce(self.clock, settings, Entered(), live, distrust)
        sink, self.looked_at = Told(), list[str]()
        self.told, self.taken = sink.decisions, sink.samples
        self.prober = IcmpProber(self.clock, self.network, live, in_force, distrust, sink, self.looked_at.append)

    async def goes_on(self, seconds: float, step_s: float = 1) -> None:
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            self.prober.turn(self.prober._schedule.due(self.clock.mono_ns()))
            for _ in range(3):
                await asyncio.sleep(0)  # lets the round that was begun finish


def test_the_first_round_after_the_machine_slept_judges_nobody() -> None:
    async def story() -> Watch:
        watch = Watch()
        await watch.goes_on(130)
        watch.clock.suspend(8 * 3600)  # the monotonic clock stands still meanwhile
        watch.network.silent = {"a/gateway"}  # its own network is still waking
        before = len(watch.taken)
        await watch.goes_on(62)
        del watch.taken[:before]
        return watch

    watch = asyncio.run(story())
    first, second = watch.taken[:2]
    assert (first.verdict, words(first.reason)) == (Verdict.UNKNOWN, "the monitor had stopped just before")
    assert second.verdict is Verdict.FAILED
    (gap,) = [one for one in watch.told if isinstance(one, MonitoringGap)]
    assert round((gap.until_utc - gap.since_utc).total_seconds() / 3600, 1) == 8.0


def test_of_rounds_that_are_finished_at_once_each_pass_of_the_loop_takes_one_group() -> None:
    async def story() -> list[int]:
        watch, taken = Watch(*(site(f"s{number}") for number in range(20))), list[int]()
        watch.clock.advance(70)
        due = watch.prober._schedule.due(watch.clock.mono_ns())
        watch.prober.turn(due[:10])
        watch.prober.turn(due[10:])
        while sum(taken) < len(due):
            before = len(watch.taken)
            await asyncio.sleep(0)
            taken.append(len(watch.taken) - before)
        return taken

    taken = asyncio.run(story())
    assert (sum(taken), max(taken)) == (20, 1), "between two groups whoever else waits for the loop has a turn"


def test_who_is_silent_after_a_sleep_gets_its_outage_a_round_later() -> None:
    async def story() -> Watch:
        watch = Watch()
        await watch.goes_on(130)
        watch.clock.suspend(60)
        watch.network.silent = {"a/gateway"}
        await watch.goes_on(90)
        return watch

    told = asyncio.run(story()).told
    assert [one.site for one in told if isinstance(one, OutageOpened)] == ["a"]
    assert not [one for one in told if isinstance(one, MonitoringGap)]  # a minute is no gap


def test_a_doubt_from_before_a_long_sleep_counts_no_more() -> None:
    async def story() -> Watch:
        watch = Watch()
        await watch.goes_on(130)
        watch.network.silent = {"a/gateway"}
        while watch.board.health("a/gateway").failed.rounds < 2:
            await watch.goes_on(1)
        watch.clock.suspend(8 * 3600)
        await watch.goes_on(90)
        return watch

    told = asyncio.run(story()).told
    (gap,) = [one for one in told if isinstance(one, MonitoringGap)]
    (opened,) = [one for one in told if isinstance(one, OutageOpened)]
    assert opened.started_utc > gap.until_utc, "nobody knows how it was meanwhile"


def test_a_step_of_the_wall_clock_is_no_sleep() -> None:
    async def story() -> Watch:
        watch = Watch()
        await watch.goes_on(130)
        watch.clock.step(-3600)
        await watch.goes_on(90)
        watch.clock.step(7200)
        await watch.goes_on(90)
        return watch

    watch = asyncio.run(story())
    assert not [one for one in watch.told if isinstance(one, MonitoringGap)]
    assert all(sample.verdict is Verdict.OK for sample in watch.taken)


def test_the_device_of_a_link_is_looked_at_once_when_its_far_end_begins_to_be_silent() -> None:
    async def story() -> list[str]:
        watch = Watch(replace(site("a"), link=Link("a/interface", "a", "core/router", "sfp1")))
        await watch.goes_on(130)
        assert watch.looked_at == []
        watch.network.silent = {"a/gateway"}
        await watch.goes_on(130)
        return watch.looked_at

    assert asyncio.run(story()) == ["core/router"]


def test_a_device_that_answers_at_once_is_asked_once_in_its_turn() -> None:
    async def story() -> Watch:
        watch = Watch()
        await watch.goes_on(70, step_s=0.02)
        watch.taken.clear()
        await watch.goes_on(600, step_s=0.02)
        return watch

    # Its turn comes off the wheel up to a tick before its time, and its round is over before that.
    assert len(asyncio.run(story()).taken) == 10


def test_a_reload_leaves_devices_that_have_not_changed_their_turn_and_asks_the_others_soon() -> None:
    watch = Watch()
    prober, before = watch.prober, fleet(site("a"), site("b"))
    prober.reconfigure(settings_of(before, probing=Probing()))
    asyncio.run(watch.goes_on(70))
    turns = {id_: prober._schedule.due_ns(id_) for id_ in before.devices}
    b = before.sites["b"]
    moved = replace(b, devices=(replace(b.gateway, address=ip_address("10.9.9.9")),))
    prober.reconfigure(settings_of(fleet(before.sites["a"], moved, site("c")), probing=Probing()))
    assert prober._schedule.due_ns(before.sites["a"].gateway.id) == turns[before.sites["a"].gateway.id]
    soon_ns = watch.clock.mono_ns() + 2 * NS_PER_S
    for id_ in (b.gateway.id, b.gateway.id.replace("b", "c", 1)):
        assert (due_ns := prober._schedule.due_ns(id_)) is not None
        assert due_ns <= soon_ns
    # Another interval gives everybody another turn; who is gone has none.
    prober.reconfigure(settings_of(fleet(before.sites["a"]), probing=Probing(interval_s=30)))
    assert len(prober._schedule) == 1
    assert (due_ns := prober._schedule.due_ns(before.sites["a"].gateway.id)) is not None
    assert due_ns <= soon_ns


def test_another_configuration_schedules_who_came_or_changed_and_leaves_the_others_their_turn() -> None:
    def with_references(watched: Fleet, *names: str) -> Fleet:
        references = tuple(replace(site(name).gateway, id=f"vantage/{name}", site="") for name in names)
        return replace(watched, groups={"uplink": Group(references)})

    async def story() -> None:
        kept, gone, moved, came = site("kept"), site("gone"), site("moved"), site("came")
        watch = Watch(kept, gone, moved)
        prober, live = watch.prober, watch.live

        def takes_over(after: Fleet) -> None:
            watch.board.replace_fleet(after, RULES, watch.clock.utc())
            live.replace_fleet(after)
            prober.watch(after)

        takes_over(with_references(live.fleet, "old", "stays"))
        await watch.goes_on(70)
        assert live.judged.is_set()
        due_ns = {id_: prober._schedule.due_ns(id_) for id_ in ("kept/gateway", "vantage/stays")}

        readdressed = site("moved", address="127.0.0.9")
        takes_over(with_references(fleet(kept, readdressed, came), "stays", "new"))

        assert not live.judged.is_set()
        assert {id_: prober._schedule.due_ns(id_) for id_ in due_ns} == due_ns
        assert prober._schedule.due_ns("gone/gateway") is None
        assert prober._schedule.due_ns("vantage/old") is None
        del watch.taken[:]
        await watch.goes_on(2)
        soon = {sample.device for sample in watch.taken}
        assert {"moved/gateway", "came/gateway", "vantage/new"} <= soon
        assert live.judged.is_set()

    asyncio.run(story())
