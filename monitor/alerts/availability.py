"""Availability of a site out of what is stored: over the hours in which it is promised, and over all hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from monitor.alerts.office import Office
from monitor.alerts.pauses import covers, hours_of, windows_of
from monitor.alerts.planned import plans
from monitor.charter.service_hours import promised
from monitor.charter.text import DHAKA
from monitor.judging.availability import Availability, Interval, availability, gaps_between
from monitor.judging.power import POWER
from monitor.store.models import AffectedSite, ExcusedSilence, Gap, Outage, SiteState


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one site: what was promised (planned work excepted), and the whole time.

    ``excused``: when it was silent without an outage within the window (from, until, why): planned work is reported.
    ``power``: how long of the window it was down by outages whose suspected cause is the power supply.
    """

    site: str
    promised: Availability
    always: Availability
    excused: tuple[tuple[datetime, datetime, str], ...] = ()
    power: timedelta = timedelta(0)


def figures(session: Session, office: Office, site: str, window: Interval, now_utc: datetime) -> Figures:
    """Both figures for ``window``; what has not come yet and what was before the site was known is unmonitored."""
    down = list(_down(session, site, now_utc))
    silent = list(_excused(session, site, window, now_utc))
    excused = [(begins, ends) for begins, ends, _ in silent]
    blind = [*_unmonitored(session, office, site, window, now_utc), *_unknown(session, site, window, now_utc)]
    hours = [span for day in _days(window) for span in promised(hours_of(office, site), day, office.calendar)]
    planned = [
        span
        for entry in {**office.maintenance, **plans(session)}.values()
        if covers(office, entry, site)
        for day in _days(window)
        for span in windows_of(entry, day)
    ]
    paused = [*gaps_between(hours, window), *planned, *excused]
    dark = list(_down(session, site, now_utc, cause=POWER))
    power = availability(window, dark, blind, []).down
    always = availability(window, [*down, *excused], blind, [])
    return Figures(site, availability(window, down, blind, paused), always, tuple(silent), power)


def _down(session: Session, site: str, now_utc: datetime, cause: str = "") -> Iterator[Interval]:
    """By its own outages and behind others'; with ``cause`` only by outages that are thought to have that one."""
    own = select(Outage).where(Outage.site == site)
    behind = select(AffectedSite).where(AffectedSite.site == site)
    if cause:
        own, behind = own.where(Outage.cause == cause), behind.join(Outage).where(Outage.cause == cause)
    for outage in session.scalars(own):
        yield outage.started_utc, outage.ended_utc or now_utc
    for row in session.scalars(behind):
        yield row.since_utc, row.until_utc or now_utc


def _excused(
    session: Session, site: str, window: Interval, now_utc: datetime
) -> Iterator[tuple[datetime, datetime, str]]:
    query = select(ExcusedSilence).where(ExcusedSilence.site == site).order_by(ExcusedSilence.since_utc)
    for row in session.scalars(query):
        begins, ends = max(row.since_utc, window[0]), min(row.until_utc or now_utc, window[1])
        if begins < ends:
            yield begins, ends, row.why


def _unmonitored(
    session: Session, office: Office, site: str, window: Interval, now_utc: datetime
) -> Iterator[Interval]:
    """A gap behind one uplink is one of the sites behind it, or of all when that uplink is not configured any more."""
    query = select(Gap).where(Gap.started_utc < window[1])
    for gap in session.scalars(query.where(or_(Gap.ended_utc > window[0], Gap.ended_utc == Gap.started_utc))):
        concerns = gap.uplink not in office.fleet.groups or gap.uplink in office.fleet.uplinks.get(site, ())
        if concerns:
            yield gap.started_utc, gap.ended_utc if gap.ended_utc > gap.started_utc else now_utc


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
