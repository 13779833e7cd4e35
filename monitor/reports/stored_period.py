"""Read what is stored of a period, and of those that it is compared with.

All of it in one transaction, so that it is of one moment, and nothing else in it: with SQLite's rollback journal a
writer waits as long as a reader reads. What it adds up to is counted when the transaction is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.cases.downtimes import every_plan
from monitor.charter.office import Office
from monitor.judging.availability import Interval
from monitor.reports.fleet_times import FleetRows
from monitor.reports.period import Period, before, year_before
from monitor.reports.report import ReportScope
from monitor.reports.report_scope import sites_of
from monitor.settings.fleet import Site
from monitor.settings.maintenance_section import Maintenance
from monitor.store import gap_rows, reachability_rows, report_rows
from monitor.store.report_rows import NoticeRow, OutageRow, StepRow, TicketRow
from monitor.store.session import Session

EARLIER = 3


class NotBegun(ValueError):
    """The period has not begun yet."""


@dataclass(frozen=True, slots=True)
class StoredWindow:
    """What is stored of a stretch of time: of the whole fleet, but outages, tickets and steps of the scope alone."""

    rows: FleetRows
    outages: Sequence[OutageRow]
    tickets: Sequence[TicketRow]
    steps: Mapping[int, Sequence[StepRow]]


@dataclass(frozen=True, slots=True)
class StoredPeriod:
    """What is stored of a period and scope. ``sites``: those of the scope; ``notices``: of its outages.

    ``stored``: of the period up to its end, or to now when that is ahead; ``earlier``: of requests alone.
    """

    period: Period
    scope: ReportScope
    sites: Sequence[Site]
    stored: StoredWindow
    notices: Sequence[NoticeRow]
    earlier: Sequence[tuple[Period, StoredWindow]]


def stored_period(
    session: Session, office: Office, period: Period, scope: ReportScope, now_utc: datetime, *, compared: bool = True
) -> StoredPeriod:
    """Read a period, and, where it is ``compared``, those before it. Raises NotBegun."""
    window = period.window[0], min(period.window[1], now_utc)
    if window[0] >= window[1]:
        raise NotBegun(period.code)
    reading = _Reading(session, office, scope, now_utc)
    stored = reading.window(window)
    return StoredPeriod(
        period,
        scope,
        reading.sites,
        stored,
        report_rows.notices(session, stored.outages),
        [(each, reading.window(each.window, requests=True)) for each in (earlier_periods(period) if compared else ())],
    )


def earlier_periods(period: Period) -> list[Period]:
    """Return the three periods before it, the latest first, and that of the year before, each once. Pure."""
    found, last = [], period
    for _ in range(EARLIER):
        last = before(last)
        found.append(last)
    return list(dict.fromkeys((*found, year_before(period))))


class _Reading:
    """Reads windows of one transaction; what is of no window is read once."""

    def __init__(self, session: Session, office: Office, scope: ReportScope, now_utc: datetime) -> None:
        self.sites = sites_of(office, scope)
        self._session, self._now_utc = session, now_utc
        self._is_whole, self._ids = scope.kind == "office", {site.id for site in self.sites}
        self._first_seen = reachability_rows.first_seen(session)
        self._plannings: Mapping[str, Maintenance] = every_plan(session, office)

    def window(self, window: Interval, *, requests: bool = False) -> StoredWindow:
        """Read a window; ``requests``: of tickets only what somebody asked for."""
        session = self._session
        rows = FleetRows(
            window,
            report_rows.outages(session, window),
            report_rows.affected(session, window),
            report_rows.suppressed(session, window),
            gap_rows.gaps(session, window, self._now_utc),
            self._first_seen,
            self._plannings,
        )
        return StoredWindow(
            rows,
            [row for row in rows.outages if self._concerns(row.site)],
            [row for row in report_rows.tickets(session, window, requests=requests) if self._concerns(row.site)],
            report_rows.steps(session, window, requests=requests),
        )

    def _concerns(self, site: str | None) -> bool:
        return self._is_whole or site in self._ids
