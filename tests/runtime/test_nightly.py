"""The night's work: once a night of the time that is believed, and never by a clock that is not."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.runtime.nightly import Nightly


class Night:
    """The night's work, whose time the test says; a job of its own tells when the others are done."""

    def __init__(self, jobs: dict[str, Callable[[], object]] | None = None) -> None:
        self.now: datetime | None = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
        self.done = 0
        self._over = threading.Event()
        last = {"the last one": self._over.set}
        self.nightly = Nightly(lambda: self.now, (jobs or {"a copy": self.copy}) | last)
        self.nightly.start()

    def copy(self) -> None:
        self.done += 1

    def look(self, now: datetime | None) -> int:
        """How often the work was done, after a look at that time."""
        self.now = now
        self._over.clear()
        if self.nightly.look():
            assert self._over.wait(30)
        return self.done


@pytest.fixture
def night() -> Iterator[Night]:
    made = Night()
    yield made
    made.nightly.stop()


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


def test_one_job_that_fails_stops_no_other() -> None:
    done: list[str] = []

    def fails() -> None:
        raise ValueError("a fault")

    night = Night({"bad": fails, "good": lambda: done.append("good")})
    night.look(EVENING)
    night.look(NEXT)
    night.nightly.stop()
    assert done == ["good"]
