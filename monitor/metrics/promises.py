"""The charter's promises as metrics: what each service has open, how its targets were kept, how available it was.

Everything is counted from what is stored, over the last 7 and the last 30 days. The count is kept for ten seconds, and
for twenty times as long as it took: however large the fleet, it takes at most a twentieth of a processor. Series: two a
service, and up to ten more for what was.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy.exc import SQLAlchemyError

from monitor.alerts.availability import shares
from monitor.alerts.office import Office
from monitor.clock import NS_PER_S, Clock
from monitor.store import views
from monitor.store.session import Store

WINDOWS = {"7d": timedelta(days=7), "30d": timedelta(days=30)}
FRESH_NS = 10 * NS_PER_S
REST = 20  # times as long as the counting took


@dataclass(frozen=True, slots=True)
class Record:
    """How a service's matters went in a window: targets that were met and missed, how long the settled ones took."""

    met: int
    missed: int
    took_s: tuple[float, ...]


@dataclass(frozen=True)
class _Counted:
    """What the database said, by service."""

    open_tickets: Mapping[str, int]
    records: Mapping[tuple[str, str], Record]
    availability: Mapping[tuple[str, str], float]


def record(matters: Sequence[views.Matter], since_utc: datetime, now_utc: datetime) -> Record:
    """What became of one service's matters from ``since_utc`` to now. Pure.

    A target is missed at its deadline and met at the end of what it is about, so each counts once, in the window in
    which that happened; what is still under way in its time counts as neither.
    """
    met = missed = 0
    took_s = []
    for matter in matters:
        ended = matter.ended_utc
        if ended is not None and ended > since_utc:
            took_s.append((ended - matter.started_utc).total_seconds())
            met += ended <= matter.deadline_utc
        if since_utc < matter.deadline_utc <= now_utc and (ended is None or ended > matter.deadline_utc):
            missed += 1
    return Record(met, missed, tuple(took_s))


class Promises:
    """Asks the database, and keeps the answer for a while; as long as it does not answer, there are no figures."""

    def __init__(self, store: Store, clock: Clock, office: Callable[[], Office]) -> None:
        self._store = store
        self._clock = clock
        self._office = office
        self._counted: _Counted | None = None
        self._counted_for: Office | None = None
        self._count_again_mono_ns = 0

    def metrics(self) -> Iterator[Metric]:
        """Every family; called by one thread at a time."""
        office = self._office()
        yield from _services(office)
        counted = self._count(office)
        if counted is not None:
            yield _open_tickets(office, counted)
            yield from _kept(office, counted)

    def _count(self, office: Office) -> _Counted | None:
        began_ns = self._clock.mono_ns()
        if self._counted_for is office and began_ns < self._count_again_mono_ns:
            return self._counted
        try:
            self._counted = self._ask(office)
        except SQLAlchemyError:
            self._counted = None
        ended_ns = self._clock.mono_ns()
        self._counted_for, self._count_again_mono_ns = office, ended_ns + max(FRESH_NS, REST * (ended_ns - began_ns))
        return self._counted

    def _ask(self, office: Office) -> _Counted:
        now_utc = self._clock.utc()
        records, availability = {}, {}
        with self._store.read() as session:
            open_tickets = views.tickets_by_service(session)
            matters = defaultdict(list)
            for matter in views.matters(session, now_utc - max(WINDOWS.values())):
                matters[matter.service].append(matter)
            for window, length in WINDOWS.items():
                since_utc = now_utc - length
                for service in office.charter.services:
                    records[service, window] = record(matters[service], since_utc, now_utc)
                found = shares(session, office, (since_utc, now_utc), now_utc)
                by_service = defaultdict(list)
                for site, share in found.items():
                    by_service[office.service_of(site).key].append(share)
                for service, all_shares in by_service.items():
                    availability[service, window] = sum(all_shares) / len(all_shares)
        return _Counted(open_tickets, records, availability)


def _services(office: Office) -> Iterator[Metric]:
    info = GaugeMetricFamily(
        "upazila_charter_service_info",
        "Always 1: what a row of the charter is called.",
        labels=["service", "name_bn", "name_en"],
    )
    promise = GaugeMetricFamily(
        "upazila_charter_promise_info",
        "Always 1: which row of the charter promises which kind of site.",
        labels=["service", "kind"],
    )
    for service in office.charter.services.values():
        info.add_metric([service.key, service.name_bn, service.name_en], 1.0)
        for kind in service.site_kinds:
            promise.add_metric([service.key, kind], 1.0)
    yield from (info, promise)


def _open_tickets(office: Office, counted: _Counted) -> Metric:
    family = GaugeMetricFamily(
        "upazila_charter_tickets_open", "Unsolved tickets by row of the charter.", labels=["service"]
    )
    for service in sorted({*office.charter.services, *counted.open_tickets}):
        family.add_metric([service], float(counted.open_tickets.get(service, 0)))
    return family


def _kept(office: Office, counted: _Counted) -> Iterator[Metric]:
    targets = GaugeMetricFamily(
        "upazila_charter_targets",
        "Service-time targets that were met or missed within the window before now.",
        labels=["service", "outcome", "window"],
    )
    took = GaugeMetricFamily(
        "upazila_charter_time_to_resolve_seconds",
        "How long what was settled in the window took: the median (0.5) and the longest (1).",
        labels=["service", "quantile", "window"],
    )
    available = GaugeMetricFamily(
        "upazila_charter_availability_ratio",
        "Availability of a service's sites over the hours in which they are promised, their mean.",
        labels=["service", "window"],
    )
    for service in office.charter.services:
        for window in WINDOWS:
            was = counted.records[service, window]
            targets.add_metric([service, "met", window], float(was.met))
            targets.add_metric([service, "missed", window], float(was.missed))
            if was.took_s:
                took.add_metric([service, "0.5", window], median(was.took_s))
                took.add_metric([service, "1", window], max(was.took_s))
            if (service, window) in counted.availability:
                available.add_metric([service, window], counted.availability[service, window])
    yield from (targets, took, available)
