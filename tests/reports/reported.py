"""The report of a random history: stored, read again, and computed as the product does."""

from monitor.reports.monthly import report_of
from monitor.reports.report import Report
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import stored_period
from monitor.store.database import Store
from tests.reports.random_histories import History, fill, office_of


def reported(store: Store, history: History) -> Report:
    with store.write() as session:
        fill(session, history)
    office = office_of(history)
    with store.read() as session:
        stored = stored_period(session, office, history.period, scope_of(office), history.now)
    return report_of(office, stored)
