"""The night's work: once a night of the time that is believed, and never by a clock that is not."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.leases import Duty, Lease
from monitor.runtime.calendar_jobs import CalendarJobs, Job
from monitor.runtime.jobs import last_night
from monitor.runtime.leases import SoleHolder
from tests.lab.waiting import until
from tests.runtime.built import OfOthers, settings_of


class Night:
    """The night's work, whose time the test says; a job of its own tells when the others are done."""

    def __init__(self, jobs: dict[str, Callable[[], object]] | None = None) -> None:
        self.now: datetime | None = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
        self.done = 0
        self._over = threading.Event()
        last = {"the last one": self._over.set}
        work = (jobs or {"a copy": self.copy}) | last
        self.calendar = CalendarJobs(
            lambda: self.now, [Job(name, last_night, job) for name, job in work.items()], SoleHolder()
        )
        asyncio.run(self.calendar.open())

    def copy(self) -> None:
        self.done += 1

    def look(self, now: datetime | None) -> int:
        """How often the work was done, after a look at that time."""
        self.now = now
        self._over.clear()
        if self.calendar.look():
            assert self._over.wait(30)
            until(lambda: not self.calendar._under_way, "the end of the last one", 10)
        return self.done


@pytest.fixture
def night() -> Iterator[Night]:
    made = Night()
    yield made
    asyncio.run(made.calendar.close())


EVENING, NEXT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC), datetime(2026, 11, 24, 19, 7, tzinfo=UTC)


def test_the_work_is_done_once_a_night_and_not_at_the_start(night: Night) -> None:
    found = [night.look(EVENING + timedelta(minutes=20 * count)) for count in range(100)]
    assert found[:4] == [0, 0, 0, 0]
    assert found[4] == 1
    assert found[-1] == 2


def test_a_night_that_comes_while_the_clock_is_suspect_is_made_up_for_when_it_is_believed(night: Night) -> None:
    assert night.look(EVENING) == 0
    assert [night.look(None) for _ in range(5)] == [0] * 5
    assert night.look(NEXT + timedelta(minutes=40)) == 1


def test_a_clock_that_was_far_ahead_for_a_while_leaves_no_night_out(night: Night) -> None:
    night.look(EVENING)
    assert night.look(EVENING + timedelta(days=400)) == 1
    assert night.look(EVENING + timedelta(minutes=10)) == 1
    assert night.look(NEXT) == 2


class Owed:
    """A job that makes up for itself: it is due at `NEXT`, and fails as often as the test wants."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.tried = failures, 0
        self.calendar = CalendarJobs(
            lambda: self.now, [Job("briefs", self._last_due, self._do, makes_up=True)], SoleHolder()
        )
        self.now: datetime | None = EVENING
        asyncio.run(self.calendar.open())

    def _last_due(self, now: datetime) -> datetime | None:
        return NEXT if NEXT <= now < NEXT + timedelta(hours=8) else None

    def _do(self) -> None:
        self.tried += 1
        if self.tried <= self.failures:
            raise OSError("no room")

    def look(self, now: datetime | None) -> int:
        """How often it was tried, after a look at that time."""
        self.now = now
        self.calendar.look()
        until(lambda: not self.calendar._under_way, "its end", 10)
        return self.tried


@pytest.fixture
def owed() -> Iterator[Owed]:
    made = Owed()
    yield made
    asyncio.run(made.calendar.close())


def test_what_makes_up_for_itself_is_done_once_at_a_start_after_it_fell_due(owed: Owed) -> None:
    assert [owed.look(now) for now in (None, NEXT + timedelta(hours=1), NEXT + timedelta(hours=2))] == [0, 1, 1]


def test_what_makes_up_for_itself_is_not_done_before_it_falls_due_nor_when_it_is_late(owed: Owed) -> None:
    assert [owed.look(now) for now in (EVENING, NEXT + timedelta(hours=9), NEXT, NEXT)] == [0, 0, 1, 1]


def test_what_makes_up_for_itself_is_tried_until_it_succeeds_and_its_failure_told_once(
    owed: Owed, caplog: pytest.LogCaptureFixture
) -> None:
    owed.failures = 3
    assert [owed.look(NEXT) for _ in range(6)] == [1, 2, 3, 4, 4, 4]
    assert [record.getMessage() for record in caplog.records] == ["briefs failed: no room"]


def test_another_configuration_has_what_makes_up_for_itself_done_anew_and_no_night(owed: Owed, night: Night) -> None:
    assert owed.look(NEXT) == 1
    owed.calendar.reconfigure(settings_of())
    assert [owed.look(NEXT), owed.look(NEXT)] == [2, 2]
    night.look(EVENING)
    assert night.look(NEXT) == 1
    night.calendar.reconfigure(settings_of())
    assert night.look(NEXT) == 1


def test_a_job_that_is_handed_out_while_the_calendar_closes_is_no_fault(night: Night) -> None:
    asyncio.run(night.calendar.close())
    night.calendar._scheduler.remove_job("briefs")  # by its thread, which had begun before


def test_one_job_that_fails_stops_no_other() -> None:
    done: list[str] = []

    def fails() -> None:
        raise ValueError("a fault")

    night = Night({"bad": fails, "good": lambda: done.append("good")})
    night.look(EVENING)
    night.look(NEXT)
    asyncio.run(night.calendar.close())
    assert done == ["good"]


@pytest.mark.parametrize(("late", "times"), [(timedelta(minutes=5), 1), (timedelta(hours=2), 0)])
def test_a_night_that_is_another_daemons_is_left_to_it_and_made_up_for_where_that_one_dies(
    late: timedelta, times: int
) -> None:
    """Who takes the duty soon after the hour does the work: it may not have been done. Later, it was."""
    leases, done, now = OfOthers(), list[str](), [EVENING]
    job = Job("a copy", last_night, lambda: done.append("copied"), duty=Duty.NIGHTLY)
    calendar = CalendarJobs(lambda: now[0], [job], leases)
    asyncio.run(calendar.open())
    assert calendar.look() == []
    now[0] = NEXT + late
    assert calendar.look() == [], "it is another's"
    leases.holds = Lease(Duty.NIGHTLY, "a/1", 3)
    assert len(calendar.look()) == times
    until(lambda: not calendar._under_way, "its end", 10)
    assert (len(done), calendar.look()) == (times, [])
    now[0] = NEXT + timedelta(days=1)
    assert calendar.look() == ["a copy"], "the next night it does itself"
    asyncio.run(calendar.close())
