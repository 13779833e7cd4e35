"""Sites that go to another daemon and come from one: nothing is decided by that, and nothing known is lost."""

from collections.abc import Mapping
from dataclasses import replace

from monitor.domain.downtime import Downtime
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.states import DowntimeKind
from monitor.judging.baseline import Usual
from monitor.judging.board import Board
from monitor.judging.decisions import OutageClosed, OutageOpened
from monitor.judging.health import State
from monitor.judging.shards import part_of, shard_of
from monitor.judging.stored_state import NOTHING_STORED, StoredState
from tests.judging.boards import RULES, TREE, Story, at, fleet, story

ROOT, OTHER = ({shard_of(TREE, each)} for each in ("root", "other"))


def stored(**known: Mapping[str, object]) -> StoredState:
    return replace(NOTHING_STORED, **known)  # type: ignore[arg-type]


def test_who_goes_is_forgotten_without_a_decision_and_the_others_are_judged_as_before() -> None:
    s = story()
    s.rounds(4, root="x", mid="x", leaf="x", other="o")
    s.round(root="x", mid="x", leaf="x", other="x")
    told = list(s.told)
    s.board.hold(part_of(TREE, OTHER), NOTHING_STORED, {})
    s.rounds(3, root="o", mid="o", leaf="o")  # what was still under way
    assert s.told == told
    assert (s.board.open_outages, s.board.affected, set(s.board.states)) == ({}, {}, {"other"})
    assert s.board.state("root") is State.UNKNOWN
    s.rounds(2, other="x")
    assert s.of(OutageOpened) == [("root",), ("other",)]


def test_who_comes_goes_on_where_another_daemon_left_it() -> None:
    board = Board(fleet(), RULES)
    board.hold(part_of(TREE, ROOT), stored(open_outages={"root": at(-60)}, affected={"leaf": "root"}), {})
    assert [board.state(each) for each in ("root", "mid", "leaf")] == [State.DOWN, State.UNKNOWN, State.UNREACHABLE]
    s = Story(board)
    s.rounds(3, root="x", mid="x", leaf="x")
    assert s.of(OutageOpened) == [], "it is open already, and mid is behind it"
    s.rounds(2, root="o", mid="o", leaf="o")
    assert s.of(OutageClosed) == [("root",)]


def test_nothing_opens_by_the_first_sample_after_sites_have_come() -> None:
    board = Board(fleet(), RULES)
    board.hold(TREE, NOTHING_STORED, {})
    s = Story(board)
    s.rounds(2, root="x", other="x")
    assert s.of(OutageOpened) == []
    s.round(root="x", other="o")
    assert s.of(OutageOpened) == [("root",)]


def test_an_outage_of_a_site_that_was_removed_meanwhile_ends_where_its_shard_is_taken() -> None:
    board = Board(fleet(), RULES)
    board.hold(part_of(TREE, ROOT), stored(open_outages={"gone": at(-60)}), {})
    told = board.replace_fleet(part_of(TREE, ROOT), RULES, at(0))
    assert [(one.site, one.reason) for one in told if isinstance(one, OutageClosed)] == [("gone", "removed")]


def test_who_comes_and_goes_and_comes_is_known_by_what_is_stored_alone() -> None:
    s = story()
    s.rounds(4, root="x", mid="x", leaf="x", other="o")
    s.board.hold(part_of(TREE, OTHER), NOTHING_STORED, {})
    assert (s.board.open_outages, s.board.affected) == ({}, {}), "another daemon may have ended them by the time"
    s.board.hold(TREE, NOTHING_STORED, {})
    assert s.board.state("root") is State.UNKNOWN
    s.rounds(2, root="x", other="o")
    assert s.of(OutageOpened) == [("root",)], "of before; three more rounds are needed"
    s.round(root="x", other="o")
    assert s.of(OutageOpened) == [("root",), ("root",)], "the one of before is another daemon's"


def test_who_was_in_downtime_elsewhere_must_fail_again() -> None:
    planned = Downtime(DowntimeKind.MAINTENANCE, reason(ReasonCode.TIMEOUT), at(5))
    board = Board(fleet(), RULES)
    board.hold(TREE, stored(in_downtime={"other": planned}, silent_since={"other": at(-9)}), {})
    assert board.state("other") is State.PAUSED
    s = Story(board)
    s.rounds(2, other="x")
    assert s.of(OutageOpened) == []
    s.round(other="x")
    assert [one.silent_since_utc for one in s.told if isinstance(one, OutageOpened)] == [at(-9)]


def test_usual_times_go_and_come_with_their_devices() -> None:
    board, usual = Board(TREE, RULES), Usual()
    board.baselines.known |= {"root/gateway": Usual(), "other/gateway": Usual()}
    board.hold(part_of(TREE, OTHER), NOTHING_STORED, {})
    assert set(board.baselines.known) == {"other/gateway"}
    board.hold(TREE, NOTHING_STORED, {"root/gateway": usual})
    assert board.baselines.known["root/gateway"] is usual


def test_the_state_of_a_site_that_is_judged_elsewhere_is_the_stored_one() -> None:
    board = Board(part_of(TREE, ROOT), RULES)
    seen = board.touched.last
    assert board.see_elsewhere({"other": State.DOWN}) == ["other"]
    assert board.state("other") is State.DOWN
    assert board.touched.after(seen) == {"other"}
    seen = board.touched.last
    assert board.see_elsewhere({"other": State.DOWN}) == []
    assert board.touched.after(seen) == set(), "nothing is another now"


def test_what_is_stored_of_some_sites_is_of_nothing_else() -> None:
    known = stored(open_outages={"a": at(0), "b": at(1)}, blind={"isp": at(0)}, states={"a": "up", "b": "down"})
    found = known.only({"b"}.__contains__)
    assert (found.open_outages, found.states, found.blind) == ({"b": at(1)}, {"b": "down"}, {})
