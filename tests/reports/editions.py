"""The job of an edition, as the daemon begins it."""

from datetime import date, timedelta

from monitor.alerts.cases import editions
from monitor.alerts.cases.edition_jobs import Job
from monitor.alerts.cases.editions import Wanted
from tests.desk import Desk


def job_of(desk: Desk, *files: str) -> Job:
    """The job of this month's report, as the daemon begins it."""
    with desk.store.write() as session:
        day = date(2026, 11, 1)
        editions.ask(desk.work(session, "karim"), Wanted("month", "2026-11", day, files=files))
    with desk.store.write() as session:
        kept_since_utc = desk.clock.utc() - timedelta(days=1_000)
        found = editions.begin_next(desk.work(session), desk.store.place, kept_since_utc)
    assert found is not None
    return found
