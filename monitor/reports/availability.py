"""Compute a site's availability from what is stored: within its service hours, and over all hours."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.alerts.cases.downtimes import every_plan
from monitor.charter.downtimes import LONGEST_DAYS, covers, hours_of, windows_of
from monitor.charter.office import Office
from monitor.charter.service_hours import promised
from monitor.domain.reasons import Reason
from monitor.domain.states import Cause
from monitor.i18n.formats import DHAKA
from monitor.judging.availability import (
    Availability,
    Interval,
    availability,
    clipped,
    gaps_between,
    merged,
    total,
    without,
)
from monitor.settings.maintenance_section import Maintenance
from monitor.store import gap_rows, reachability_rows
from monitor.store.models import SiteState
from monitor.store.session import Session


@dataclass(frozen=True, slots=True)
class Figures:
    """Availability of one site: within service hours (without planned work), and over the whole time.

    ``excused``: when it was down without an outage (from, until, why), planned work included. ``power``: how long of
    the window it was down by outages with power as suspected cause.
    """

    site: str
    promised: Availability
    always: Availability
    excused: tuple[tuple[datetime, datetime, Reason | None], ...] = ()
    power: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class SiteTimes:
    """What is stored of one site that reaches into ``window``; the intervals may overlap and reach beyond it.

    ``down``: by its own outages and as affected; ``dark``: those with power as suspected cause. ``excused``: down
    without an outage, and why. ``blind``: unmonitored, future time and that before the site was known included.
    ``planned``: planned work; ``closed``: outside its service hours.
    """

    site: str
    window: Interval
    down: Sequence[Interval]
    dark: Sequence[Interval]
    excused: Sequence[tuple[datetime, datetime, Reason | None]]
    blind: Sequence[Interval]
    planned: Sequence[Interval]
    closed: Sequence[Interval]

    @property
    def silent(self) -> list[Interval]:
        """Return when it was down without an outage."""
        return [(begins, ends) for begins, ends, _ in self.excused]


def times_of(session: Session, office: Office, site: str, window: Interval, now_utc: datetime) -> SiteTimes:
    """Read one site's times for a window, of which any part can then be counted."""
    plannings = every_plan(session, office)
    gaps = gap_rows.SiteGaps(office.fleet, gap_rows.gaps(session, window, now_utc))
    return SiteTimes(
        site,
        window,
        down=list(_down(session, site, now_utc)),
        dark=list(_down(session, site, now_utc, cause=Cause.POWER)),
        excused=list(_excused(session, site, window, now_utc)),
        blind=[*_spans(gaps, site, now_utc), *_unknown(session, site, window, now_utc)],
        planned=list(_planned(office, site, plannings, window)),
        closed=list(_closed(office, site, window)),
    )


def figures(session: Session, office: Office, site: str, window: Interval, now_utc: datetime) -> Figures:
    """Return both figures for ``window``; future time and the time before the site was known are unmonitored."""
    return figures_within(times_of(session, office, site, window, now_utc), window)


def figures_within(times: SiteTimes, window: Interval) -> Figures:
    """Return both figures for a part of the window that the times were read for. Pure."""
    paused = [*times.closed, *times.planned, *times.silent]
    return Figures(
        times.site,
        promised=availability(window, times.down, times.blind, paused),
        always=availability(window, [*times.down, *times.silent], times.blind, []),
        excused=tuple(
            (max(begins, window[0]), min(ends, window[1]), why)
            for begins, ends, why in times.excused
            if begins < window[1] and ends > window[0]
        ),
        power=availability(window, times.dark, times.blind, []).down,
    )


@dataclass(frozen=True, slots=True)
class StoredTimes:
    """What is stored of all sites of a session that reaches into ``window``, which ends at ``now_utc`` at the latest.

    ``since``: by site, since when it is known.
    """

    window: Interval
    now_utc: datetime
    down: Mapping[str, list[Interval]]
    excused: Mapping[str, list[Interval]]
    since: Mapping[str, datetime]
    gaps: Sequence[gap_rows.GapRow]


def stored_times(
    session: Session, window: Interval, now_utc: datetime, known: Mapping[str, datetime | None]
) -> StoredTimes:
    """Read what `shares_of` needs, of any number of offices, in a few queries; ``known``: as of `first_seen`."""
    begins, ends = window[0], min(window[1], now_utc)
    return StoredTimes(
        (begins, ends),
        now_utc,
        _down_of_all(session, (begins, ends)),
        _excused_of_all(session, (begins, ends)),
        {site: first or begins for site, first in known.items()},
        gap_rows.gaps(session, (begins, ends), now_utc),
    )


def shares_of(times: StoredTimes, office: Office, plannings: Mapping[str, Maintenance]) -> dict[str, float]:
    """Return the share within service hours of each site of an office, without planned work. Pure.

    A site without counted time in the window is left out.
    """
    window, since = times.window, times.since
    gaps = gap_rows.SiteGaps(office.fleet, times.gaps)
    counted: dict[tuple[object, ...], list[Interval]] = {}
    found = {}
    for site in office.fleet.sites.keys() & since.keys():
        planned = [name for name, entry in plannings.items() if covers(office, entry, site)]
        key = (hours_of(office, site), gaps.kind(site), *planned)
        if key not in counted:
            paused = merged(_paused(office, site, plannings, window))
            blind = merged(clipped(_spans(gaps, site, times.now_utc), window))
            counted[key] = without(without([window], paused), blind)
        if site not in times.down and site not in times.excused:
            if counted[key] and counted[key][-1][1] > since[site]:
                found[site] = 1.0
            continue
        mine = without(list(clipped(counted[key], (since[site], window[1]))), merged(times.excused.get(site, [])))
        if whole := total(mine):
            found[site] = total(without(mine, merged(times.down.get(site, [])))) / whole
    return found


def _paused(office: Office, site: str, plannings: Mapping[str, Maintenance], window: Interval) -> Iterator[Interval]:
    """Yield when the site had no service: outside its hours, and during planned work."""
    yield from _closed(office, site, window)
    yield from _planned(office, site, plannings, window)


def _closed(office: Office, site: str, window: Interval) -> Iterator[Interval]:
    hours = [span for day in _days(window) for span in promised(hours_of(office, site), day, office.calendar)]
    yield from gaps_between(hours, window)


def _planned(office: Office, site: str, plannings: Mapping[str, Maintenance], window: Interval) -> Iterator[Interval]:
    for entry in plannings.values():
        if covers(office, entry, site):
            for day in _days(window):
                yield from clipped(windows_of(entry, day), window)


def _excused_of_all(session: Session, window: Interval) -> Mapping[str, list[Interval]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    for row in reachability_rows.suppressed_within(session, *window):
        found[row.site].append((max(row.since_utc, window[0]), min(row.until_utc or window[1], window[1])))
    return found


def _down_of_all(session: Session, window: Interval) -> Mapping[str, list[Interval]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    for site, since_utc, until_utc in reachability_rows.down_within(session, *window):
        found[site].append((since_utc, until_utc or window[1]))
    return found


def _down(session: Session, site: str, now_utc: datetime, cause: str = "") -> Iterator[Interval]:
    """Yield its down times, by its own outages and as affected.

    With ``cause`` only of outages with that suspected cause.
    """
    for since_utc, until_utc in reachability_rows.down_of(session, site, cause):
        yield since_utc, until_utc or now_utc


def _excused(
    session: Session, site: str, window: Interval, now_utc: datetime
) -> Iterator[tuple[datetime, datetime, Reason | None]]:
    for row in reachability_rows.suppressed_of(session, site):
        begins, ends = max(row.since_utc, window[0]), min(row.until_utc or now_utc, window[1])
        if begins < ends:
            yield begins, ends, row.why


def _spans(gaps: gap_rows.SiteGaps, site: str, now_utc: datetime) -> Iterator[Interval]:
    for gap in gaps.of(site):
        yield gap.started_utc, gap.ended_utc or now_utc


def _unknown(session: Session, site: str, window: Interval, now_utc: datetime) -> Iterator[Interval]:
    known = session.get(SiteState, site)
    if known is None:
        yield window
        return
    if known.first_utc is not None:
        yield window[0], max(window[0], known.first_utc)
    yield min(now_utc, window[1]), window[1]


def _days(window: Interval) -> Iterator[date]:
    """Yield every day of the office's clock in the window, and those before whose windows may reach into it."""
    day = window[0].astimezone(DHAKA).date() - timedelta(days=LONGEST_DAYS)
    while datetime(day.year, day.month, day.day, tzinfo=DHAKA).astimezone(UTC) < window[1]:
        yield day
        day += timedelta(days=1)
