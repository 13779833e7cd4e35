"""Compute a report while its reader waits, where that takes no time: of so many sites and days at most."""

from collections.abc import Collection, Mapping
from datetime import datetime

from monitor.charter.office import Office
from monitor.reports.monthly import report_of
from monitor.reports.of_place import place_scope, together
from monitor.reports.period import Period
from monitor.reports.report import Report, ReportScope
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import NotBegun, StoredPeriod, stored_period
from monitor.settings.offices_file import Node
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session

MOST_SITE_DAYS = 10_000
"""The sites of the whole office, since their outages are read for any scope, by days; some tenths of a second."""
MOST_OFFICES = 50
"""Each of which is a dozen statements."""


def is_quick(offices: Collection[Office], period: Period) -> bool:
    """Return whether a report of that period, about all of these, is computed within a second."""
    sites = sum(len(office.fleet.sites) for office in offices)
    return len(offices) <= MOST_OFFICES and sites * (period.ends - period.begins).days <= MOST_SITE_DAYS


def quick_period(
    session: Session, office: Office, period: Period, scope: ReportScope, now_utc: datetime
) -> StoredPeriod | None:
    """Read what is stored of a period alone; None where counting it takes longer, and where it has not begun."""
    if not is_quick([office], period):
        return None
    try:
        return stored_period(session, office, period, scope, now_utc, compared=False)
    except NotBegun:
        return None


def quick_report(office: Office, stored: StoredPeriod | None) -> Report | None:
    """Return the report of what `quick_period` read: without earlier periods, and without use of links and labs."""
    return None if stored is None else report_of(office, stored)


def quick_periods(
    session: Session, offices: Mapping[str, Office], period: Period, now_utc: datetime
) -> Mapping[str, StoredPeriod] | None:
    """Read what is stored of a period in each office, by its id; None as from `quick_period`."""
    if not is_quick(offices.values(), period):
        return None
    found = dict[str, StoredPeriod]()
    for id_, office in offices.items():
        with on_behalf_of(session, id_):
            stored = quick_period(session, office, period, scope_of(office), now_utc)
        if stored is None:
            return None
        found[id_] = stored
    return found


def quick_place_report(
    place: Node, offices: Mapping[str, Office], stored: Mapping[str, StoredPeriod] | None
) -> Report | None:
    """Return the report of a place of what `quick_periods` read, as `quick_report` does."""
    if stored is None:
        return None
    return together(place_scope(place), {id_: report_of(offices[id_], each) for id_, each in stored.items()})
