"""Say when a link will be full, if its use grows by a line; say nothing of what is no line. Pure.

The line goes through the daily 95th percentiles of 90 days, each weekday at a level of its own (a Friday is not a
Monday), and reaches the capacity first on the busiest weekday. It counts as one only when

- 60 of the days are known,
- it explains half of what the days differ by, weekdays apart (R² ≥ 0.5),
- it grows, and that by more than chance would (t ≥ 3.4, one in a hundred); days that resemble the one before count as
  the fewer days they are worth,
- and the capacity is reached within two years: nobody knows more of that from three months.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, sqrt

DAYS = 90
LEAST_DAYS = 60
LEAST_R2, LEAST_T, LEAST_FREEDOM = 0.5, 3.4, 8.0
FARTHEST = timedelta(days=730)
ROUNDING = 1e-12  # what is left of an exact line


@dataclass(frozen=True, slots=True)
class Growth:
    """A line through daily values: bits a second more each day, and the level of the busiest weekday on ``origin``."""

    per_day_bps: float
    origin: date
    level_bps: float

    def at(self, day: date) -> float:
        """Return the line's height on a day, bits a second."""
        return self.level_bps + self.per_day_bps * (day - self.origin).days


def growth_of(daily_bps: Mapping[date, float]) -> Growth | None:
    """Return the line through the latest 90 days; None when they are no line that grows."""
    if not daily_bps:
        return None
    origin = max(daily_bps) - timedelta(days=DAYS - 1)
    days = sorted(day for day in daily_bps if day >= origin)
    if len(days) < LEAST_DAYS:
        return None
    by_weekday: dict[int, list[tuple[float, float]]] = {}
    for day in days:
        by_weekday.setdefault(day.weekday(), []).append((float((day - origin).days), daily_bps[day]))
    means = {
        weekday: (_mean([x for x, _ in points]), _mean([y for _, y in points]))
        for weekday, points in by_weekday.items()
    }
    apart = [((day - origin).days - means[day.weekday()][0], daily_bps[day] - means[day.weekday()][1]) for day in days]
    spread, differs = sum(x * x for x, _ in apart), sum(y * y for _, y in apart)
    if not spread or not differs:
        return None
    slope = sum(x * y for x, y in apart) / spread
    left = [y - slope * x for x, y in apart]
    unexplained = sum(each * each for each in left)
    if slope <= 0 or 1 - unexplained / differs < LEAST_R2 or not _is_no_chance(slope, spread, left, len(means)):
        return None
    return Growth(slope, origin, max(y - slope * x for x, y in means.values()))


def full_by(growth: Growth, capacity_bps: float, today: date) -> date | None:
    """Return the day, today or later, on which the line reaches the capacity; None beyond two years."""
    days_left = max(ceil((capacity_bps - growth.at(today)) / growth.per_day_bps), 0)
    return today + timedelta(days=days_left) if days_left <= FARTHEST.days else None


def _is_no_chance(slope: float, spread: float, left: Sequence[float], levels: int) -> bool:
    """Return whether a slope is significant. Days that resemble the day before are worth fewer (by their lag-1 r)."""
    unexplained = sum(each * each for each in left)
    if unexplained <= ROUNDING * slope * slope * spread:
        return True
    resemblance = max(sum(a * b for a, b in pairwise(left)) / unexplained, 0.0)
    worth = len(left) * (1 - resemblance) / (1 + resemblance)
    freedom = worth - levels - 1
    if freedom < LEAST_FREEDOM:
        return False
    error = sqrt(unexplained / freedom / (spread * worth / len(left)))
    return slope / error >= LEAST_T


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
