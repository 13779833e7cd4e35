"""Random histories of a small office, and what they add up to, counted by other means than the report's.

The count cuts the window at every moment at which anything changes, asks of each piece what was true in it, and adds
the pieces up.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import delete

from monitor.charter.downtimes import downtime_of, hours_of
from monitor.charter.office import Office
from monitor.charter.service_hours import in_service
from monitor.configuration import load
from monitor.domain.day import at_dhaka
from monitor.domain.states import DowntimeKind
from monitor.reports import period
from monitor.reports.period import Period
from monitor.reports.report import Accounting
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.fleet import Fleet, Group
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from monitor.store.models import AffectedSite, Gap, Heartbeat, Outage, SiteState, SuppressedOutage
from monitor.store.session import Session
from tests.places import SHIPPED

SITES = (
    "backbone-bheramara",
    "backbone-north",
    "backbone-south",
    "office-ict",
    "udc-juniadaha",
    "lab-juniadaha-girls",
    "lab-chandgram-madrasah",
)
BEHIND = "backbone-north"
ONE_DAY = timedelta(days=1)
MIDNIGHT = datetime.min.time()
PERIODS = st.one_of(
    st.sampled_from(
        [
            period.month(2026, 2),  # Ramadan begins
            period.month(2028, 2),  # a leap year
            period.month(2024, 6),  # the office's hours change
            period.month(2026, 11),
            period.month(2026, 12),
            period.quarter(2026, 1),
        ]
    ),
    st.builds(
        lambda first, length: period.days(first, first + timedelta(days=length)),
        st.dates(date(2024, 1, 1), date(2026, 12, 25)),
        st.integers(0, 6),
    ),
)


@dataclass(frozen=True)
class Span:
    """From, and until; None while it lasts."""

    begins: datetime
    ends: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True)
class History:
    """What happened: whose outages (with power as cause or not), who was behind them, silences, gaps by uplink.

    ``heard``: when a daemon last stored that it lives.
    """

    period: Period
    now: datetime
    outages: Sequence[tuple[str, Span, bool]]
    affected: Sequence[tuple[int, str, Span]]
    silences: Sequence[tuple[str, Span]]
    gaps: Sequence[tuple[str, Span]]
    heard: datetime | None
    first_seen: dict[str, datetime | None]
    works: dict[str, Maintenance]
    orders: Sequence[OrderedChange]

    @property
    def window(self) -> tuple[datetime, datetime]:
        return self.period.window[0], min(self.period.window[1], self.now)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Histories whose moments lie in and around a period, often on its edges."""
    about = draw(PERIODS)
    begins, ends = about.window
    inside = st.datetimes(_naive(begins), _naive(ends)).map(_aware)
    near = st.datetimes(_naive(begins - 3 * ONE_DAY), _naive(ends + 3 * ONE_DAY)).map(_aware)
    edges = st.sampled_from([begins, ends, begins - timedelta(microseconds=1), ends + timedelta(microseconds=1)])
    moments = st.one_of(near, near, inside, edges)
    now = draw(st.one_of(st.just(ends + 40 * ONE_DAY), inside.filter(lambda at: at > begins)))
    spans = st.tuples(moments, moments, st.booleans()).map(lambda each: _span(*each, now))
    sites, known = st.sampled_from(SITES), st.one_of(st.none(), st.just(begins - 400 * ONE_DAY), moments)
    outages = draw(st.lists(st.tuples(sites, spans, st.booleans()), max_size=5).map(_one_open))
    just_before = st.integers(0, 4 * 60).map(lambda seconds: now - timedelta(seconds=seconds))
    behind = st.tuples(st.integers(0, max(0, len(outages) - 1)), sites, spans)
    return History(
        about,
        now,
        outages,
        draw(st.lists(behind, max_size=3)) if outages else [],
        draw(st.lists(st.tuples(sites, spans), max_size=4)),
        draw(st.lists(st.tuples(st.sampled_from(["", "north", "removed"]), spans), max_size=4)),
        draw(st.one_of(st.none(), just_before, moments.map(lambda at: min(at, now)))),
        draw(st.dictionaries(sites, known)),
        draw(st.dictionaries(st.sampled_from(["cable", "weekly"]), _works(moments), max_size=2)),
        draw(st.lists(_orders(about), max_size=2)),
    )


def _one_open(outages: Sequence[tuple[str, Span, bool]]) -> list[tuple[str, Span, bool]]:
    """Leave out what the database refuses: a second outage of a site whose first one lasts."""
    last, kept = set[str](), list[tuple[str, Span, bool]]()
    for each in outages:
        if each[1].ends is None and each[0] in last:
            continue
        last |= {each[0]} if each[1].ends is None else set()
        kept.append(each)
    return kept


def _works(moments: st.SearchStrategy[datetime]) -> st.SearchStrategy[Maintenance]:
    nowhere: dict[str, Any] = {}
    where = st.sampled_from([nowhere, {"sites": ["udc-juniadaha"]}, {"unions": ["Juniadaha"]}, {"behind": BEHIND}])
    once = st.tuples(moments, moments).filter(lambda each: each[0] != each[1]).map(sorted)
    days = st.sampled_from([["sunday"], ["monday", "friday"], ["saturday"]])
    hours = st.sampled_from([("22:00", "04:00"), ("10:00", "12:00"), ("00:00", "24:00")])
    when = st.one_of(
        once.map(lambda each: {"begins": each[0], "ends": each[1]}),
        st.tuples(days, hours).map(lambda each: {"days": each[0], "opens": each[1][0], "closes": each[1][1]}),
    )
    return st.tuples(where, when).map(lambda each: Maintenance.model_validate({"text": "x", **each[0], **each[1]}))


def _orders(about: Period) -> st.SearchStrategy[OrderedChange]:
    days = st.integers(0, (about.ends - about.begins).days - 1).map(lambda at: about.begins + at * ONE_DAY)
    words = {"bn": "আদেশ", "en": "an order", "order": "05.44.0000.001", "dated": about.begins.isoformat()}
    what = st.sampled_from(["closed", "working", "hours"])
    return st.tuples(days, what, st.booleans()).map(
        lambda each: OrderedChange.from_json(
            {
                **words,
                "date": each[0].isoformat(),
                "what": each[1],
                "public": each[2],
                **({"opens": "11:00", "closes": "13:30"} if each[1] == "hours" else {}),
            }
        )
    )


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


def _span(one: datetime, other: datetime, lasts: bool, now: datetime) -> Span:
    """A time that began before now; what ends after now still lasts."""
    begins, ends = sorted((min(one, now - timedelta(microseconds=1)), other))
    return Span(begins, None if lasts or ends > now else ends)


@cache
def _settings() -> Settings:
    return load(SHIPPED)


def office_of(history: History) -> Office:
    """A few sites of the shipped office, some of them behind an uplink of their own."""
    office = Office.of(_settings(), history.works, history.orders)
    sites = {site: office.fleet.sites[site] for site in SITES}
    fleet = Fleet(sites, {"north": Group((), BEHIND)}, office.fleet.unions)
    return replace(office, fleet=fleet)


def fill(session: Session, history: History) -> None:
    """Stores it in place of whatever was there."""
    for table in (AffectedSite, Outage, SuppressedOutage, Gap, SiteState, Heartbeat):
        session.execute(delete(table))
    for site, first_utc in history.first_seen.items():
        session.add(SiteState(site=site, state="up", since_utc=first_utc or history.now, first_utc=first_utc))
        session.flush()
        if first_utc is None:
            session.get_one(SiteState, site).first_utc = None
    rows = []
    for site, span, is_dark in history.outages:
        times = {"started_utc": span.begins, "confirmed_utc": span.begins, "ended_utc": span.ends}
        how = None if span.ends is None else "recovered"
        deadline = span.begins + timedelta(days=3)
        cause = "power" if is_dark else ""
        rows.append(Outage(site=site, service="citizen:8", deadline_utc=deadline, end_reason=how, cause=cause, **times))
    session.add_all(rows)
    session.flush()
    for at, site, span in history.affected:
        session.add(AffectedSite(outage_id=rows[at].id, site=site, since_utc=span.begins, until_utc=span.ends))
    for site, span in history.silences:
        session.add(SuppressedOutage(site=site, kind="hours", since_utc=span.begins, until_utc=span.ends))
    for uplink, span in history.gaps:
        session.add(Gap(started_utc=span.begins, ended_utc=span.ends, uplink=uplink))
    if history.heard is not None:
        session.add(Heartbeat(at_utc=history.heard, boot_id="x", boot_ns=1))


class Counted:
    """What a history adds up to, piece by piece."""

    def __init__(self, history: History, office: Office) -> None:
        self._of, self._office = history, office
        self._cuts = self._all_cuts()
        self._open: dict[tuple[str, datetime], bool] = {}

    def _all_cuts(self) -> list[datetime]:
        begins, ends = self._of.window
        found = {begins, ends}
        spans = [span for _, span, _ in self._of.outages] + [span for _, _, span in self._of.affected]
        spans += [span for _, span in (*self._of.silences, *self._of.gaps)]
        for span in spans:
            found |= {span.begins, span.ends or ends}
        found |= {at for at in self._of.first_seen.values() if at is not None}
        found |= {self._of.heard} if self._of.heard is not None else set()
        for work in self._of.works.values():
            found |= {at for at in (work.begins_utc, work.ends_utc) if at is not None}
        day = self._of.period.begins - ONE_DAY
        while day <= self._of.period.ends:
            found |= {at_dhaka(day, clock) for clock in _clocks()}
            day += ONE_DAY
        return sorted(at for at in found if begins <= at <= ends)

    def _pieces(self) -> Iterator[tuple[datetime, timedelta]]:
        for at, until in zip(self._cuts, self._cuts[1:], strict=False):
            yield at, until - at

    def accounting(self, site: str, *, promised: bool) -> Accounting:
        found = dict.fromkeys(("up", "down", "unmonitored", "paused"), timedelta())
        for at, length in self._pieces():
            found[self._state(site, at, promised=promised)] += length
        whole = self._of.window[1] - self._of.window[0]
        return Accounting(*(round(each / timedelta(microseconds=1)) for each in (*found.values(), whole)))

    def within(self, site: str, span: Span) -> timedelta:
        """What of an outage counts as down in the service hours."""
        return sum(
            (
                length
                for at, length in self._pieces()
                if span.holds(at) and not self._is_blind(site, at) and not self._is_paused(site, at)
            ),
            timedelta(),
        )

    def power(self, site: str) -> timedelta:
        dark = [at for at, (_, _, is_dark) in enumerate(self._of.outages) if is_dark]
        spans = [self._of.outages[at][1] for at in dark if self._of.outages[at][0] == site]
        spans += [span for at, behind, span in self._of.affected if behind == site and at in dark]
        pieces = (piece for piece in self._pieces() if not self._is_blind(site, piece[0]))
        return sum((length for at, length in pieces if any(span.holds(at) for span in spans)), timedelta())

    def _state(self, site: str, at: datetime, *, promised: bool) -> str:
        if self._is_blind(site, at):
            return "unmonitored"
        if promised and self._is_paused(site, at):
            return "paused"
        return "down" if self._is_down(site, at) or self._is_silent(site, at) else "up"

    def _is_blind(self, site: str, at: datetime) -> bool:
        if site not in self._of.first_seen or at < (self._of.first_seen[site] or at):
            return True
        heard, now = self._of.heard, self._of.now
        if heard is not None and now - heard > timedelta(seconds=120) and at >= heard:
            return True
        is_behind = BEHIND in self._office.fleet.ancestors(site)
        return any(span.holds(at) and (uplink != "north" or is_behind) for uplink, span in self._of.gaps)

    def _is_paused(self, site: str, at: datetime) -> bool:
        hours = hours_of(self._office, site)
        if (hours, at) not in self._open:
            self._open[hours, at] = in_service(hours, at, self._office.calendar)
        if self._is_silent(site, at) or not self._open[hours, at]:
            return True
        found = downtime_of(self._office, site, at) if self._of.works else None
        return found is not None and found.kind is DowntimeKind.MAINTENANCE

    def _is_silent(self, site: str, at: datetime) -> bool:
        return any(mine == site and span.holds(at) for mine, span in self._of.silences)

    def _is_down(self, site: str, at: datetime) -> bool:
        own = any(mine == site and span.holds(at) for mine, span, _ in self._of.outages)
        return own or any(mine == site and span.holds(at) for _, mine, span in self._of.affected)


@cache
def _clocks() -> Sequence[time]:
    """Every time of day at which anything of the office's hours, its orders and its planned work can begin or end."""
    written = re.findall(r"\b([01]\d|2[0-3]):([0-5]\d)\b", (SHIPPED / "calendar.toml").read_text(encoding="utf-8"))
    extra = [(11, 0), (13, 30), (22, 0), (4, 0), (10, 0), (12, 0), (0, 0)]
    return sorted({MIDNIGHT.replace(hour=int(hour), minute=int(minute)) for hour, minute in (*written, *extra)})
