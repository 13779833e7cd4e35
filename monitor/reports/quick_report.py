"""Compute a report while its reader waits, where that takes no time: of so many sites and days at most."""

from datetime import datetime

from monitor.charter.office import Office
from monitor.reports.monthly import NotBegun, report_of
from monitor.reports.period import Period
from monitor.reports.report import Report, ReportScope
from monitor.store.session import Session

MOST_SITE_DAYS = 10_000
"""The sites of the whole office, since their outages are read for any scope, by days; some tenths of a second."""


def is_quick(office: Office, period: Period) -> bool:
    """Return whether a report of that period is computed within a second."""
    return len(office.fleet.sites) * (period.ends - period.begins).days <= MOST_SITE_DAYS


def quick_report(
    session: Session, office: Office, period: Period, scope: ReportScope, now_utc: datetime
) -> Report | None:
    """Return the report without what it is compared with and without use of links and labs; None where it takes longer.

    None, too, of a period that has not begun.
    """
    if not is_quick(office, period):
        return None
    try:
        return report_of(session, office, period, scope, now_utc, compared=False)
    except NotBegun:
        return None
