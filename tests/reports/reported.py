"""The report of a random history: stored, read again, and computed as the product does."""

from datetime import datetime

from monitor.alerts.cases.downtimes import every_plan
from monitor.charter.office import Office
from monitor.judging.availability import Interval
from monitor.reports.availability import shares_of, stored_times
from monitor.reports.monthly import report_of
from monitor.reports.report import Report
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import stored_period
from monitor.store import reachability_rows
from monitor.store.database import Store
from monitor.store.session import Session
from tests.reports.random_histories import History, fill, office_of


def reported(store: Store, history: History) -> Report:
    with store.write() as session:
        fill(session, history)
    office = office_of(history)
    with store.read() as session:
        stored = stored_period(session, office, history.period, scope_of(office), history.now)
    return report_of(office, stored)


def shares(session: Session, office: Office, window: Interval, now_utc: datetime) -> dict[str, float]:
    """The share within service hours of each site of an office that has counted time, as the metrics read it."""
    known = reachability_rows.first_seen(session)
    return shares_of(stored_times(session, window, now_utc, known), office, every_plan(session, office))
