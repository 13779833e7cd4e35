"""Expose how the charter's targets were met: open cases, targets met and missed, availability, by service.

Everything is counted from what is stored, over the last 7 and the last 30 days. The count is kept for ten seconds, and
for twenty times as long as it took: however large the fleet, it takes at most a twentieth of a processor. Series: two
per service, and up to ten more where there was something.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import median

from monitor.charter.office import Office
from monitor.domain.clock import NS_PER_S, Clock
from monitor.metrics.text import Family, Labels, Line, UncachedLines
from monitor.reports.availability import shares
from monitor.runtime.live import RuntimeView
from monitor.store import queries
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError

WINDOWS = {"7d": timedelta(days=7), "30d": timedelta(days=30)}
FRESH_NS = 10 * NS_PER_S
REST = 20  # times as long as the counting took

SERVICE = Family(
    "upazila_charter_service_info",
    "gauge",
    "Name of a row of the charter; join on `office` and `service`.",
    Labels("service", "name_bn", "name_en"),
    unit="always 1",
    per="row of the charter",
)
SERVICE_INFO = Family(
    "upazila_charter_promise_info",
    "gauge",
    "Row of the charter that applies to a kind of site; join on `office` and `kind`.",
    Labels("service", "kind"),
    unit="always 1",
    per="kind of site",
)
TICKETS = Family(
    "upazila_charter_tickets_open",
    "gauge",
    "Unsolved tickets by row of the charter.",
    Labels("service"),
    unit="tickets",
    per="row of the charter",
)
TARGETS = Family(
    "upazila_charter_targets",
    "gauge",
    "Service-time targets met and missed within the window before now: missed at the deadline, met at an end in time.",
    Labels("service", "target", "window"),
    unit="targets",
    most=2 * len(WINDOWS),
    per="row of the charter",
)
TOOK = Family(
    "upazila_charter_time_to_resolve_seconds",
    "gauge",
    "Time to resolve the cases settled in the window: median and longest; absent without any.",
    Labels("service", "of", "window"),
    unit="seconds",
    most=2 * len(WINDOWS),
    per="row of the charter",
)
AVAILABLE = Family(
    "upazila_charter_availability_ratio",
    "gauge",
    "Mean availability of a service's sites within their service hours; absent while unmonitored.",
    Labels("service", "window"),
    unit="0 to 1",
    most=len(WINDOWS),
    per="row of the charter",
)
FAMILIES = (SERVICE, SERVICE_INFO, TICKETS, TARGETS, TOOK, AVAILABLE)


@dataclass(frozen=True, slots=True)
class Record:
    """A service's cases in a window: targets met and missed, and how long settled ones took."""

    met: int
    missed: int
    took_s: tuple[float, ...]


@dataclass(frozen=True)
class _Counted:
    """The database's figures, by service."""

    open_tickets: Mapping[str, int]
    records: Mapping[tuple[str, str], Record]
    availability: Mapping[tuple[str, str], float]


def record(cases: Sequence[queries.Case], since_utc: datetime, now_utc: datetime) -> Record:
    """Compute one service's record from ``since_utc`` to now. Pure.

    A target is missed at its deadline and met at the end of its case, so each counts once, in the window in which that
    happened; cases still open within their time count as neither.
    """
    met = missed = 0
    took_s = []
    for case in cases:
        ended = case.ended_utc
        if ended is not None and ended > since_utc:
            took_s.append((ended - case.started_utc).total_seconds())
            met += ended <= case.deadline_utc
        if since_utc < case.deadline_utc <= now_utc and (ended is None or ended > case.deadline_utc):
            missed += 1
    return Record(met, missed, tuple(took_s))


class SlaSource(UncachedLines):
    """The part of the charter's figures; queries the database and caches the answer.

    No figures while it does not answer.
    """

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        super().__init__(FAMILIES, self._lines)
        self._counted: _Counted | None = None
        self._counted_for: Office | None = None
        self._count_again_mono_ns = 0

    def ask(self) -> Callable[[], None]:
        """Count again, if it is time to."""
        office = self._live.office
        began_ns = self._clock.mono_ns()
        if self._counted_for is office and began_ns < self._count_again_mono_ns:
            return lambda: None
        try:
            counted = self._count(office)
        except SQLAlchemyError:
            counted = None
        ended_ns = self._clock.mono_ns()
        return partial(self._take, office, counted, ended_ns + max(FRESH_NS, REST * (ended_ns - began_ns)))

    def unanswered(self) -> None:
        """Show the last figures while counting takes longer."""

    def left(self) -> None:
        self._counted = self._counted_for = None

    def _take(self, office: Office, counted: _Counted | None, again_mono_ns: int) -> None:
        self._counted_for, self._counted, self._count_again_mono_ns = office, counted, again_mono_ns

    def _lines(self) -> Iterator[Line]:
        office = self._live.office
        yield from _services(office)
        if self._counted is not None and self._counted_for is office:
            yield from _open_tickets(office, self._counted)
            yield from _kept(office, self._counted)

    def _count(self, office: Office) -> _Counted:
        now_utc = self._clock.utc()
        records, availability = {}, {}
        with self._store.read_briefly() as session:
            open_tickets = queries.tickets_by_service(session)
            cases = defaultdict(list)
            for case in queries.cases(session, now_utc - max(WINDOWS.values())):
                cases[case.service].append(case)
            for window, length in WINDOWS.items():
                since_utc = now_utc - length
                for service in office.charter.services:
                    records[service, window] = record(cases[service], since_utc, now_utc)
                found = shares(session, office, (since_utc, now_utc), now_utc)
                by_service = defaultdict(list)
                for site, share in found.items():
                    by_service[office.service_of(site).key].append(share)
                for service, all_shares in by_service.items():
                    availability[service, window] = sum(all_shares) / len(all_shares)
        return _Counted(open_tickets, records, availability)


def _services(office: Office) -> Iterator[Line]:
    for service in office.charter.services.values():
        yield SERVICE.of(1, office.id, service.key, service.name_bn, service.name_en)
        for kind in service.site_kinds:
            yield SERVICE_INFO.of(1, office.id, service.key, kind)


def _open_tickets(office: Office, counted: _Counted) -> Iterator[Line]:
    for service in sorted({*office.charter.services, *counted.open_tickets}):
        yield TICKETS.of(counted.open_tickets.get(service, 0), office.id, service)


def _kept(office: Office, counted: _Counted) -> Iterator[Line]:
    for service in office.charter.services:
        for window in WINDOWS:
            was = counted.records[service, window]
            yield TARGETS.of(was.met, office.id, service, "met", window)
            yield TARGETS.of(was.missed, office.id, service, "missed", window)
            if was.took_s:
                yield TOOK.of(median(was.took_s), office.id, service, "median", window)
                yield TOOK.of(max(was.took_s), office.id, service, "longest", window)
            if (service, window) in counted.availability:
                yield AVAILABLE.of(counted.availability[service, window], office.id, service, window)
