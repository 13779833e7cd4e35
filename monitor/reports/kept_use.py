"""Answer what a report asks of the history: a link's use in whole months, and how long a lab's computers answered.

Only what is kept for years is asked for, so that a report made later has the same figures: months and days as they were
counted when they ended, and hours of rounds.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from monitor.domain.clock import DHAKA
from monitor.judging.availability import Interval
from monitor.reports.growth import DAYS, full_by, growth_of
from monitor.reports.use_history import LinkUse
from monitor.settings.fleet import Link
from monitor.store.history.counting import month_after
from monitor.store.history.file import HistoryRefuses
from monitor.store.history.reading import History, Step
from monitor.store.history.use import Use

HOUR_US = 3_600_000_000


class KeptUse:
    """The use in a history. Blocks; a history that refuses has nothing. ``now_utc``: today is not counted yet."""

    def __init__(self, history: History, now_utc: datetime) -> None:
        self._history, self._today = history, now_utc.astimezone(DHAKA).date()
        self.source = history.source

    def link_use(self, link: Link, window: Interval) -> LinkUse:
        """Return a link's use in a window. Its percentiles are those of its busiest month; of other days, None."""
        first, until = (moment.astimezone(DHAKA).date() for moment in window)
        try:
            months = [self._history.monthly_use(link, month) for month in _whole_months(first, until)]
            days = self._history.daily_use(link, min(first, until - timedelta(days=DAYS)), min(until, self._today))
        except HistoryRefuses:
            return LinkUse()
        inside = [use for day, use in days.items() if day >= first]
        known = [use for use in months if use is not None]
        return LinkUse(
            max((use.in_p95_bps for use in known if use.in_p95_bps is not None), default=None),
            max((use.out_p95_bps for use in known if use.out_p95_bps is not None), default=None),
            sum(use.in_octets for use in inside) if inside else None,
            sum(use.out_octets for use in inside) if inside else None,
            full_day(link, days, min(until, self._today)),
        )

    def used_us(self, workstations: Sequence[str], window: Interval) -> int | None:
        """Return for how long a lab's computers answered, in microseconds; None where nothing is kept of them.

        Of each hour as much counts as the one of them that answered most rounds did.
        """
        busiest: dict[datetime, float] = {}
        try:
            for device in workstations:
                for hour, rounds in self._history.rounds(device, Step.HOUR, window).items():
                    if counted := rounds.answered + rounds.failed:
                        busiest[hour] = max(busiest.get(hour, 0.0), rounds.answered / counted)
        except HistoryRefuses:
            return None
        return sum(round(share * HOUR_US) for share in busiest.values()) if busiest else None


def full_day(link: Link, days: Mapping[date, Use], today: date) -> date | None:
    """Return the day on which a link is full if its use grows as it did; None where it does not, or has no capacity."""
    if not days or not link.speed_mbps:
        return None
    growth = growth_of({day: use.busier_bps for day, use in days.items() if use.busier_bps is not None and day < today})
    return None if growth is None else full_by(growth, link.speed_mbps * 1e6, today)


def _whole_months(first: date, until: date) -> list[date]:
    """Return the months from one day to before another; none where these are not whole months."""
    if first.day != 1 or until.day != 1:
        return []
    found = []
    while first < until:
        found.append(first)
        first = month_after(first)
    return found
