"""Expose what is stored of cases: outages and tickets; whose they are, and whether the database answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from monitor.domain.clock import Clock
from monitor.metrics.text import Body, CachedLines, Family, Labels, Line, UncachedLines
from monitor.runtime.live import RuntimeView
from monitor.store import queries
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError

STAGES = {0: "officer", 1: "1", 2: "2", 3: "3"}
OUTAGE = Labels("site", "service")

READABLE = Family("upazila_store_readable", "gauge", "1 while the database can be read and written.", unit="0 or 1")
OPEN = Family(
    "upazila_outage_open",
    "gauge",
    "1 while the site has an open outage of its own; absent otherwise.",
    OUTAGE,
    unit="always 1",
    per="open outage",
)
STARTED = Family(
    "upazila_outage_started_timestamp_seconds",
    "gauge",
    "Start of the open outage.",
    OUTAGE,
    unit="seconds since 1970",
    per="open outage",
)
DEADLINE = Family(
    "upazila_outage_deadline_timestamp_seconds",
    "gauge",
    "Deadline of the open outage by the charter.",
    OUTAGE,
    unit="seconds since 1970",
    per="open outage",
)
AFFECTED = Family(
    "upazila_outage_affected_sites",
    "gauge",
    "Other sites affected by the open outage.",
    OUTAGE,
    unit="sites",
    per="open outage",
)
OUTAGES = Family(
    "upazila_outages_total",
    "counter",
    "Outages of the site since the monitor was started; 0 where it only had earlier ones.",
    OUTAGE,
    unit="outages",
    per="site and service",
)
TICKETS = Family(
    "upazila_tickets_open",
    "gauge",
    "Unsolved tickets by stage of the grievance chain: 'officer', then 1, 2, 3.",
    Labels("stage"),
    unit="tickets",
    most=len(STAGES),
    per="office",
)
INFO = Family(
    "upazila_office_info",
    "gauge",
    "Names of an office, and the `office` of the monitor that watches it: the same where it stands alone.",
    Labels("monitor", "name_bn", "name_en"),
    unit="always 1",
    per="office",
)
FAMILIES = (OPEN, STARTED, DEADLINE, AFFECTED, OUTAGES, TICKETS)


def offices(live: RuntimeView) -> Iterator[Line]:
    """Name the offices whose figures this daemon shows."""
    for office in live.offices.by_id.values():
        yield INFO.of(1, office.id, live.office_id, office.charter.name_bn, office.charter.name_en)


class Readable(UncachedLines):
    """Whether the database answers this daemon."""

    is_awaited = True

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._store, self._is_read = store, False
        super().__init__((READABLE,), lambda: [READABLE.of(self._is_read and not live.store_refuses, live.office_id)])

    def ask(self) -> Callable[[], None]:
        """Query what is found at once."""
        try:
            with self._store.read_briefly() as session:
                queries.last_outage(session)
        except SQLAlchemyError:
            return self.unanswered
        return self._answered

    def _answered(self) -> None:
        self._is_read = True

    def unanswered(self) -> None:
        self._is_read = False

    left = unanswered


@dataclass(frozen=True)
class _Stored:
    """The database's figures. ``counted``: by site and service, since the start, up to ``last_outage``.

    ``stages``: open tickets by office and stage.
    """

    last_outage: int
    counted: Mapping[tuple[str, str], int]
    outages: list[queries.OpenOutage]
    stages: Mapping[tuple[str, int], int]


class Charter:
    """The part of the stored figures; `ask` queries the database in a thread, the rest shows its last answer."""

    is_awaited = True

    def __init__(self, live: RuntimeView, store: Store, clock: Clock) -> None:
        self._live, self._store, self._clock = live, store, clock
        self._stored: _Stored | None = None
        self._last_outage: int | None = None  # before the database was read for the first time
        self._counted: Mapping[tuple[str, str], int] = {}
        self.ask()()
        self._outages = CachedLines(
            FAMILIES[:4], self._open, lambda _, outage: _outage(live.office_of(outage.site), outage)
        )
        self._totals = CachedLines(
            (OUTAGES,), self._since_start, lambda key, count: dict([OUTAGES.of(count, live.office_of(key[0]), *key)])
        )
        self._few = UncachedLines((TICKETS,), self._counts)

    def ask(self) -> Callable[[], None]:
        """Query the database; shows nothing when it does not answer."""
        try:
            return partial(self._take, self._read())
        except SQLAlchemyError:
            return self.unanswered

    def unanswered(self) -> None:
        self._stored = None

    def left(self) -> None:
        """Count outages from 0 again afterwards: those of the meantime are in another daemon's count."""
        self._stored = self._last_outage = None

    def _take(self, stored: _Stored) -> None:
        self._stored, self._last_outage, self._counted = stored, stored.last_outage, stored.counted

    def _read(self) -> _Stored:
        with self._store.read_briefly() as session:
            last = queries.last_outage(session)
            counted = self._counted
            if self._last_outage is None:
                counted = dict.fromkeys(queries.outage_counts(session), 0)
            elif last > self._last_outage:
                fresh = queries.outage_counts(session, after=self._last_outage)
                # Added up here: what is kept becomes less when old outages are forgotten, and a counter must not.
                counted = {**counted, **{key: counted.get(key, 0) + count for key, count in fresh.items()}}
            return _Stored(
                last,
                counted,
                queries.open_outages(session),
                queries.stages_by_office(session),
            )

    def look(self) -> Iterator[None]:
        yield from self._outages.look()
        yield from self._totals.look()

    def bodies(self) -> Iterator[Body]:
        if self._stored is not None:
            for part in (self._outages, self._totals, self._few):
                yield from part.bodies()

    def forget(self) -> None:
        self._outages.forget()
        self._totals.forget()

    def _open(self) -> Iterator[tuple[int, queries.OpenOutage]]:
        for outage in self._stored.outages if self._stored else ():
            yield outage.id, outage

    def _since_start(self) -> Iterator[tuple[tuple[str, str], int]]:
        """Count by present sites; those removed from the configuration have no series any more."""
        sites = self._live.fleet.sites
        for key, count in self._counted.items() if self._stored else ():
            if key[0] in sites:
                yield key, count

    def _counts(self) -> Iterator[Line]:
        assert self._stored is not None
        stages = self._stored.stages
        for id_, office in self._live.offices.by_id.items():
            for stage in sorted(STAGES.keys() | {stage for of, stage in stages if of == id_}):
                yield TICKETS.of(stages.get((id_, stage), 0), office.id, STAGES.get(stage, str(stage)))


def _outage(office: str, outage: queries.OpenOutage) -> dict[Family, str]:
    labels = OUTAGE(office, outage.site, outage.service)
    return {
        OPEN: OPEN.line(1, labels),
        STARTED: STARTED.line(outage.started_utc.timestamp(), labels),
        DEADLINE: DEADLINE.line(outage.deadline_utc.timestamp(), labels),
        AFFECTED: AFFECTED.line(outage.affected, labels),
    }
