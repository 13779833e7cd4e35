"""No outage opens by what a site failed before the last change on the way to it: it proves its silence anew."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.domain.downtime import Downtime
from monitor.domain.states import DowntimeKind
from monitor.judging.board import Board
from monitor.judging.decisions import OutageClosed, OutageOpened, OutageUpdated
from monitor.judging.health import Rules, State
from monitor.settings.fleet import Fleet
from tests.judging.boards import RULES, TREE, Story, at, fleet, site
from tests.judging.links import INTERFACE, LinkStory, link_fleet
from tests.told import said


def opened(s: Story) -> list[tuple[str, datetime]]:
    return [(one.site, one.started_utc) for one in s.told if isinstance(one, OutageOpened)]


def test_who_waited_for_a_parent_that_was_judged_anew_is_judged_anew_when_that_answers() -> None:
    s = Story(Board(TREE, RULES))
    s.rounds(4, root="x", leaf="x", mid="x", other="o")
    s.rounds(2, root="o", leaf="x", mid="x", other="o")  # root is back: mid and leaf are judged anew
    s.round(root="o", leaf="x", mid="u", other="o")
    s.round(root="o", leaf="x", mid="o", other="o")
    assert opened(s) == [("root", at(0))]
    s.rounds(2, root="o", leaf="x", mid="o", other="o")
    assert opened(s) == [("root", at(0))]
    s.round(root="o", leaf="x", mid="o", other="o")
    assert opened(s) == [("root", at(0)), ("leaf", at(0))]


def test_a_child_is_not_blamed_before_its_parent_was_asked_for_the_first_time() -> None:
    s = Story(Board(TREE, Rules(down_after=1, up_after=1)))
    s.told += s.board.observe(s.sample("leaf", "x"))
    s.told += s.board.observe(s.sample("mid", "x"))
    s.told += s.board.observe(s.sample("root", "x"))
    assert opened(s) == [("root", at(0))]
    assert s.board.state("leaf") is State.UNREACHABLE


@pytest.mark.parametrize(
    "changed",
    [
        fleet(site("root"), site("leaf", "root"), site("other")),
        fleet(site("root"), site("mid", "root"), site("leaf", "other"), site("other")),
        fleet(site("root"), site("mid", "root", address="127.0.0.9"), site("leaf", "mid"), site("other")),
    ],
    ids=["its parent is taken out", "it gets another parent", "its parent has another address"],
)
def test_a_reload_on_the_way_opens_no_outage_of_who_waited(changed: Fleet) -> None:
    s = Story(Board(TREE, RULES))
    s.round(root="o", mid="o", leaf="o", other="o")
    s.rounds(2, root="o", mid="x", leaf="x", other="o")
    s.told += s.board.observe(s.sample("leaf", "x"))  # mid is in doubt: leaf waits
    s.told += s.board.replace_fleet(changed, RULES, at(4))
    rounds: dict[str, str] = dict.fromkeys(changed.sites, "o")
    s.round(**rounds)
    s.rounds(2, **{**rounds, "leaf": "x"})
    assert opened(s) == []
    s.round(**{**rounds, "leaf": "x"})
    assert [name for name, _ in opened(s)] == ["leaf"]


def test_who_was_nearly_down_on_its_old_way_is_not_down_by_one_round_on_its_new_one() -> None:
    s = Story(Board(TREE, RULES))
    s.round(root="o", mid="o", leaf="o", other="o")
    s.rounds(2, root="o", mid="o", leaf="x", other="o")
    moved = fleet(site("root"), site("mid", "root"), site("leaf", "other"), site("other"))
    s.told += s.board.replace_fleet(moved, RULES, at(4))
    s.rounds(2, root="o", mid="o", leaf="x", other="o")
    assert opened(s) == []
    s.round(root="o", mid="o", leaf="x", other="o")
    assert opened(s) == [("leaf", at(1))]


def test_an_excuse_that_ended_while_we_stood_still_opens_no_outage_by_rounds_from_before() -> None:
    def downtimes(name: str, at_utc: datetime) -> Downtime | None:
        return (
            Downtime(DowntimeKind.MAINTENANCE, said("planned work"), at(20))
            if name == "other" and at_utc < at(20)
            else None
        )

    s = Story(Board(TREE, RULES, downtimes=downtimes))
    s.rounds(5, other="x")
    s.told += s.board.resume_after_stall(at(200))
    s.told += s.board.tick(at(200))
    assert opened(s) == []
    assert s.board.state("other") is State.PAUSED
    s.minute = 200
    s.rounds(3, other="x")
    assert opened(s) == [("other", at(20))]


def test_a_link_that_is_down_stays_so_while_nothing_says_that_it_is_not() -> None:
    s = LinkStory(Board(link_fleet(), RULES))
    for _ in range(3):
        s.round(north__interface="x")
    s.told += s.board.mark_unread(INTERFACE, at(3))
    assert s.closed() == []
    s.round(north__gateway="o")
    s.told += s.board.mark_unread(INTERFACE, at(4))
    assert s.closed() == [at(4)]


def test_an_outage_that_became_certain_after_closing_time_is_dated_back_when_the_hours_come_again() -> None:
    def downtimes(_: str, at_utc: datetime) -> Downtime | None:
        return Downtime(DowntimeKind.HOURS, said("closed"), at(600)) if at(2) <= at_utc < at(600) else None

    s = Story(Board(TREE, RULES, downtimes=downtimes))
    s.rounds(4, other="x")
    assert opened(s) == []
    s.told += s.board.tick(at(600))
    assert opened(s) == [("other", at(0))]


def test_planned_work_that_is_ended_sooner_begins_the_outage_with_its_true_end() -> None:
    plans: dict[str, Any] = {"until": at(60)}

    def downtimes(_: str, at_utc: datetime) -> Downtime | None:
        until = plans["until"]
        return (
            Downtime(DowntimeKind.MAINTENANCE, said("planned work"), until)
            if until is not None and at_utc < until
            else None
        )

    s = Story(Board(TREE, RULES, downtimes=downtimes))
    s.rounds(5, other="x")
    plans["until"] = None  # as a plan that is over and forgotten
    s.told += s.board.replan(downtimes, at(10))
    (one,) = [one for one in s.told if isinstance(one, OutageOpened)]
    assert (one.started_utc, one.silent_since_utc) == (at(10), at(0))


def test_two_of_a_feeder_fell_silent_together_though_one_was_excused_first_and_an_earlier_outage_is_none() -> None:
    tree = fleet(*(replace(site(name), feeder="f") for name in ("a", "b", "c")))

    def downtimes(_: str, at_utc: datetime) -> Downtime | None:
        return Downtime(DowntimeKind.HOURS, said("closed"), at(60)) if at_utc < at(60) else None

    s = Story(Board(tree, RULES, downtimes=downtimes))
    s.rounds(30, a="x", b="o", c="o")
    s.rounds(30, a="x", b="x", c="x")
    s.told += s.board.tick(at(60))
    causes = {one.site: one.cause for one in s.told if isinstance(one, OutageOpened)}
    assert causes == {"a": None, "b": None, "c": "power"}, "all begin at once, but a was silent half an hour before"
    assert [one.site for one in s.told if isinstance(one, OutageUpdated)] == ["b"]


def test_who_fell_silent_together_is_known_over_a_restart() -> None:
    from monitor.judging.power import Power

    tree = fleet(*(replace(site(name), feeder="f") for name in ("a", "b")))
    s = Story(Board(tree, RULES, power=Power(went_down={"a": [at(-1)]})))
    s.rounds(3, a="o", b="x")
    assert [one.cause for one in s.told if isinstance(one, OutageOpened)] == ["power"]
    assert [one for one in s.told if isinstance(one, OutageClosed)] == []


def test_silences_of_a_feeder_are_forgotten_when_nothing_can_have_begun_with_them() -> None:
    tree = fleet(*(replace(site(name), feeder="f") for name in ("a", "b")))
    s = Story(Board(tree, RULES))
    for _ in range(50):
        s.rounds(4, a="x", b="o")
        s.rounds(4, a="o", b="o")
    assert len(s.board.power.went_down["a"]) <= 2
    assert timedelta(0) <= at(s.minute) - s.board.power.went_down["a"][-1] <= timedelta(minutes=9)
