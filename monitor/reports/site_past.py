"""Gather a site's past from the history: rounds with their usual band, a link's traffic against its capacity, a UPS."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from monitor.domain.clock import DHAKA
from monitor.judging.availability import Interval
from monitor.reports.growth import DAYS
from monitor.reports.kept_use import full_day
from monitor.reports.usual_band import Band, hour_of_week, usual_band
from monitor.settings.fleet import Site
from monitor.store.history.reading import History, Step
from monitor.store.history.summaries import Echoes, Summary, Traffic, UpsPower
from monitor.store.history.use import Use

FINE_FOR = timedelta(days=3)  # longer windows are shown by the hour
BAND_FROM = timedelta(days=90)

Kind = TypeVar("Kind", bound=Summary)


@dataclass(frozen=True, slots=True)
class LinkPast:
    """A link's traffic. ``days``: its use on each day of the window, of the last 90 at least.

    Today's and this ``month``'s are those so far.
    """

    rates: Mapping[datetime, Traffic]
    capacity_bps: float | None
    days: Mapping[date, Use]
    month: Use | None
    last_month: Use | None
    full_by: date | None


@dataclass(frozen=True, slots=True)
class SitePast:
    """What is kept of a site in a window, by ``step``. ``power``: by the name of the device with the UPS.

    ``source``: as of `History`. ``band``: of the hours of the week, see `usual_band`.
    """

    source: str
    window: Interval
    step: Step
    rounds: Mapping[datetime, Echoes]
    band: Mapping[int, Band]
    link: LinkPast | None
    power: Mapping[str, Mapping[datetime, UpsPower]]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is kept of it."""
        return not (self.rounds or self.power or (self.link is not None and (self.link.rates or self.link.days)))

    def usual(self, at_utc: datetime) -> Band | None:
        """Return the usual band at that time; None where too little was measured at such an hour."""
        return self.band.get(hour_of_week(at_utc))


def past_of(history: History, site: Site, window: Interval, now_utc: datetime) -> SitePast:
    """Return a site's past. Blocks; raises HistoryRefuses."""
    step = Step.FINE if window[1] - window[0] <= FINE_FOR else Step.HOUR
    gateway = site.gateway.id
    band = usual_band(history.rounds(gateway, Step.HOUR, (now_utc - BAND_FROM, now_utc)))
    devices = [device for device in site.devices if device.snmp]
    power = {device.name: history.power(device.id, step, window) for device in devices}
    return SitePast(
        history.source,
        window,
        step,
        history.rounds(gateway, step, window),
        band,
        _link_of(history, site, step, window, now_utc),
        {name: readings for name, readings in power.items() if readings},
    )


def _link_of(history: History, site: Site, step: Step, window: Interval, now_utc: datetime) -> LinkPast | None:
    if (link := site.link) is None:
        return None
    today = now_utc.astimezone(DHAKA).date()
    month = today.replace(day=1)
    first = min(window[0].astimezone(DHAKA).date(), today - timedelta(days=DAYS))
    days = history.daily_use(link, first, today + timedelta(days=1))
    return LinkPast(
        history.rates(link, step, window),
        link.speed_mbps * 1e6 if link.speed_mbps else None,
        days,
        history.monthly_use(link, month),
        history.monthly_use(link, (month - timedelta(days=1)).replace(day=1)),
        full_day(link, days, today),
    )


def by_day(summaries: Mapping[datetime, Kind]) -> list[tuple[date, Kind]]:
    """Return the summaries of whole days of the office's clock, the latest first."""
    days: dict[date, list[Kind]] = {}
    for at_utc, summary in summaries.items():
        days.setdefault(at_utc.astimezone(DHAKA).date(), []).append(summary)
    merged: Iterable[tuple[date, Kind | None]] = ((day, type(parts[0]).merged(parts)) for day, parts in days.items())
    return sorted(
        ((day, summary) for day, summary in merged if summary is not None), key=lambda one: one[0], reverse=True
    )


def times_of(summaries: Mapping[datetime, object], step: Step) -> Sequence[datetime]:
    """Return the beginnings of the stretches, with one that has nothing wherever there is a gap between two."""
    found: list[datetime] = []
    for at_utc in sorted(summaries):
        if found and at_utc - found[-1] > step.length:
            found.append(found[-1] + step.length)
        found.append(at_utc)
    return found
