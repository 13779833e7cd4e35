"""Expose how the charter's targets were met: open cases, targets met and missed, availability, by service.

Everything is counted from what is stored, over the last 7 and the last 30 days. The count is kept for ten seconds, and
for twenty times as long as it took: however large the fleet, it takes at most a twentieth of a processor. The rows of
all offices are read at once. Series: two per service of each office, and up to ten more where there was something.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import is_
from statistics import median

from monitor.charter.office import Office
from monitor.domain.clock import NS_PER_S, Clock
from monitor.metrics.text import Family, Labels, Line, UncachedLines
from monitor.reports.availability import StoredTimes, shares_of, stored_times
from monitor.runtime.live import RuntimeView
from monitor.store import queries, reachability_rows
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError

WINDOWS = {"7d": timedelta(days=7), "30d": timedelta(days=30)}
FRESH_NS = 10 * NS_PER_S
REST = 20  # times as long as the counting took
QUICK_NS = NS_PER_S // 10  # no page waits for what takes longer, as long as it has the figures before

SERVICE = Family(
    "upazila_charter_service_info",
    "gauge",
    "Name of a row of the charter; join on `office` and `service`.",
    Labels("service", "name_bn", "name_en"),
    unit="always 1",
    per="row of a charter",
)
SERVICE_INFO = Family(
    "upazila_charter_promise_info",
    "gauge",
    "Row of the charter that applies to a kind of site; join on `office` and `kind`.",
    Labels("service", "kind"),
    unit="always 1",
    per="kind of site of an office",
)
TICKETS = Family(
    "upazila_charter_tickets_open",
    "gauge",
    "Unsolved tickets by row of the charter.",
    Labels("service"),
    unit="tickets",
    per="row of a charter",
)
TARGETS = Family(
    "upazila_charter_targets",
    "gauge",
    "Service-time targets met and missed within the window before now: missed at the deadline, met at an end in time.",
    Labels("service", "target", "window"),
    unit="targets",
    most=2 * len(WINDOWS),
    per="row of a charter",
)
TOOK = Family(
    "upazila_charter_time_to_resolve_seconds",
    "gauge",
    "Time to resolve the cases settled in the window: median and longest; absent without any.",
    Labels("service", "of", "window"),
    unit="seconds",
    most=2 * len(WINDOWS),
    per="row of a charter",
)
AVAILABLE = Family(
    "upazila_charter_availability_ratio",
    "gauge",
    "Mean availability of a service's sites within their service hours; absent while unmonitored.",
    Labels("service", "window"),
    unit="0 to 1",
    most=len(WINDOWS),
    per="row of a charter",
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
    """The database's figures of one office, by service."""

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
        self._counted: Mapping[str, _Counted] | None = None
        self._counted_for: Sequence[Office] = ()
        self._count_again_mono_ns = self._awaited_again_mono_ns = 0

    @property
    def is_awaited(self) -> bool:
        """Return False while counting takes long and the last figures are not older than two such countings may be."""
        offices = self._live.offices.by_id
        return not self._is_counted_for(offices) or self._clock.mono_ns() >= self._awaited_again_mono_ns

    def ask(self) -> Callable[[], None]:
        """Count again, if it is time to."""
        offices = self._live.offices.by_id
        began_ns = self._clock.mono_ns()
        if self._is_counted_for(offices) and began_ns < self._count_again_mono_ns:
            return lambda: None
        try:
            counted = self._count(offices)
        except SQLAlchemyError:
            counted = None
        return partial(self._take, offices, counted, began_ns, self._clock.mono_ns())

    def unanswered(self) -> None:
        """Show the last figures while counting takes longer."""

    def left(self) -> None:
        self._counted, self._counted_for = None, ()

    def _is_counted_for(self, offices: Mapping[str, Office]) -> bool:
        return len(offices) == len(self._counted_for) and all(map(is_, offices.values(), self._counted_for))

    def _take(
        self, offices: Mapping[str, Office], counted: Mapping[str, _Counted] | None, began_ns: int, ended_ns: int
    ) -> None:
        self._counted_for, self._counted = tuple(offices.values()), counted
        kept_ns = max(FRESH_NS, REST * (ended_ns - began_ns))
        self._count_again_mono_ns = ended_ns + kept_ns
        self._awaited_again_mono_ns = ended_ns + (2 * kept_ns if ended_ns - began_ns > QUICK_NS else 0)

    def _lines(self) -> Iterator[Line]:
        offices = self._live.offices.by_id
        counted = self._counted if self._is_counted_for(offices) else None
        for id_, office in offices.items():
            yield from _services(office)
            if counted is not None:
                yield from _open_tickets(office, counted[id_])
                yield from _kept(office, counted[id_])

    def _count(self, offices: Mapping[str, Office]) -> Mapping[str, _Counted]:
        """Query all offices at once, then count each."""
        now_utc = self._clock.utc()
        since_utc = {window: now_utc - length for window, length in WINDOWS.items()}
        with self._store.read_briefly() as session:
            open_tickets: dict[str, dict[str, int]] = defaultdict(dict)
            for (id_, service), count in queries.services_by_office(session).items():
                open_tickets[id_][service] = count
            cases: dict[tuple[str, str], list[queries.Case]] = defaultdict(list)
            for case in queries.cases(session, min(since_utc.values())):
                cases[case.office, case.service].append(case)
            known = reachability_rows.first_seen(session)
            times = {
                window: stored_times(session, (since, now_utc), now_utc, known) for window, since in since_utc.items()
            }
        found = {}
        for id_, office in offices.items():
            records, availability = {}, {}
            for window in WINDOWS:
                for service in office.charter.services:
                    records[service, window] = record(cases[id_, service], since_utc[window], now_utc)
                for service, share in _mean_shares(office, times[window]):
                    availability[service, window] = share
            found[id_] = _Counted(open_tickets[id_], records, availability)
        return found


def _mean_shares(office: Office, times: StoredTimes) -> Iterator[tuple[str, float]]:
    """Yield service and share; planned work that reaches into a window is in force that long (LOOKS_BACK)."""
    by_service = defaultdict(list)
    for site, share in shares_of(times, office, office.maintenance).items():
        by_service[office.service_of(site).key].append(share)
    for service, all_shares in by_service.items():
        yield service, sum(all_shares) / len(all_shares)


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
