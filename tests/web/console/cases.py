"""A complaint and an outage of one centre, both past their time, for the tests of pages about tickets."""

from datetime import timedelta

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.due import do_what_is_due
from monitor.store.work import Work
from tests.web.desk import Desk

CENTRE = "udc-juniadaha"
COMPLAINT, OUTAGE = "BHR-2026-000001", "BHR-2026-000002"
PHONE, NAME, WORDS = "01711-123456", "রহিমা খাতুন", "সকাল থেকে নেট নেই"


def register(desk: Desk, **changes: object) -> str:
    """Register a complaint by telephone, now."""
    asked: dict[str, object] = {"asker_email": "rahima@example.org", "site": CENTRE, "asker_phone": PHONE, **changes}
    with desk.store.write() as session:
        work = Work(session, desk.office, desk.clock.utc(), "rahim")
        request = Request("citizen:8", "phone", NAME, WORDS, work.now_utc, **asked)  # type: ignore[arg-type]
        return actions.register(work, request).number


def wait(desk: Desk, **length: float) -> None:
    desk.clock.advance(timedelta(**length).total_seconds())
    with desk.store.write() as session:
        do_what_is_due(Work(session, desk.office, desk.clock.utc()))


def late(desk: Desk) -> None:
    """The centre goes down, somebody complains, and nobody does anything for five days."""
    desk.goes_down(CENTRE)
    register(desk)
    wait(desk, days=5)
