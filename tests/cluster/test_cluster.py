"""Four daemons on one PostgreSQL, disturbed in every way that we know: nothing is lost, doubled or written by two."""

import statistics
from pathlib import Path

import pytest

from tests.cluster.cluster import SMALL, WHOLE, Cluster, Size
from tests.cluster.disturbances import Kind, Plan
from tests.cluster.run import IN_SMALL, IN_WHOLE, Faults, Player
from tests.cluster.verdict import Verdict, table, verdict

FEW = Plan(10, seed=5, every_s=0.8, longest_s=5.0, daemons=4, away=2, clocked=SMALL.clocked, begins_s=0.5)
MANY = Plan(300, seed=1, every_s=1.25, longest_s=90.0, daemons=4, away=2, clocked=WHOLE.clocked, begins_s=10.0)


def played(home: Path, size: Size, plan: Plan, faults: Faults) -> Verdict:
    with Cluster(home, size) as cluster:
        found = verdict(cluster, Player(cluster, plan, faults, say=print).play())
    print(table(found), *found.wrong, sep="\n")
    return found


def test_ten_disturbances_lose_double_and_misdate_nothing(tmp_path: Path) -> None:
    found = played(tmp_path, SMALL, FEW, IN_SMALL)
    assert {each.what.kind for each in found.played.done} == set(Kind)
    assert len(found.faults) >= 5
    assert found.wrong == []


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(3_000)
def test_three_hundred_disturbances_lose_double_and_misdate_nothing(tmp_path: Path) -> None:
    found = played(tmp_path, WHOLE, MANY, IN_WHOLE)
    assert found.wrong == []
    took_s = [take.took_s for take in found.takeovers if not take.given_back]
    assert statistics.median(took_s) <= 7
    assert max(took_s) <= 20
