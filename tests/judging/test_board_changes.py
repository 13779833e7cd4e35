"""What a reload or a restart in the middle of everything must neither lose, invent nor close."""

from dataclasses import replace
from datetime import datetime

from monitor.domain.downtime import Downtime
from monitor.domain.states import DowntimeKind
from monitor.judging.board import Board
from monitor.judging.decisions import (
    Affected,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    SuppressionEnded,
    UplinkBack,
)
from monitor.judging.health import State
from monitor.judging.uplinks import UplinkHealth
from tests.judging.boards import RULES, TREE, Story, at, fleet, site, story
from tests.judging.links import INTERFACE, LinkStory, link_fleet
from tests.told import said, words


def test_who_waits_for_a_parent_that_is_taken_out_gets_its_outage_by_rounds_of_its_own() -> None:
    s = story()
    s.round(root="o", mid="o", leaf="o", other="o")
    s.rounds(2, root="o", mid="x", leaf="x", other="o")
    s.told += s.board.observe(s.sample("leaf", "x"))  # mid is in doubt: leaf waits
    assert s.of(OutageOpened) == []

    s.told += s.board.replace_fleet(fleet(site("root"), site("leaf", "root"), site("other")), RULES, at(4))
    assert s.of(OutageOpened) == []
    s.rounds(2, root="o", leaf="x", other="o")
    assert s.of(OutageOpened) == []
    s.round(root="o", leaf="x", other="o")
    assert [(one.site, one.started_utc) for one in s.told if isinstance(one, OutageOpened)] == [("leaf", at(1))]


def test_who_is_reached_another_way_now_is_judged_anew() -> None:
    s = story()
    s.rounds(4, root="x", mid="x", leaf="x", other="o")
    moved = fleet(site("root"), site("mid", "root"), site("leaf", "other"), site("other"))
    s.told += s.board.replace_fleet(moved, RULES, at(4))
    assert s.of(NoLongerAffected) == [("leaf",)]
    s.rounds(3, root="x", mid="x", leaf="x", other="o")

    opened = [one for one in s.told if isinstance(one, OutageOpened)]
    assert [(one.site, one.started_utc) for one in opened] == [("root", at(0)), ("leaf", at(0))]


def test_a_gateway_that_only_gets_another_name_does_not_end_its_outage_sooner() -> None:
    s = story()
    s.rounds(4, other="x")
    named = fleet(site("root"), site("mid", "root"), site("leaf", "mid"), site("other", devices=("router",)))
    s.told += s.board.replace_fleet(named, RULES, at(4))
    s.round(other__router="o")
    assert s.of(OutageClosed) == []
    s.round(other__router="o")
    assert [one.reason for one in s.told if isinstance(one, OutageClosed)] == ["recovered"]


def test_an_outage_of_an_interface_that_is_no_longer_named_ends_with_that_reason() -> None:
    made = LinkStory(Board(link_fleet(), RULES))
    for _ in range(4):
        made.round(north__gateway="o", north__interface="x", core__gateway="o")
    assert [one.site for one in made.opened()] == ["north"]
    sites = {**link_fleet().sites, "north": replace(link_fleet().sites["north"], link=None)}
    told = made.board.replace_fleet(replace(link_fleet(), sites=sites), RULES, at(5))

    assert [(one.site, one.reason) for one in told if isinstance(one, OutageClosed)] == [("north", "reconfigured")]
    assert made.board.health(INTERFACE).state is State.UNKNOWN


def test_a_site_taken_out_while_nobody_ran_ends_its_outage_at_the_start() -> None:
    board = Board(TREE, RULES, open_outages={"gone": at(-60), "root": at(-60)}, affected={"away": "gone"})
    told = board.replace_fleet(TREE, RULES, at(0))
    assert [(one.site, one.reason) for one in told if isinstance(one, OutageClosed)] == [("gone", "removed")]
    assert [one.site for one in told if isinstance(one, NoLongerAffected)] == ["away"]


def test_who_was_behind_before_a_restart_keeps_its_own_true_start() -> None:
    s = Story(
        Board(TREE, RULES, open_outages={"root": at(-60)}, affected={"mid": "root"}, silent_since={"mid": at(-59)})
    )
    s.rounds(5, root="o", mid="x", leaf="o", other="o")
    (opened,) = [one for one in s.told if isinstance(one, OutageOpened)]
    assert (opened.site, opened.started_utc) == ("mid", at(-59))


def planned_until(last: int) -> dict[str, Downtime]:
    return {"other": Downtime(DowntimeKind.MAINTENANCE, said("planned work"), at(last))}


def test_who_was_excused_before_a_restart_is_silent_from_the_end_of_its_excuse() -> None:
    s = Story(Board(TREE, RULES, silent_since={"other": at(-60)}, in_downtime=planned_until(-10)))
    assert s.board.state("other") is State.PAUSED
    s.rounds(4, other="x")
    (opened,) = [one for one in s.told if isinstance(one, OutageOpened)]
    assert opened.started_utc == at(-10)
    assert "no answer since 24/11/2026 08:00, paused until now" in words(opened.reason)


def test_who_was_excused_before_a_restart_and_answers_opens_nothing() -> None:
    s = Story(Board(TREE, RULES, silent_since={"other": at(-60)}, in_downtime=planned_until(-10)))
    s.told += s.board.tick(at(0))
    s.rounds(4, other="o")
    assert s.of(OutageOpened) == []
    assert [one.until_utc for one in s.told if isinstance(one, SuppressionEnded)] == [at(0)]


def test_blindness_outlives_a_restart_and_ends_when_its_uplink_is_gone() -> None:
    board = Board(TREE, RULES, uplinks=UplinkHealth(blind={"up": at(-5)}))
    told = board.replace_fleet(TREE, RULES, at(0))
    assert [one for one in told if isinstance(one, UplinkBack)] == [UplinkBack("up", at(-5), at(0))]


def test_planned_work_that_is_ended_early_ends_for_a_silent_site_at_once() -> None:
    def downtimes(_site: str, _at_utc: datetime) -> Downtime:
        return planned_until(60)["other"]

    s = Story(Board(TREE, RULES, downtimes=downtimes))
    s.rounds(10, other="x")
    assert s.of(OutageOpened) == []
    s.told += s.board.replan(lambda _site, _at_utc: None, at(10))
    (opened,) = [one for one in s.told if isinstance(one, OutageOpened)]
    assert opened.started_utc == at(10)


def test_a_pause_that_is_over_hides_no_other() -> None:
    ends = {"root": 20, "other": 10}

    def downtimes(name: str, at_utc: datetime) -> Downtime | None:
        last = at(ends.get(name, 0))
        return Downtime(DowntimeKind.MAINTENANCE, said("planned work"), last) if at_utc < last else None

    s = Story(Board(TREE, RULES, downtimes=downtimes))
    s.rounds(9, root="x", other="x")
    s.round(root="x", other="o")
    s.told += s.board.tick(at(10))  # other has begun to answer: nothing is known yet
    assert s.board.next_tick(at(10)) == at(20)
    s.told += s.board.tick(at(20))
    assert s.of(OutageOpened) == [("root",)]
    assert s.of(Affected) == []
