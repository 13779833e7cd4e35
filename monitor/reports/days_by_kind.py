"""Sum up for each kind of site, day by day, how long its sites were up, down and unmonitored in their service hours.

For the strips of the public page. Of a country's fleet most sites have nothing to tell: those are counted together, and
only the days on which something happened are computed site by site.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.alerts.cases.downtimes import every_plan
from monitor.charter.downtimes import LONGEST_DAYS, covers, hours_of, windows_of
from monitor.charter.office import Office
from monitor.charter.service_hours import promised
from monitor.i18n.formats import DHAKA
from monitor.judging.availability import Interval, clipped, merged, total, without
from monitor.settings.maintenance_section import Maintenance
from monitor.store import gap_rows, reachability_rows
from monitor.store.session import Session

NONE = timedelta()


@dataclass(frozen=True, slots=True)
class KindDay:
    """How long all sites of a kind together were up, down and unmonitored within the service hours of one day."""

    up: timedelta = NONE
    down: timedelta = NONE
    unmonitored: timedelta = NONE

    def __add__(self, other: "KindDay") -> "KindDay":
        return KindDay(self.up + other.up, self.down + other.down, self.unmonitored + other.unmonitored)

    def __sub__(self, other: "KindDay") -> "KindDay":
        return KindDay(self.up - other.up, self.down - other.down, self.unmonitored - other.unmonitored)

    def times(self, count: int) -> "KindDay":
        """Return that of so many sites alike."""
        return KindDay(self.up * count, self.down * count, self.unmonitored * count)

    @property
    def share(self) -> float | None:
        """Return up ÷ (up + down), 0 to 1; None when both are zero."""
        counted = self.up + self.down
        return self.up / counted if counted else None


@dataclass(frozen=True, slots=True)
class _Hours:
    """The promised hours of one day for sites alike, what of them was monitored, and the day of one with no events."""

    promised: Sequence[Interval]
    seen: Sequence[Interval]
    plain: KindDay

    def day(self, since_utc: datetime, down: Sequence[Interval], excused: Sequence[Interval]) -> KindDay:
        """Return the day of a site that is known since ``since_utc``."""
        ends = self.promised[-1][1] if self.promised else since_utc
        seen = list(clipped(self.seen, (since_utc, max(since_utc, ends))))
        mine = without(seen, excused)
        up = total(without(mine, down))
        return KindDay(up, total(mine) - up, total(self.promised) - total(seen))


def days_by_kind(
    session: Session, office: Office, first: date, count: int, now_utc: datetime
) -> dict[str, list[KindDay]]:
    """Return ``count`` days from ``first`` on (Asia/Dhaka) for every kind that has sites; later than now is nothing."""
    days = [first + timedelta(days=each) for each in range(count)]
    begins = [datetime(day.year, day.month, day.day, tzinfo=DHAKA) for day in (*days, days[-1] + timedelta(days=1))]
    window = (begins[0], min(begins[-1], now_utc))
    down, excused = _down(session, window), _excused(session, window)
    since = {site: first or window[0] for site, first in reachability_rows.first_seen(session).items()}
    plannings = every_plan(session, office)
    gaps = gap_rows.SiteGaps(office.fleet, gap_rows.gaps(session, window, now_utc))
    hours: dict[tuple[object, ...], list[_Hours]] = {}
    alike: dict[tuple[str, tuple[object, ...]], int] = defaultdict(int)
    found: dict[str, list[KindDay]] = {}
    for id_, site in office.fleet.sites.items():
        kept = found.setdefault(site.kind, [KindDay()] * count)
        if id_ not in since:
            continue
        planned = [name for name, entry in plannings.items() if covers(office, entry, id_)]
        key: tuple[object, ...] = (hours_of(office, id_), gaps.kind(id_), *planned)
        if key not in hours:
            blind = merged((gap.started_utc, gap.ended_utc or now_utc) for gap in gaps.of(id_))
            hours[key] = _hours(office, id_, days, window, [plannings[name] for name in planned], blind)
        alike[site.kind, key] += 1
        if since[id_] <= window[0] and id_ not in down and id_ not in excused:
            continue
        mine = (merged(down.get(id_, ())), merged(excused.get(id_, ())))
        touched = {at for span in (*mine[0], *mine[1]) for at in _indexes(span, first, count)}
        touched.update(_indexes((window[0], since[id_]), first, count) if since[id_] > window[0] else ())
        for at in touched:  # of most days there is nothing to tell: they count as those of all sites alike
            each = hours[key][at]
            kept[at] += each.day(since[id_], *mine) - each.plain
    for (kind, key), sites in alike.items():
        for at, each in enumerate(hours[key]):
            found[kind][at] += each.plain.times(sites)
    return found


def _hours(
    office: Office,
    site: str,
    days: Sequence[date],
    window: Interval,
    planned: Sequence[Maintenance],
    blind: Sequence[Interval],
) -> list[_Hours]:
    found = []
    for day in days:
        spans = merged(clipped(promised(hours_of(office, site), day, office.calendar), window))
        before = [day - timedelta(days=back) for back in range(LONGEST_DAYS)] if planned else []
        works = merged(span for entry in planned for each in before for span in windows_of(entry, each))
        spans = without(spans, works)
        near = list(clipped(blind, (spans[0][0], spans[-1][1]))) if spans else []
        seen = without(spans, near)
        up = total(seen)
        found.append(_Hours(spans, seen, KindDay(up, NONE, total(spans) - up)))
    return found


def _indexes(span: Interval, first: date, count: int) -> Iterable[int]:
    """Return on which of the days a span of time lies."""
    begins, ends = ((each.astimezone(DHAKA).date() - first).days for each in span)
    return range(max(begins, 0), min(ends + 1, count))


def _down(session: Session, window: Interval) -> Mapping[str, list[Interval]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    for site, since_utc, until_utc in reachability_rows.down_within(session, *window):
        found[site].append((max(since_utc, window[0]), min(until_utc or window[1], window[1])))
    return found


def _excused(session: Session, window: Interval) -> Mapping[str, list[Interval]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    for row in reachability_rows.suppressed_within(session, *window):
        found[row.site].append((max(row.since_utc, window[0]), min(row.until_utc or window[1], window[1])))
    return found
