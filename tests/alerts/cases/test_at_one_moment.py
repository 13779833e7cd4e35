"""What people do in an office, tried by twelve at one moment: each sees what the one before has done."""

from collections.abc import Callable
from datetime import timedelta

from monitor.alerts.cases import actions
from monitor.alerts.cases.refusals import BadInput, Seen, StaleVersion
from monitor.store import queries
from monitor.store.work import Work
from tests.at_one_moment import at_one_moment
from tests.desk import Desk

LINK = "backbone-north"
NUMBER = "BHR-2026-000001"
HOLIDAY = {"what": "closed", "date": "2026-11-25", "en": "The moon", "order": "42", "dated": "2026-11-24"}


def doing(desk: Desk, job: Callable[[Work], object]) -> Callable[[], object]:
    """The job as a person does it, in a transaction of its own; nothing but its errors is told."""

    def done() -> None:
        with desk.store.write_once() as session:
            job(desk.work(session, "an officer"))

    return done


def test_of_twelve_who_decide_by_one_version_of_a_ticket_one_wins(desk: Desk) -> None:
    desk.goes_down(LINK)
    desk.look()
    with desk.store.read() as session:
        found = queries.ticket(session, NUMBER)
    assert found is not None
    seen = Seen(found.version)
    acted = at_one_moment(doing(desk, lambda work: actions.act(work, NUMBER, "ack", "on his way", seen=seen)))
    assert acted == {None: 1, StaleVersion: 11}


def test_of_twelve_who_decide_by_one_version_of_the_calendar_one_wins(desk: Desk) -> None:
    ordered = at_one_moment(doing(desk, lambda work: actions.order_calendar(work, HOLIDAY, seen=Seen(0))))
    assert ordered == {None: 1, StaleVersion: 11}


def test_a_name_of_planned_work_is_given_once(desk: Desk) -> None:
    now = desk.clock.utc()
    entry = {"text": "new cable", "sites": [LINK], "begins": now, "ends": now + timedelta(hours=2)}
    assert at_one_moment(doing(desk, lambda work: actions.plan_work(work, "cable", entry))) == {None: 1, BadInput: 11}
