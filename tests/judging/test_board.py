"""All sites at once: whose fault a silence is, and what becomes of the others."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.board import Board
from monitor.judging.decisions import (
    Affected,
    FlappingChanged,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    SiteChanged,
)
from monitor.judging.health import State
from tests.judging.boards import RULES, TREE, Story, at, fleet, site, story
from tests.told import words


def test_who_is_judged_again_behind_a_root_that_came_back_does_not_flap() -> None:
    s = story()
    s.rounds(2, root="o", mid="o", leaf="o", other="o")
    s.rounds(6, root="x", mid="x", leaf="x", other="o")
    s.rounds(6, root="o", mid="o", leaf="x", other="o")
    s.rounds(6, root="o", mid="o", leaf="o", other="o")
    assert [d for d in s.told if isinstance(d, FlappingChanged)] == []


def test_a_silent_site_gets_one_outage_since_its_first_failed_round() -> None:
    s = story()
    s.round(other="o")
    s.rounds(5, other="x")
    (opened,) = [d for d in s.told if isinstance(d, OutageOpened)]
    assert (opened.started_utc, opened.confirmed_utc, words(opened.reason)) == (at(1), at(3), "timeout")
    assert opened.last_good is not None
    assert opened.last_good.started_utc == at(0)


def test_its_end_is_its_first_answered_round() -> None:
    s = story()
    s.rounds(3, other="x")
    s.rounds(2, other="o")
    assert [d.ended_utc for d in s.told if isinstance(d, OutageClosed)] == [at(3)]


def test_children_of_a_dead_parent_hang_on_its_outage_even_when_they_are_certain_first() -> None:
    s = story()
    s.round(root="o", mid="o", leaf="o")
    s.round(leaf="x", mid="x", root="o")  # the root's round was just before the cut
    s.rounds(4, leaf="x", mid="x", root="x")
    assert s.of(OutageOpened) == [("root",)]
    assert sorted(s.of(Affected)) == [("leaf", "root"), ("mid", "root")]
    assert s.board.state("leaf") is State.UNREACHABLE


def test_a_child_with_a_living_parent_gets_its_own_outage() -> None:
    s = story()
    s.rounds(2, root="o", mid="o", leaf="o")
    s.rounds(3, root="o", mid="o", leaf="x")
    assert s.of(OutageOpened) == [("leaf",)]


def test_when_the_root_recovers_who_stays_silent_gets_an_outage_with_its_own_true_start() -> None:
    s = story()
    s.round(root="o", mid="o", leaf="o")
    s.rounds(3, root="x", mid="x", leaf="x")
    s.rounds(2, root="o", mid="o", leaf="x")
    s.rounds(4, root="o", mid="o", leaf="x")
    assert s.of(OutageOpened) == [("root",), ("leaf",)]
    leaf = [d for d in s.told if isinstance(d, OutageOpened)][-1]
    assert leaf.started_utc == at(1)
    assert s.board.state("mid") is State.UP


def test_when_the_root_recovers_but_the_middle_does_not_the_leaf_hangs_on_the_middle() -> None:
    s = story()
    s.rounds(3, leaf="x", mid="x", root="x")
    s.rounds(8, leaf="x", mid="x", root="o")
    assert s.of(OutageOpened) == [("root",), ("mid",)]
    assert s.of(Affected)[-1] == ("leaf", "mid")


def test_an_open_outage_of_a_child_closes_by_its_own_answers_whatever_its_parent_does() -> None:
    s = story()
    s.rounds(3, root="o", mid="o", leaf="x")
    s.rounds(3, root="x", mid="x", leaf="x")
    s.rounds(2, root="x", mid="x", leaf="o")
    assert ("leaf",) in s.of(OutageClosed)


def test_after_a_restart_an_open_outage_goes_on_and_is_not_opened_again() -> None:
    s = story(open_outages={"other": at(-60)})
    s.rounds(5, other="x")
    assert s.of(OutageOpened) == []
    s.rounds(2, other="o")
    assert s.of(OutageClosed) == [("other",)]


def test_after_a_restart_an_affected_site_is_still_released_with_its_root() -> None:
    board = Board(TREE, RULES, open_outages={"root": at(-60)}, affected={"mid": "root"})
    s = Story(board)
    s.rounds(2, root="x", mid="x")
    s.rounds(2, root="o", mid="o")
    assert s.of(OutageClosed) == [("root",)]
    assert s.of(NoLongerAffected) == [("mid",)]
    assert s.board.state("mid") is State.UP


def test_rounds_that_were_our_own_fault_open_and_close_nothing() -> None:
    s = story(open_outages={"other": at(-60)})
    s.rounds(50, root="u", mid="u", leaf="u", other="u")
    assert s.told == []


def test_a_site_with_a_silent_switch_is_degraded_not_down() -> None:
    s = story(fleet(site("office", devices=("gateway", "switch"))))
    s.rounds(3, office="o", office__switch="x")
    assert s.board.state("office") is State.DEGRADED
    assert s.of(OutageOpened) == []


def test_a_removed_site_ends_its_outage_for_that_reason_and_frees_who_hung_on_it() -> None:
    s = story()
    s.rounds(4, root="x", mid="x", leaf="x")
    told = s.board.replace_fleet(fleet(site("mid"), site("leaf", "mid")), RULES, at(9))
    assert [(d.site, d.reason) for d in told if isinstance(d, OutageClosed)] == [("root", "removed")]
    s.told.clear()
    s.rounds(4, mid="x", leaf="x")
    assert s.of(OutageOpened) == [("mid",)]


def test_a_readdressed_site_is_judged_anew() -> None:
    s = story()
    s.rounds(4, other="x")
    moved = fleet(*[each for each in TREE.sites.values() if each.id != "other"], site("other", address="127.0.0.9"))
    told = s.board.replace_fleet(moved, RULES, at(9))
    assert [(d.site, d.reason) for d in told if isinstance(d, OutageClosed)] == [("other", "readdressed")]
    assert s.board.state("other") is State.UNKNOWN


def test_a_core_router_with_five_thousand_children_is_one_outage() -> None:
    tree = fleet(site("core"), *[site(f"s{n}", "core") for n in range(5_000)])
    s = story(tree)
    for _ in range(4):
        s.round(**{f"s{n}": "x" for n in range(5_000)}, core="x")
    assert s.of(OutageOpened) == [("core",)]
    assert len(s.of(Affected)) == 5_000


LETTERS = st.sampled_from("oxu")


@given(st.lists(st.tuples(LETTERS, LETTERS, LETTERS), max_size=60))
def test_in_every_history_outages_open_and_close_in_turn_and_states_are_told_when_they_change(
    history: list[tuple[str, str, str]],
) -> None:
    s = story()
    for root, mid, leaf in history:
        s.round(leaf=leaf, mid=mid, root=root)
    for name in ("root", "mid", "leaf"):
        turns = [type(d) for d in s.told if isinstance(d, OutageOpened | OutageClosed) and d.site == name]
        assert turns == [OutageOpened, OutageClosed] * (len(turns) // 2) + [OutageOpened] * (len(turns) % 2)
        told = [d.state for d in s.told if isinstance(d, SiteChanged) and d.site == name]
        assert all(before is not after for before, after in itertools.pairwise(told))
        assert (told or [State.UNKNOWN])[-1] is s.board.state(name) or s.board.state(name) is State.UNKNOWN


@given(st.lists(st.tuples(LETTERS, LETTERS, LETTERS), max_size=40))
def test_in_every_history_whoever_answers_long_enough_ends_up_alone_and_up(history: list[tuple[str, str, str]]) -> None:
    s = story()
    for root, mid, leaf in history:
        s.round(leaf=leaf, mid=mid, root=root)
    s.rounds(3, leaf="o", mid="o", root="o")
    assert s.board.open_outages == {}
    assert s.board.affected == {}
    assert {s.board.state(name) for name in ("root", "mid", "leaf")} == {State.UP}


@given(st.lists(st.tuples(LETTERS, LETTERS, LETTERS), min_size=1, max_size=40), st.integers(0, 39))
def test_a_restart_anywhere_neither_opens_an_outage_twice_nor_loses_one(
    history: list[tuple[str, str, str]], cut: int
) -> None:
    s = story()
    for minute, (root, mid, leaf) in enumerate(history):
        if minute == cut:
            s.board = Board(TREE, RULES, dict(s.board.open_outages), dict(s.board.affected), dict(s.board.states))
        s.round(leaf=leaf, mid=mid, root=root)
    for name in ("root", "mid", "leaf"):
        turns = [type(d) for d in s.told if isinstance(d, OutageOpened | OutageClosed) and d.site == name]
        assert turns == [OutageOpened, OutageClosed] * (len(turns) // 2) + [OutageOpened] * (len(turns) % 2)


def test_who_waits_for_a_parent_that_only_has_unknown_rounds_waits_no_longer_than_six_rounds_of_its_own() -> None:
    s = story()
    s.round(root="o", mid="o", leaf="o")
    s.round(mid="x", leaf="x")  # mid is in doubt; from now on we cannot even ask it
    s.rounds(4, mid="u", leaf="x")
    assert s.of(OutageOpened) == []

    s.round(mid="u", leaf="x")
    (outage,) = [decision for decision in s.told if isinstance(decision, OutageOpened)]
    assert (outage.site, outage.started_utc) == ("leaf", at(1))
