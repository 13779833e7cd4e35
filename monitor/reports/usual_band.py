"""Say what round-trip times are usual at an hour of the week: the middle half of those measured at it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from statistics import quantiles
from typing import NamedTuple

from monitor.domain.clock import DHAKA
from monitor.store.history.summaries import Echoes

LEAST = 4  # medians, below which a quarter of them is nothing
HOURS_A_DAY = 24


class Band(NamedTuple):
    """The lower and the upper quartile of hourly medians, microseconds."""

    low_us: float
    high_us: float


def usual_band(hours: Mapping[datetime, Echoes]) -> dict[int, Band]:
    """Return the usual band by the hour of the week (0: Monday, 00:00, by the office's clock).

    An hour of the week that was measured less than four times has the band of its hour of the day.
    """
    by_week: dict[int, list[float]] = {}
    by_day: dict[int, list[float]] = {}
    for at_utc, summary in hours.items():
        if summary.median_us is not None:
            hour = hour_of_week(at_utc)
            by_week.setdefault(hour, []).append(summary.median_us)
            by_day.setdefault(hour % HOURS_A_DAY, []).append(summary.median_us)
    found = {}
    for hour in range(7 * HOURS_A_DAY):
        times = by_week.get(hour, [])
        band = _band(times) or _band(by_day.get(hour % HOURS_A_DAY, []))
        if band is not None:
            found[hour] = band
    return found


def hour_of_week(at_utc: datetime) -> int:
    """Return the hour of the week by the office's clock, 0 to 167."""
    local = at_utc.astimezone(DHAKA)
    return local.weekday() * HOURS_A_DAY + local.hour


def _band(times_us: list[float]) -> Band | None:
    if len(times_us) < LEAST:
        return None
    low, _, high = quantiles(times_us, n=4, method="inclusive")
    return Band(low, high)
