"""Account for the time of many sites at once, exactly as `reports.availability` does for each of them. Pure.

Of a country's fleet most sites have nothing to tell: those that share their service hours, planned work and uplinks
share their sums, and only those of which something is stored are computed one by one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from monitor.charter.downtimes import LONGEST_DAYS, covered, hours_of, windows_of
from monitor.charter.office import Office
from monitor.charter.service_hours import promised
from monitor.domain.clock import DHAKA
from monitor.domain.reasons import Reason
from monitor.domain.states import Cause
from monitor.judging.availability import Availability, Interval, clipped, gaps_between
from monitor.reports.availability import Figures, SiteTimes, figures_within
from monitor.reports.report import Accounting
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.sites_file import HoursName
from monitor.store.gap_rows import GapKind, GapRow, SiteGaps
from monitor.store.report_rows import AffectedRow, OutageRow, SuppressedRow

MICROSECOND = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
_Alike = tuple[HoursName, tuple[str, ...], GapKind]


@dataclass(frozen=True)
class FleetRows:
    """What is stored of a fleet that reaches into ``window``. ``first_seen``: as of `reachability_rows.first_seen`.

    ``plannings``: all planned work, by name.
    """

    window: Interval
    outages: Sequence[OutageRow]
    affected: Sequence[AffectedRow]
    suppressed: Sequence[SuppressedRow]
    gaps: Sequence[GapRow]
    first_seen: Mapping[str, datetime | None]
    plannings: Mapping[str, Maintenance]


class FleetTimes:
    """The times of each site of an office within the window of the rows."""

    def __init__(self, office: Office, rows: FleetRows) -> None:
        self._office, self._rows, self._window = office, rows, rows.window
        self._closed: dict[HoursName, list[Interval]] = {}
        self._gaps = SiteGaps(office.fleet, rows.gaps)
        self._blind: dict[GapKind, list[Interval]] = {}
        self._alike: dict[_Alike, Figures] = {}

    def of(self, site: str) -> SiteTimes:
        """Return one site's times, as `reports.availability.times_of` reads them."""
        hours, planned, gaps = self._key(site)
        if site in self._rows.first_seen:
            first_utc = self._rows.first_seen[site] or self._window[0]
            unknown = (self._window[0], max(self._window[0], first_utc))
        else:
            unknown = self._window
        return SiteTimes(
            site,
            self._window,
            down=self._down.get(site, ()),
            dark=self._dark.get(site, ()),
            excused=self._excused.get(site, ()),
            blind=[*self._blind_by(gaps), unknown],
            planned=[span for name in planned for span in self._planned[name]],
            closed=self._closed_by(hours),
        )

    def figures(self, site: str) -> Figures:
        """Return one site's figures; those of a site without anything of its own are shared, and name another one."""
        known = self._rows.first_seen.get(site, self._window[1])
        eventful = site in self._down or site in self._excused
        if eventful or (known is not None and known > self._window[0]):
            return figures_within(self.of(site), self._window)
        key = self._key(site)
        if key not in self._alike:
            self._alike[key] = figures_within(self.of(site), self._window)
        return self._alike[key]

    def _key(self, site: str) -> _Alike:
        return hours_of(self._office, site), self._works.get(site, ()), self._gaps.kind(site)

    @cached_property
    def _down(self) -> Mapping[str, list[Interval]]:
        return self._spans("")

    @cached_property
    def _dark(self) -> Mapping[str, list[Interval]]:
        return self._spans(Cause.POWER)

    def _spans(self, cause: str) -> Mapping[str, list[Interval]]:
        found: dict[str, list[Interval]] = defaultdict(list)
        for outage in self._rows.outages:
            if not cause or outage.cause == cause:
                found[outage.site].append(self._span(outage.started_utc, outage.ended_utc))
        for row in self._rows.affected:
            if not cause or row.cause == cause:
                found[row.site].append(self._span(row.since_utc, row.until_utc))
        return dict(found)

    @cached_property
    def _excused(self) -> Mapping[str, list[tuple[datetime, datetime, Reason | None]]]:
        found: dict[str, list[tuple[datetime, datetime, Reason | None]]] = defaultdict(list)
        for row in self._rows.suppressed:
            begins, ends = self._span(row.since_utc, row.until_utc)
            if begins < ends:
                found[row.site].append((begins, ends, row.why))
        return dict(found)

    def _span(self, begins_utc: datetime, ends_utc: datetime | None) -> Interval:
        """Return what of a time lies in the window; what lasts reaches to its end."""
        begins, ends = self._window
        return max(begins, begins_utc), min(ends, ends_utc or ends)

    @cached_property
    def _planned(self) -> Mapping[str, list[Interval]]:
        """Return when work was planned within the window, by the name of the plan; a plan for other times has none."""
        days = list(_days(self._window))
        found = {}
        for name, entry in self._rows.plannings.items():
            spans = sorted({span for day in days for span in clipped(windows_of(entry, day), self._window)})
            if spans:
                found[name] = spans
        return found

    @cached_property
    def _works(self) -> Mapping[str, tuple[str, ...]]:
        """Return which plans of `_planned` apply to each site."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self._planned:
            for site in covered(self._office, self._rows.plannings[name]):
                found[site] = (*found.get(site, ()), name)
        return found

    def _closed_by(self, hours: HoursName) -> list[Interval]:
        if hours not in self._closed:
            calendar = self._office.calendar
            spans = [span for day in _days(self._window) for span in promised(hours, day, calendar)]
            self._closed[hours] = gaps_between(spans, self._window)
        return self._closed[hours]

    def _blind_by(self, gaps: GapKind) -> list[Interval]:
        if gaps not in self._blind:
            found = self._gaps.of_kind(gaps)
            self._blind[gaps] = [self._span(gap.started_utc, gap.ended_utc) for gap in found]
        return self._blind[gaps]


def accounting(found: Availability) -> Accounting:
    """Return a site's time in each state in whole microseconds."""
    parts = (found.up, found.down, found.unmonitored, found.paused, found.window)
    return Accounting(*(each // MICROSECOND for each in parts))


def _days(window: Interval) -> Iterator[date]:
    """Yield every day of the office's clock in the window, and those before whose planned work may reach into it."""
    day = window[0].astimezone(DHAKA).date() - LONGEST_DAYS * ONE_DAY
    while datetime(day.year, day.month, day.day, tzinfo=DHAKA).astimezone(UTC) < window[1]:
        yield day
        day += ONE_DAY
