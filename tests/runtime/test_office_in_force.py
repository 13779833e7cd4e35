"""What is in force: every change of it is seen by readers, and returns what is decided for it."""

from dataclasses import replace
from datetime import timedelta

from monitor.alerts.cases.entered import Entered
from monitor.domain.clock import VirtualClock
from monitor.domain.leases import Lease, shard_name
from monitor.domain.sample import Sample, Verdict
from monitor.i18n.formats import DHAKA
from monitor.judging.board import Board
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import OutageClosed, OutageOpened
from monitor.judging.distrust import Distrust
from monitor.judging.health import Rules
from monitor.judging.shards import shard_of
from monitor.judging.stored_state import NOTHING_STORED
from monitor.runtime.office_in_force import OfficeInForce
from monitor.settings.fleet import Fleet
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.monitor_file import Judging
from tests.judging.boards import T0, fleet, site
from tests.runtime.built import settings_of, state_of


class Watch:
    """Two sites, of which one has been silent for some rounds."""

    def __init__(self, silent_rounds: int) -> None:
        self.clock = VirtualClock(T0)
        settings = settings_of(fleet(site("a"), site("b")), judging=Judging())
        self.live = state_of(self.clock, settings.fleet, Board(settings.fleet, Rules()))
        self.distrust = Distrust()
        self.in_force = OfficeInForce(self.clock, settings, Entered(), self.live, self.distrust)
        self.decided = [
            each for _ in range(silent_rounds) for device in ("b", "a") for each in self.round(device, device == "a")
        ]

    def round(self, site_id: str, silent: bool) -> list[object]:
        self.clock.advance(5)
        verdict = Verdict.FAILED if silent else Verdict.OK
        now_utc, now_ns = self.clock.utc(), self.clock.mono_ns()
        return [*self.live.board.observe(Sample(f"{site_id}/gateway", "icmp", now_utc, now_ns, verdict, 3, 0))]

    def settings_with(self, watched: Fleet) -> None:
        self.closed = self.in_force.reconfigure(replace(self.in_force.settings, fleet=watched))


def test_a_site_that_is_taken_out_ends_its_outage_and_readers_see_the_other_fleet() -> None:
    watch = Watch(silent_rounds=5)
    assert [each.site for each in watch.decided if isinstance(each, OutageOpened)] == ["a"]
    watch.settings_with(fleet(site("b")))
    assert [each.site for each in watch.closed if isinstance(each, OutageClosed)] == ["a"]
    assert list(watch.live.fleet.sites) == list(watch.live.office.fleet.sites) == ["b"]


def test_work_that_is_planned_by_command_excuses_at_once_and_is_in_the_office_that_readers_see() -> None:
    watch = Watch(silent_rounds=0)
    begins, ends = ((T0 + timedelta(hours=each)).astimezone(DHAKA).replace(tzinfo=None) for each in (-1, 1))
    plan = Maintenance.model_validate({"text": "a new cable", "sites": ["a"], "begins": begins, "ends": ends})
    watch.in_force.replan(Entered({"cable": plan}))
    assert list(watch.live.office.maintenance) == ["cable"]
    for _ in range(5):
        watch.decided += watch.round("a", silent=True)
    assert not [each for each in watch.decided if isinstance(each, OutageOpened)]


def test_another_time_that_is_believed_leaves_no_doubt_from_before_and_distrusts_rounds_under_way() -> None:
    watch = Watch(silent_rounds=2)
    assert watch.live.board.health("a/gateway").suspect
    began_ns = watch.clock.mono_ns() - 1
    watch.in_force.redate(Move(T0, timedelta(days=1)))
    assert not watch.live.board.health("a/gateway").suspect
    under_way = Sample("a/gateway", "icmp", T0, began_ns, Verdict.FAILED, 3, 0)
    believed = watch.distrust.of(under_way)
    assert (believed.verdict, believed.started_utc - T0) == (Verdict.UNKNOWN, timedelta(days=1))


class Shared(Watch):
    """The same two sites, each in a shard of its own, of which this daemon holds some."""

    def __init__(self, *sites: str) -> None:
        super().__init__(0)
        self.leases = {
            shard: Lease(shard_name(shard), "one/1", 1)
            for each in sites
            if (shard := shard_of(self.in_force.settings.fleet, each)) is not None
        }
        settings = self.in_force.settings
        self.live = state_of(self.clock, settings.fleet, Board(fleet(), Rules()))
        self.in_force = OfficeInForce(self.clock, settings, Entered(), self.live, self.distrust, leases={})
        self.in_force.take(self.leases, NOTHING_STORED, {})


def test_where_shards_are_held_their_sites_alone_are_judged_and_all_are_shown() -> None:
    watch = Shared("b")
    assert list(watch.in_force.probed.fleet.sites) == list(watch.live.board.fleet.sites) == ["b"]
    assert list(watch.live.fleet.sites) == ["a", "b"]
    assert [each for _ in range(5) for each in watch.round("a", silent=True)] == []


def test_what_is_dropped_is_forgotten_with_its_samples() -> None:
    watch = Shared("a", "b")
    for _ in range(5):
        watch.round("a", silent=True)
    now_utc = watch.clock.utc()
    watch.live.observe(Sample("a/gateway", "icmp", now_utc, 0, Verdict.FAILED, 3, 0))
    watch.in_force.drop(
        {shard: each for shard, each in watch.leases.items() if shard == shard_of(watch.live.fleet, "b")}
    )
    assert (watch.live.board.open_outages, watch.live.echoes, watch.live.hours) == ({}, {}, {})


def test_who_was_removed_while_nobody_held_its_shard_ends_when_it_is_taken() -> None:
    watch = Shared()
    gone = shard_of(watch.live.fleet, "gone")
    known = replace(NOTHING_STORED, open_outages={"gone": T0})
    told = watch.in_force.take({gone: Lease(shard_name(gone), "one/1", 1)}, known, {})
    assert [each.site for each in told if isinstance(each, OutageClosed)] == ["gone"]


def test_a_site_that_another_configuration_moves_between_shards_is_dropped_undecided_and_read_anew() -> None:
    watch = Shared("a", "b")
    for _ in range(5):
        watch.round("b", silent=True)
    assert list(watch.live.board.open_outages) == ["b"]
    watch.settings_with(fleet(site("a"), site("b", "a")))
    assert watch.closed == []
    assert watch.live.board.open_outages == {}
    assert shard_of(watch.live.fleet, "b") not in (watch.in_force.shards.leases or {}), "it is to be taken up again"


def test_a_site_that_is_removed_ends_its_outage_by_the_lease_of_its_shard() -> None:
    watch = Shared("a", "b")
    for _ in range(5):
        watch.round("b", silent=True)
    lease = watch.in_force.shards.lease_of("b")
    watch.settings_with(fleet(site("a")))
    (closed,) = [each for each in watch.closed if isinstance(each, OutageClosed)]
    assert [each for _, each in watch.in_force.shards.behind_leases(closed)] == [lease]
