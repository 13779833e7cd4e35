"""Rounds that are not believed when they fail."""

from datetime import timedelta

import pytest

from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample, Verdict
from monitor.judging.distrust import Distrust
from tests.judging.boards import T0

HOUR = timedelta(hours=1)


def failed(started_ns: int, device: str = "a/gateway") -> Sample:
    return Sample(device, "icmp", T0, started_ns, Verdict.FAILED, 3, 0, (), TIMEOUT)


def distrust(*devices: str, by: timedelta = timedelta(0)) -> Distrust:
    made = Distrust()
    made.begin(devices, 100, by)
    return made


@pytest.mark.parametrize("started_ns", [[50, 60, 150], [150]])
def test_rounds_under_way_and_the_next_one_judge_nobody_as_failed_and_those_after_do(started_ns: list[int]) -> None:
    made = distrust("a/gateway")
    assert {made.of(failed(at)).verdict for at in started_ns} == {Verdict.UNKNOWN}
    assert made.of(failed(200)).verdict is Verdict.FAILED


def test_an_answer_is_believed() -> None:
    answered = failed(50)._replace(verdict=Verdict.OK, received=3)
    assert distrust("a/gateway").of(answered) == answered


def test_only_rounds_that_were_under_way_are_dated_anew() -> None:
    made = distrust("a/gateway", by=HOUR)
    assert [made.of(failed(at)).started_utc - T0 for at in (50, 150)] == [HOUR, timedelta(0)]


def test_whoever_was_not_asked_then_is_believed() -> None:
    assert distrust("a/gateway").of(failed(50, "b/gateway")).verdict is Verdict.FAILED
