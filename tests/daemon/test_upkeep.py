"""The night's work: once a night of the time that is believed, and never by a clock that is not."""

from datetime import UTC, datetime, timedelta

from monitor.daemon.upkeep import Nightly


class Night:
    def __init__(self) -> None:
        self.now: datetime | None = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
        self.done = 0
        self.nightly = Nightly(lambda: self.now, {"a copy": self.copy})

    def copy(self) -> None:
        self.done += 1

    def look(self, now: datetime | None) -> int:
        """How often the work was done, after a look at that time."""
        self.now = now
        self.nightly.look()
        return self.done


EVENING, NEXT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC), datetime(2026, 11, 24, 19, 7, tzinfo=UTC)


def test_the_work_is_done_once_a_night_and_not_at_the_start() -> None:
    night = Night()
    found = [night.look(EVENING + timedelta(minutes=20 * count)) for count in range(100)]
    assert found[:4] == [0, 0, 0, 0]
    assert found[4] == 1
    assert found[-1] == 2


def test_a_night_that_comes_while_the_clock_is_suspect_is_made_up_for_when_it_is_believed() -> None:
    night = Night()
    assert night.look(EVENING) == 0
    assert [night.look(None) for _ in range(5)] == [0] * 5
    assert night.look(NEXT + timedelta(minutes=40)) == 1


def test_a_clock_that_was_far_ahead_for_a_while_leaves_no_night_out() -> None:
    night = Night()
    night.look(EVENING)
    assert night.look(EVENING + timedelta(days=400)) == 1
    assert night.look(EVENING + timedelta(minutes=10)) == 1
    assert night.look(NEXT) == 2


def test_one_job_that_fails_stops_no_other() -> None:
    done: list[str] = []

    def fails() -> None:
        raise ValueError("a fault")

    now = [EVENING]
    nightly = Nightly(lambda: now[0], {"bad": fails, "good": lambda: done.append("good")})
    nightly.look()
    now[0] = NEXT
    nightly.look()
    assert done == ["good"]
