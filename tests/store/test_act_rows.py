"""Acts are found by who, what, about what, how and when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.store import act_rows, acts
from monitor.store.act_rows import ActFilter
from tests.desk import Desk


@pytest.fixture
def some(desk: Desk) -> Desk:
    """Six acts, a minute after each other."""
    for number, (actor, kind, about, via) in enumerate(
        [
            ("rahima", "ticket.ack", "BHR-2026-000001", "console"),
            ("rahima", "ticket.resolve", "BHR-2026-000001", "api"),
            ("karim", "ticket.ack", "BHR-2026-000002", "console"),
            ("karim", "ticketing.x", "100%", "cli"),
            ("karim", "plan.add", "new_cable", "cli"),
            ("karim", "plan.add", "newXcable", "cli"),
        ]
    ):
        with desk.store.write() as session:
            at = desk.clock.utc() + timedelta(minutes=number)
            acts.record(replace(desk.work(session, actor), now_utc=at, via=via), kind, about, {}, {})
    return desk


def ids(desk: Desk, wanted: ActFilter, **page: int) -> list[int]:
    with desk.store.read() as session:
        found = [act.id for act in act_rows.listed(session, wanted, page.get("limit", 50), page.get("before_id"))]
        assert "limit" in page or act_rows.counted(session, wanted) == len(found)
    return found


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ActFilter(), [6, 5, 4, 3, 2, 1]),
        (ActFilter(actor="rahima"), [2, 1]),
        (ActFilter(kind="ticket"), [3, 2, 1]),
        (ActFilter(kind="ticket.ack"), [3, 1]),
        (ActFilter(about="000001"), [2, 1]),
        (ActFilter(about="100%"), [4]),
        (ActFilter(about="w_c"), [5]),
        (ActFilter(via="api"), [2]),
        (ActFilter(actor="karim", kind="plan", via="cli"), [6, 5]),
    ],
)
def test_a_filter_finds_these_and_no_others_latest_first(some: Desk, wanted: ActFilter, expected: list[int]) -> None:
    assert ids(some, wanted) == expected


def test_a_time_is_from_its_first_moment_to_before_its_last(some: Desk) -> None:
    now = some.clock.utc()
    wanted = ActFilter(since_utc=now + timedelta(minutes=1), until_utc=now + timedelta(minutes=3))
    assert ids(some, wanted) == [3, 2]


def test_pages_follow_each_other_without_a_gap(some: Desk) -> None:
    assert ids(some, ActFilter(), limit=4) == [6, 5, 4, 3]
    assert ids(some, ActFilter(), limit=4, before_id=3) == [2, 1]
