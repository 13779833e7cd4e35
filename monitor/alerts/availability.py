"""Availability of a site out of what is stored: over the hours in which it is promised, and over all hours."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.office import Office
from monitor.alerts.pauses import covers, hours_of, windows_of
from monitor.charter.service_hours import promised
from monitor.charter.text import DHAKA
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
from monitor.store.models import AffectedSite, Gap, Outage, SiteState


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one site: what was promised (planned work excepted), and the whole time."""

    site: str
    promised: Availability
    always: Availability


def figures(session: Session, office: Office, site: str, window: Interval, now_utc: datetime) -> Figures:
    """Both figures for ``window``; what has not come yet and what was before the site was known is unmonitored."""
    down = list(_down(session, site, now_utc))
    blind = [*_unmonitored(session, window), *_unknown(session, site, window, now_utc)]
    paused = list(_paused(office, site, window))
    return Figures(site, availability(window, down, blind, paused), availability(window, down, blind, []))


def shares(session: Session, office: Office, window: Interval, now_utc: datetime) -> dict[str, float]:
    """What `figures` calls the promised share, for the whole fleet at once in four queries.

    A site of whose time in the window nothing counts is missing.
    """
    begins, ends = window[0], min(window[1], now_utc)
    window = (begins, ends)
    down, gaps = _down_of_all(session, window), merged(clipped(_unmonitored(session, window), window))
    since = {row.site: row.first_utc or begins for row in session.scalars(select(SiteState))}
    counted: dict[tuple[str, ...], list[Interval]] = {}
    found = {}
    for site in office.fleet.sites.keys() & since.keys():
        planned = [name for name, entry in office.maintenance.items() if covers(office, entry, site)]
        key = (hours_of(office, site), *planned)
        if key not in counted:
            paused = merged(_paused(office, site, window))
            counted[key] = without(without([window], paused), gaps)
        if site not in down:
            if counted[key] and counted[key][-1][1] > since[site]:
                found[site] = 1.0
            continue
        mine = list(clipped(counted[key], (since[site], ends)))
        if whole := total(mine):
            found[site] = total(without(mine, merged(down[site]))) / whole
    return found


def _paused(office: Office, site: str, window: Interval) -> Iterator[Interval]:
    """When nothing was promised of that site: outside its hours, and during planned work."""
    hours = [span for day in _days(window) for span in promised(hours_of(office, site), day, office.calendar)]
    yield from gaps_between(hours, window)
    for entry in office.maintenance.values():
        if covers(office, entry, site):
            for day in _days(window):
                yield from clipped(windows_of(entry, day), window)


def _down_of_all(session: Session, window: Interval) -> Mapping[str, list[Interval]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    outages = select(Outage.site, Outage.started_utc, Outage.ended_utc).where(
        Outage.started_utc < window[1], Outage.ended_utc.is_(None) | (Outage.ended_utc > window[0])
    )
    affected = select(AffectedSite.site, AffectedSite.since_utc, AffectedSite.until_utc).where(
        AffectedSite.since_utc < window[1], AffectedSite.until_utc.is_(None) | (AffectedSite.until_utc > window[0])
    )
    for query in (outages, affected):
        for site, since_utc, until_utc in session.execute(query):
            found[site].append((since_utc, until_utc or window[1]))
    return found


def _down(session: Session, site: str, now_utc: datetime) -> Iterator[Interval]:
    for outage in session.scalars(select(Outage).where(Outage.site == site)):
        yield outage.started_utc, outage.ended_utc or now_utc
    for row in session.scalars(select(AffectedSite).where(AffectedSite.site == site)):
        yield row.since_utc, row.until_utc or now_utc


def _unmonitored(session: Session, window: Interval) -> Iterator[Interval]:
    query = select(Gap).where(Gap.ended_utc > window[0], Gap.started_utc < window[1])
    for gap in session.scalars(query):
        yield gap.started_utc, gap.ended_utc


def _unknown(session: Session, site: str, window: Interval, now_utc: datetime) -> Iterator[Interval]:
    known = session.get(SiteState, site)
    if known is None:
        yield window
        return
    if known.first_utc is not None:
        yield window[0], max(window[0], known.first_utc)
    yield min(now_utc, window[1]), window[1]


def _days(window: Interval) -> Iterator[date]:
    """Every day of the office's clock that the window touches, and the one before, whose night may reach into it."""
    day = window[0].astimezone(DHAKA).date() - timedelta(days=1)
    while datetime(day.year, day.month, day.day, tzinfo=DHAKA).astimezone(UTC) < window[1]:
        yield day
        day += timedelta(days=1)
