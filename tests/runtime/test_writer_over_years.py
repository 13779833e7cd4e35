"""A year of a ticket's life through restarts, absences of the monitor and clocks that lie: exactly once, in time.

A thousand schedules go through the decisions themselves, some through the writer and its database.
"""

from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.configuration import load
from tests.places import SHIPPED
from tests.runtime.years import Daemon, Decisions, Schedule, through


@pytest.fixture(scope="module")
def office() -> Office:
    return Office.of(load(SHIPPED))


def test_in_a_thousand_disturbed_years_everything_due_happens_once_in_time_and_never_early(office: Office) -> None:
    troubled = 0
    for seed in range(1_000):
        schedule = Schedule.of(seed, office)
        troubled += any(schedule.during(step.at_utc) for step in schedule.expected)
        assert through(schedule, Decisions(schedule)) == [], f"schedule {seed}"
    assert troubled > 500  # or else the schedules were too kind to prove anything


@pytest.mark.parametrize("seed", range(2_000, 2_012))
def test_the_writer_and_its_database_keep_the_same_promise(seed: int, office: Office, tmp_path: Path) -> None:
    schedule = Schedule.of(seed, office)
    assert through(schedule, Daemon(schedule, tmp_path)) == []
