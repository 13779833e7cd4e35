"""A silent site in planned work or outside its hours: nothing begins, until the time is over."""

from datetime import datetime

from monitor.domain.downtime import Downtime
from monitor.domain.states import DowntimeKind
from monitor.judging.board import Board
from monitor.judging.decisions import Affected, OutageClosed, OutageOpened, OutageSuppressed
from monitor.judging.health import State
from tests.judging.boards import RULES, TREE, Story, at
from tests.told import said, words

PLANNED = Downtime(DowntimeKind.MAINTENANCE, said("planned work 'cable'"), at(20))


def planned(first: int, last: int, only: str = "") -> Story:
    def downtimes(site: str, at_utc: datetime) -> Downtime | None:
        covered = not only or site == only
        return (
            Downtime(DowntimeKind.MAINTENANCE, said("planned work"), at(last))
            if covered and at(first) <= at_utc < at(last)
            else None
        )

    return Story(Board(TREE, RULES, downtimes=downtimes))


def test_a_site_that_is_silent_during_planned_work_gets_no_outage() -> None:
    s = planned(0, 20)
    s.rounds(10, other="x")
    assert s.board.state("other") is State.PAUSED
    assert [d.kind for d in s.told if isinstance(d, OutageSuppressed)] == ["maintenance"]
    s.rounds(5, other="o")
    assert s.of(OutageOpened) == []
    assert s.board.state("other") is State.UP


def test_the_outage_starts_when_the_planned_work_ends_and_says_so() -> None:
    s = planned(0, 20)
    s.rounds(20, other="x")
    assert s.board.next_tick(at(19)) == at(20)
    s.told += s.board.tick(at(20))

    (opened,) = [d for d in s.told if isinstance(d, OutageOpened)]
    assert (opened.started_utc, opened.confirmed_utc) == (at(20), at(20))
    assert words(opened.reason) == "timeout; no answer since 24/11/2026 09:00, paused until now: planned work"
    assert s.board.state("other") is State.DOWN


def test_an_outage_that_was_open_before_goes_on_and_ends_as_ever() -> None:
    s = planned(5, 20)
    s.rounds(10, other="x")
    assert s.of(OutageOpened) == [("other",)]
    s.rounds(2, other="o")
    assert [d.ended_utc for d in s.told if isinstance(d, OutageClosed)] == [at(10)]


def test_who_is_behind_a_site_in_planned_work_waits_with_it() -> None:
    s = planned(0, 20, only="root")
    s.rounds(6, root="x", mid="x", leaf="x", other="o")
    assert s.of(OutageOpened) == []

    s.rounds(3, root="o", mid="o", leaf="o", other="o")
    assert s.of(OutageOpened) == []


def test_who_only_began_to_answer_when_the_work_ended_and_fails_again_gets_its_outage_from_then_on() -> None:
    s = planned(0, 20)
    s.rounds(19, other="x")
    s.round(other="o")
    s.told += s.board.tick(at(20))
    assert s.of(OutageOpened) == []
    s.rounds(2, other="x")

    (opened,) = [d for d in s.told if isinstance(d, OutageOpened)]
    assert opened.started_utc == at(20)


def test_who_is_behind_hangs_on_the_outage_that_begins_when_the_work_ends() -> None:
    s = planned(0, 20, only="root")
    s.rounds(6, root="x", mid="x", leaf="x", other="o")
    s.told += s.board.tick(at(20))
    assert s.of(OutageOpened) == [("root",)]
    assert s.of(Affected) == [("mid", "root"), ("leaf", "root")]
