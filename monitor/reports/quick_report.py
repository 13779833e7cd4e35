"""Compute a report while its reader waits, where that takes no time: of so many sites and days at most."""

from datetime import datetime

from monitor.charter.office import Office
from monitor.reports.monthly import report_of
from monitor.reports.period import Period
from monitor.reports.report import Report, ReportScope
from monitor.reports.stored_period import NotBegun, StoredPeriod, stored_period
from monitor.store.session import Session

MOST_SITE_DAYS = 10_000
"""The sites of the whole office, since their outages are read for any scope, by days; some tenths of a second."""


def is_quick(office: Office, period: Period) -> bool:
    """Return whether a report of that period is computed within a second."""
    return len(office.fleet.sites) * (period.ends - period.begins).days <= MOST_SITE_DAYS


def quick_period(
    session: Session, office: Office, period: Period, scope: ReportScope, now_utc: datetime
) -> StoredPeriod | None:
    """Read what is stored of a period alone; None where counting it takes longer, and where it has not begun."""
    if not is_quick(office, period):
        return None
    try:
        return stored_period(session, office, period, scope, now_utc, compared=False)
    except NotBegun:
        return None


def quick_report(office: Office, stored: StoredPeriod | None) -> Report | None:
    """Return the report of what `quick_period` read: without earlier periods, and without use of links and labs."""
    return None if stored is None else report_of(office, stored)
