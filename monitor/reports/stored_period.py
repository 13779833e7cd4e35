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
from monitor.reports.report_scope import scope_of, sites_of
from monitor.settings.fleet import Site
from monitor.settings.maintenance_section import Maintenance
from monitor.store import gap_rows, report_rows
from monitor.store.offices import on_behalf_of
from monitor.store.reachability_rows import first_seen, first_seen_by_office
from monitor.store.report_rows import (
    AffectedRow,
    ByOffice,
    NoticeRow,
    OutageRow,
    Row,
    StepRow,
    SuppressedRow,
    TicketRow,
)
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
    read = _Read(session, period, now_utc, compared=compared)
    return read.of_office(office, scope, first_seen(session), every_plan(session, office))


def stored_of_offices(
    session: Session, offices: Mapping[str, Office], period: Period, now_utc: datetime
) -> dict[str, StoredPeriod]:
    """Read a period in each office, all of one moment, each table once for all of them. Raises NotBegun."""
    found = {}
    with on_behalf_of(session, *offices):
        known, read = first_seen_by_office(session), _Read(session, period, now_utc)
    for id_, office in offices.items():
        with on_behalf_of(session, id_):
            plans = every_plan(session, office)
            found[id_] = read.of_office(office, scope_of(office), known.get(id_, {}), plans, id_)
    return found


def earlier_periods(period: Period) -> list[Period]:
    """Return the three periods before it, the latest first, and that of the year before, each once. Pure."""
    found, last = [], period
    for _ in range(EARLIER):
        last = before(last)
        found.append(last)
    return list(dict.fromkeys((*found, year_before(period))))


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is stored of a window in all offices that the session sees."""

    window: Interval
    outages: ByOffice[OutageRow]
    affected: ByOffice[AffectedRow]
    suppressed: ByOffice[SuppressedRow]
    tickets: ByOffice[TicketRow]
    steps: Mapping[int, Sequence[StepRow]]
    gaps: Sequence[gap_rows.GapRow]


class _Read:
    """A period and those before it, as all offices that the session sees have them stored."""

    def __init__(self, session: Session, period: Period, now_utc: datetime, *, compared: bool = True) -> None:
        window = period.window[0], min(period.window[1], now_utc)
        if window[0] >= window[1]:
            raise NotBegun(period.code)
        self._session, self._period, self._now_utc = session, period, now_utc
        self._rows = self._window(window)
        earlier = earlier_periods(period) if compared else ()
        self._earlier = [(each, self._window(each.window, requests=True)) for each in earlier]

    def _window(self, window: Interval, *, requests: bool = False) -> _Rows:
        """Read a window; ``requests``: of tickets only what somebody asked for."""
        session = self._session
        return _Rows(
            window,
            report_rows.outages(session, window),
            report_rows.affected(session, window),
            report_rows.suppressed(session, window),
            report_rows.tickets(session, window, requests=requests),
            report_rows.steps(session, window, requests=requests),
            gap_rows.gaps(session, window, self._now_utc),
        )

    def of_office(
        self,
        office: Office,
        scope: ReportScope,
        known: Mapping[str, datetime | None],
        plannings: Mapping[str, Maintenance],
        id_: str | None = None,
    ) -> StoredPeriod:
        """Return what concerns an office, within its own session; ``id_``: which of several the session has seen."""
        sites = sites_of(office, scope)
        ids = None if scope.kind == "office" else {site.id for site in sites}

        def own(rows: ByOffice[Row]) -> Sequence[Row]:
            return rows.get(id_, ()) if id_ is not None else [row for each in rows.values() for row in each]

        def window(rows: _Rows) -> StoredWindow:
            outages = own(rows.outages)
            tickets = [row for row in own(rows.tickets) if ids is None or row.site in ids]
            return StoredWindow(
                FleetRows(
                    rows.window,
                    outages,
                    own(rows.affected),
                    own(rows.suppressed),
                    rows.gaps,
                    known,
                    plannings,
                ),
                [row for row in outages if ids is None or row.site in ids],
                tickets,
                {row.id: rows.steps[row.id] for row in tickets if row.id in rows.steps},
            )

        stored = window(self._rows)
        notices = report_rows.notices(self._session, stored.outages)
        earlier = [(each, window(rows)) for each, rows in self._earlier]
        return StoredPeriod(self._period, scope, sites, stored, notices, earlier)
