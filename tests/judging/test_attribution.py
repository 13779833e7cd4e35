"""A backbone link: its interface and its far end, and which of them an outage names; and what speaks for no power."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.judging.board import Board
from monitor.judging.decisions import DeviceEvent, OutageUpdated
from monitor.judging.health import Rules, State
from monitor.settings.fleet import Site
from tests.judging.boards import T0, at, fleet, site
from tests.judging.links import INTERFACE, link_fleet
from tests.judging.links import LinkStory as Story
from tests.told import words

RULES = Rules(down_after=3, up_after=2)


@pytest.fixture
def story() -> Story:
    made = Story(Board(link_fleet(), RULES))
    made.round(north__gateway="o", north__interface="o", core__gateway="o", behind__gateway="o")
    return made


def test_a_link_is_down_when_only_its_interface_is(story: Story) -> None:
    for _ in range(3):
        story.round(north__interface="x", north__gateway="o")

    (opened,) = story.opened()
    assert (opened.site, opened.started_utc, words(opened.reason)) == ("north", at(1), "interface sfp1 is down")
    assert story.board.state("north") is State.DOWN


def test_a_link_is_down_when_only_its_far_end_is_silent(story: Story) -> None:
    for _ in range(3):
        story.round(north__gateway="x", north__interface="o")

    (opened,) = story.opened()
    assert (opened.started_utc, words(opened.reason)) == (at(1), "the far end does not answer: timeout")


def test_an_interface_that_is_found_down_later_is_told(story: Story) -> None:
    for _ in range(3):
        story.round(north__gateway="x")
    for _ in range(3):
        story.round(north__interface="x")

    assert [words(one.reason) for one in story.opened()] == ["the far end does not answer: timeout"]
    assert [words(one.reason) for one in story.told if isinstance(one, OutageUpdated)] == ["interface sfp1 is down"]


def test_a_link_is_up_again_when_both_are(story: Story) -> None:
    for _ in range(3):
        story.round(north__gateway="x", north__interface="x")
    for _ in range(3):
        story.round(north__gateway="o", north__interface="x")
    assert story.closed() == []
    for _ in range(2):
        story.round(north__gateway="o", north__interface="o")
    assert story.closed() == [at(7)]
    assert len(story.opened()) == 1


def test_an_interface_that_cannot_be_read_any_more_keeps_no_outage_open(story: Story) -> None:
    for _ in range(3):
        story.round(north__interface="x", north__gateway="o")
    story.told += story.board.mark_unread(INTERFACE, at(9))

    assert story.closed() == [at(9)]
    assert story.board.state("north") is State.UP


def test_a_poor_interface_makes_a_link_degraded(story: Story) -> None:
    for _ in range(3):
        story.round(north__interface="p", north__gateway="o")

    assert story.board.state("north") is State.DEGRADED
    assert story.opened() == []


def test_who_is_behind_a_link_hangs_on_its_outage(story: Story) -> None:
    for _ in range(3):
        story.round(north__interface="x", behind__gateway="x")

    assert [one.site for one in story.opened()] == ["north"]
    assert story.board.state("behind") is State.UNREACHABLE


def test_after_a_restart_both_must_prove_themselves() -> None:
    made = Story(Board(link_fleet(), RULES, open_outages={"north": T0}))
    for _ in range(2):
        made.round(north__gateway="o", north__interface="x")
    assert made.closed() == []
    for _ in range(2):
        made.round(north__interface="o")
    assert made.closed() == [at(2)]


def fed(id_: str, feeder: str = "f1", parent: str | None = None) -> Site:
    return replace(site(id_, parent), feeder=feeder)


def powered(*sites: Site) -> Story:
    return Story(Board(fleet(*sites), RULES))


def test_a_site_whose_ups_is_on_battery_is_thought_to_lack_power() -> None:
    made = powered(site("a"), site("b"))
    made.told += made.board.ups("a", T0, on_battery=True)
    for _ in range(3):
        made.round(a__gateway="x", b__gateway="x")

    causes = {one.site: (one.cause, words(one.why)) for one in made.opened()}
    assert causes == {"a": ("power", "its UPS has been on battery since 24/11/2026 09:00"), "b": (None, "")}


def test_a_ups_that_tells_later_explains_the_outage_too() -> None:
    made = powered(fed("a"), fed("b"), fed("c", feeder="f2"))
    for _ in range(3):
        made.round(a__gateway="x", c__gateway="x")
    made.told += made.board.ups("b", at(5), on_battery=True)

    explained = [(one.site, one.cause) for one in made.told if isinstance(one, OutageUpdated)]
    assert explained == [("a", "power")]


def test_on_battery_and_on_mains_are_each_told_once() -> None:
    made = powered(site("a"))
    for on_battery in (True, True, False, False, True):
        made.told += made.board.ups("a", T0, on_battery=on_battery)

    assert [one.kind for one in made.told if isinstance(one, DeviceEvent)] == ["on_battery", "on_mains", "on_battery"]


def test_sites_of_one_feeder_that_fall_silent_together_lack_power() -> None:
    made = powered(fed("a"), fed("b"), fed("c"), fed("d", feeder="f2"))
    made.round(a__gateway="x", d__gateway="x")
    made.round(a__gateway="x", b__gateway="x", d__gateway="x")
    for _ in range(3):
        made.round(a__gateway="x", b__gateway="x", d__gateway="x")
    for _ in range(5):
        made.round(c__gateway="x")  # much later: another matter

    known = {one.site: one.cause for one in made.opened()}
    explained = {one.site: one.cause for one in made.told if isinstance(one, OutageUpdated)}
    assert known == {"a": None, "b": "power", "c": None, "d": None}
    assert explained == {"a": "power"}


def test_sites_that_are_silent_behind_another_say_nothing_about_power() -> None:
    made = powered(site("root"), fed("a", parent="root"), fed("b", parent="root"))
    for _ in range(4):
        made.round(root__gateway="x", a__gateway="x", b__gateway="x")

    assert [(one.site, one.cause) for one in made.opened()] == [("root", None)]
    assert timedelta(0) == made.opened()[0].started_utc - T0
