"""Random histories against a plain model: rounds, restarts, planned work, blindness, changed configurations."""

from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from monitor.domain.downtime import Downtime
from monitor.domain.sample import Sample, Verdict
from monitor.domain.states import DowntimeKind
from monitor.judging.board import Board
from monitor.judging.decisions import (
    Affected,
    Decision,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    OutageSuppressed,
    SuppressionEnded,
)
from monitor.judging.health import ANSWERS, Rules, State
from monitor.settings.fleet import Device, Fleet, Group
from tests.judging.boards import at, site
from tests.told import said

RULES = Rules(down_after=3, up_after=2)
PARENTS = {"root": None, "mid": "root", "leaf": "mid", "twin": "mid", "alone": None}
REFERENCE = Device("vantage/up-1", "", "up-1", IPv4Address("127.0.1.1"))


def fleet(moved: frozenset[str], gone: frozenset[str]) -> Fleet:
    kept = {name: parent for name, parent in PARENTS.items() if name not in gone}
    address = {name: "127.0.0.9" if name in moved else "127.0.0.1" for name in kept}
    sites = [site(name, parent if parent in kept else None, address=address[name]) for name, parent in kept.items()]
    return replace(Fleet({each.id: each for each in sites}), groups={"up": Group((REFERENCE,))})


class Story(RuleBasedStateMachine):
    """What is certain whatever happens; the model keeps only what anybody could have written down beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.minute = 0
        self.moved: frozenset[str] = frozenset()
        self.gone: frozenset[str] = frozenset()
        self.planned: dict[str, datetime] = {}
        self.failed = dict.fromkeys(PARENTS, 0)
        self.answered = dict.fromkeys(PARENTS, 0)
        self.failed_since_change = dict.fromkeys(PARENTS, 0)
        self.open: dict[str, datetime] = {}
        self.behind: dict[str, str] = {}
        self.excused: dict[str, Downtime] = {}
        self.silent_since: dict[str, datetime] = {}
        self.stepped_back = False
        self.blind = False
        self.good_references = 0
        self.board = Board(fleet(self.moved, self.gone), RULES, downtimes=self.downtimes)

    def downtimes(self, name: str, at_utc: datetime) -> Downtime | None:
        until = self.planned.get(name)
        return (
            Downtime(DowntimeKind.MAINTENANCE, said("planned work"), until)
            if until is not None and at_utc < until
            else None
        )

    def take(self, decisions: list[Decision]) -> None:
        """Follows the decisions as the store does, and checks that each makes sense."""
        for one in decisions:
            match one:
                case OutageOpened(name, started, confirmed):
                    assert name not in self.open
                    assert name not in self.behind
                    assert name not in self.excused
                    assert started <= confirmed <= at(self.minute) or self.stepped_back
                    assert not self.blind
                    assert self.downtimes(name, at(self.minute)) is None
                    assert self.failed_since_change[name] > 0, "by rounds from before a change on the way to it"
                    self.open[name] = started
                case OutageClosed(name, ended, reason):
                    started = self.open.pop(name)
                    assert ended >= started or self.stepped_back
                    if reason == "recovered":
                        assert self.answered[name] >= RULES.up_after, "it must have answered itself"
                        assert not self.blind
                case Affected(name, root, since):
                    assert root in self.open
                    assert name not in self.open
                    assert name not in self.excused
                    self.behind[name], self.silent_since[name] = root, since
                case OutageSuppressed(name, since, kind, why, until):
                    assert name not in self.open
                    assert name not in self.behind
                    assert not self.blind
                    since = self.silent_since[name] if name in self.excused else since
                    self.excused[name], self.silent_since[name] = Downtime(kind, why, until), since
                case SuppressionEnded(name):
                    del self.excused[name]
                case NoLongerAffected(name):
                    del self.behind[name]
                case _:
                    pass

    @rule(letters=st.fixed_dictionaries(dict.fromkeys(PARENTS, st.sampled_from("ooxxxu"))), order=st.randoms())
    def a_round(self, letters: dict[str, str], order: Any) -> None:
        self.minute += 1
        self.take(self.board.tick(at(self.minute)))
        names = [name for name in letters if name not in self.gone]
        order.shuffle(names)
        for name in names:
            letter = letters[name]
            if letter != "u" and not self.blind:
                self.failed[name] = self.failed[name] + 1 if letter == "x" else 0
                self.answered[name] = self.answered[name] + 1 if letter == "o" else 0
            verdict = {"o": Verdict.OK, "x": Verdict.FAILED, "u": Verdict.UNKNOWN}[letter]
            self.failed_since_change[name] += letter == "x" and not self.blind
            before = self.board.state(name)
            decisions = self.board.observe(
                Sample(f"{name}/gateway", "icmp", at(self.minute), 0, verdict, 1, letter == "o")
            )
            if before not in ANSWERS and self.board.state(name) in ANSWERS:
                self.failed_since_change |= dict.fromkeys(self.board.fleet.descendants(name), 0)
            self.take(decisions)

    @rule(answers=st.booleans())
    def the_reference(self, answers: bool) -> None:
        self.minute += 1
        self.take(self.board.tick(at(self.minute)))
        verdict = Verdict.OK if answers else Verdict.FAILED
        decisions = self.board.observe(Sample(REFERENCE.id, "icmp", at(self.minute), 0, verdict, 1, int(answers)))
        if not answers and not self.blind:
            self.blind = True
            self.failed = dict.fromkeys(PARENTS, 0)
        self.good_references = self.good_references + 1 if answers else 0
        if self.blind and self.good_references >= 3:
            self.blind = False
        self.take(decisions)

    @precondition(lambda self: not self.blind)
    @rule()
    def a_restart(self) -> None:
        known = {name: start for name, start in self.open.items() if name not in self.gone}
        self.board = Board(
            self.board.fleet,
            RULES,
            dict(known),
            dict(self.behind),
            silent_since=dict(self.silent_since),
            in_downtime=dict(self.excused),
            downtimes=self.downtimes,
        )
        self.failed = {name: RULES.down_after if name in known else 0 for name in PARENTS}
        self.answered = dict.fromkeys(PARENTS, 0)

    @rule(name=st.sampled_from(list(PARENTS)), minutes=st.integers(1, 30))
    def planned_work(self, name: str, minutes: int) -> None:
        self.planned[name] = at(self.minute + minutes)

    @rule(name=st.sampled_from(list(PARENTS)))
    def planned_work_ends_early(self, name: str) -> None:
        self.planned.pop(name, None)
        self.take(self.board.replan(self.downtimes, at(self.minute)))

    @rule(minutes=st.sampled_from([-2_000, -30, -1, 45, 3_000]))  # what the loop sees at its next turn
    def the_clock_steps(self, minutes: int) -> None:
        self.minute += minutes
        self.stepped_back |= minutes < 0
        self.take(self.board.tick(at(self.minute)))

    @rule(name=st.sampled_from(["mid", "leaf", "twin", "alone"]))
    def it_is_taken_out_or_put_back(self, name: str) -> None:
        self.gone = self.gone ^ {name}
        self._configure(name)

    @rule(name=st.sampled_from(["leaf", "mid", "root"]))
    def it_gets_another_address(self, name: str) -> None:
        self.moved = self.moved ^ {name}
        self._configure(name)

    @precondition(lambda self: not self.blind)
    @rule()
    def we_stand_still(self) -> None:
        self.failed = {name: self.failed[name] if name in self.open else 0 for name in PARENTS}
        self.failed_since_change = dict.fromkeys(PARENTS, 0)
        self.take(self.board.resume_after_stall(at(self.minute)))

    def _configure(self, name: str) -> None:
        self.failed_since_change = dict.fromkeys(PARENTS, 0)
        self.failed[name] = self.answered[name] = 0
        self.take(self.board.replace_fleet(fleet(self.moved, self.gone), RULES, at(self.minute)))

    @invariant()
    def the_board_knows_what_the_store_knows(self) -> None:
        assert self.board.open_outages == self.open
        assert self.board.affected == self.behind
        assert set(self.board.in_downtime) == set(self.excused)
        assert not set(self.open) & set(self.behind)
        assert set(self.open) | set(self.behind) <= set(self.board.fleet.sites)

    @invariant()
    def who_answers_is_not_down(self) -> None:
        for name in set(PARENTS) - self.gone:
            if self.answered[name] >= RULES.up_after:
                assert name not in self.open, "suppression never stops an open outage from closing"
                assert self.board.state(name) in {State.UP, State.DEGRADED}

    @invariant()
    def who_is_silent_by_its_own_fault_has_an_outage(self) -> None:
        for name in ("root", "alone"):
            if name in self.gone or self.failed[name] < RULES.down_after:
                continue
            if self.downtimes(name, at(self.minute)) is None and not self.blind:
                assert name in self.open


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)


@pytest.mark.long
def test_ten_thousand_histories() -> None:
    run_state_machine_as_test(Story, settings=settings(max_examples=10_000, stateful_step_count=50, deadline=None))
