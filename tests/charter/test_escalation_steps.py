"""What falls due on a ticket's dates: each step once, in order, never early."""

from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.charter.escalation_steps import Dates, due, steps
from monitor.charter.office import Office
from monitor.configuration import load
from tests.places import SHIPPED


@cache
def shipped_office() -> Office:
    return Office.of(load(SHIPPED))


BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300 * 24), st.lists(st.integers(1, 40 * 24 * 60), max_size=40))
def test_whenever_one_looks_stages_come_in_order_once_and_never_early(missed_h: int, pauses_min: list[int]) -> None:
    office = shipped_office()
    missed = BEGAN + timedelta(hours=missed_h)
    dates = Dates(missed - timedelta(days=1), missed, missed)
    every = list(steps(dates, "responsible", office.charter.stages, office.calendar))
    starts = {step.level: step.at_utc for step in every if step.kind == "stage"}
    now, reached, done = missed, 0, []
    for pause in [0, *pauses_min]:
        now += timedelta(minutes=pause)
        for step in due(iter(every), reached, now):
            assert step.at_utc <= now
            if step.kind == "stage":
                assert step.level == reached + 1
                reached = step.level
                done.append(step.level)
    assert done == sorted(set(done))
    assert reached == max((level for level, at in starts.items() if at <= now), default=0)


def test_before_the_deadline_only_the_warning_of_the_day_is_due(office: Office) -> None:
    dates = Dates(datetime(2026, 11, 24, 4, tzinfo=UTC), datetime(2026, 11, 25, 11, tzinfo=UTC), None)

    def kinds(hour: int) -> list[str]:
        now = datetime(2026, 11, 25, hour, tzinfo=UTC)
        every = steps(dates, "responsible", office.charter.stages, office.calendar)
        return [step.kind for step in due(every, 0, now)]

    assert kinds(2) == []
    assert kinds(3) == ["due_today"]
    assert kinds(11) == ["breach"]
