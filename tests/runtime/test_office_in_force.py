"""What is in force: every change of it is seen by readers, and returns what is decided for it."""

from dataclasses import replace
from datetime import timedelta

from monitor.alerts.cases.entered import Entered
from monitor.domain.clock import VirtualClock
from monitor.domain.sample import Sample, Verdict
from monitor.i18n.formats import DHAKA
from monitor.judging.board import Board
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import OutageClosed, OutageOpened
from monitor.judging.distrust import Distrust
from monitor.judging.health import Rules
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
