"""Compute a site's availability from what is stored: within its service hours, and over all hours."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.alerts.cases.downtimes import plans
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
from monitor.store import reachability_rows
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


def figures(session: Session, office: Office, site: str, window: Interval, now_utc: datetime) -> Figures:
    """Return both figures for ``window``; future time and the time before the site was known are unmonitored."""
    down = list(_down(session, site, now_utc))
    silent = list(_excused(session, site, window, now_utc))
    excused = [(begins, ends) for begins, ends, _ in silent]
    blind = [*_unmonitored(session, office, site, window, now_utc), *_unknown(session, site, window, now_utc)]
    plannings = {**office.maintenance, **plans(session)}
    paused = [*_paused(office, site, plannings, window), *excused]
    dark = list(_down(session, site, now_utc, cause=Cause.POWER))
    power = availability(window, dark, blind, []).down
    always = availability(window, [*down, *excused], blind, [])
    return Figures(site, availability(window, down, blind, paused), always, tuple(silent), power)


def shares(session: Session, office: Office, window: Interval, now_utc: datetime) -> dict[str, float]:
    """Return the share within service hours, as of `figures`, for the whole fleet in a few queries.

    A site without counted time in the window is left out.
    """
    begins, ends = window[0], min(window[1], now_utc)
    window = (begins, ends)
    down, excused = _down_of_all(session, window), _excused_of_all(session, window)
    since = {row.site: row.first_utc or begins for row in reachability_rows.states(session)}
    plannings = {**office.maintenance, **plans(session)}
    counted: dict[tuple[object, ...], list[Interval]] = {}
    found = {}
    for site in office.fleet.sites.keys() & since.keys():
        planned = [name for name, entry in plannings.items() if covers(office, entry, site)]
        key = (hours_of(office, site), tuple(office.fleet.uplinks.get(site, ())), *planned)
        if key not in counted:
            paused = merged(_paused(office, site, plannings, window))
            blind = merged(clipped(_unmonitored(session, office, site, window, now_utc), window))
            counted[key] = without(without([window], paused), blind)
        if site not in down and site not in excused:
            if counted[key] and counted[key][-1][1] > since[site]:
                found[site] = 1.0
            continue
        mine = without(list(clipped(counted[key], (since[site], ends))), merged(excused.get(site, [])))
        if whole := total(mine):
            found[site] = total(without(mine, merged(down.get(site, [])))) / whole
    return found


def _paused(office: Office, site: str, plannings: Mapping[str, Maintenance], window: Interval) -> Iterator[Interval]:
    """Yield when the site had no service: outside its hours, and during planned work."""
    hours = [span for day in _days(window) for span in promised(hours_of(office, site), day, office.calendar)]
    yield from gaps_between(hours, window)
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


def _unmonitored(
    session: Session, office: Office, site: str, window: Interval, now_utc: datetime
) -> Iterator[Interval]:
    """Yield the gaps of a site: all, and those behind its uplinks; of removed uplinks too."""
    for gap in reachability_rows.gaps_within(session, *window):
        concerns = gap.uplink not in office.fleet.groups or gap.uplink in office.fleet.uplinks.get(site, ())
        if concerns:
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
