"""Availability of a site out of what is stored: over the hours in which it is promised, and over all hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.office import Office
from monitor.alerts.pauses import covers, hours_of, windows_of
from monitor.charter.service_hours import promised
from monitor.charter.text import DHAKA
from monitor.judging.availability import Availability, Interval, availability, gaps_between
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
    hours = [span for day in _days(window) for span in promised(hours_of(office, site), day, office.calendar)]
    planned = [
        span
        for entry in office.maintenance.values()
        if covers(office, entry, site)
        for day in _days(window)
        for span in windows_of(entry, day)
    ]
    paused = [*gaps_between(hours, window), *planned]
    return Figures(site, availability(window, down, blind, paused), availability(window, down, blind, []))


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
