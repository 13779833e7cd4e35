"""Keep the record of the charter's promises within a span of time: by service, and by stage of the grievance chain."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from monitor.alerts.notices.gather import restart_of, waits_of
from monitor.charter.office import Office
from monitor.charter.stages import StageDates
from monitor.domain.clock import DHAKA
from monitor.domain.day import at_dhaka
from monitor.domain.fiscal_year import fiscal_year_of
from monitor.domain.message import N_
from monitor.judging.availability import Interval
from monitor.store import promise_queries
from monitor.store.promise_queries import StagedTicket
from monitor.store.session import Session

MIDNIGHT = datetime.min.time()
SPANS: Mapping[str, str] = {
    "month": N_("This month"),
    "quarter": N_("These three months"),
    "year": N_("This fiscal year"),
    "last": N_("Last fiscal year"),
}
"""The spans that a record is kept for, with their titles; quarters are those of the fiscal year."""


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """A service's promises in a span. ``typical_s``: median of what ended, in seconds; ``last_missed``: its ticket."""

    kept: int = 0
    missed: int = 0
    typical_s: float | None = None
    open_now: int = 0
    last_missed: str | None = None

    @property
    def count(self) -> int:
        return self.kept + self.missed


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What came to a stage in a span, was resolved in its time, and was not; ``open_now``: stands there now."""

    level: int
    came: int = 0
    in_time: int = 0
    late: int = 0
    open_now: int = 0


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """The record of a span, counted at ``at_utc``."""

    span: Interval
    at_utc: datetime
    services: Mapping[str, ServiceRecord]
    stages: Sequence[StageRecord]

    @property
    def kept(self) -> int:
        return sum(each.kept for each in self.services.values())

    @property
    def missed(self) -> int:
        return sum(each.missed for each in self.services.values())

    @property
    def open_now(self) -> int:
        return sum(each.open_now for each in self.services.values())

    @property
    def share(self) -> float | None:
        """Return kept ÷ (kept + missed), 0 to 1; None without any."""
        count = self.kept + self.missed
        return self.kept / count if count else None


def span_of(name: str, now_utc: datetime) -> Interval:
    """Return the time of a span of `SPANS` up to now; the last fiscal year is over."""
    today = now_utc.astimezone(DHAKA).date()
    begun = fiscal_year_of(today)
    match name:
        case "month":
            first = today.replace(day=1)
        case "quarter":
            first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        case "last":
            return at_dhaka(begun.replace(year=begun.year - 1), MIDNIGHT), at_dhaka(begun, MIDNIGHT)
        case _:
            first = begun
    return at_dhaka(first, MIDNIGHT), now_utc


def record(session: Session, office: Office, span: Interval, now_utc: datetime) -> PromiseRecord:
    """Read the record of a span."""
    kept, missed = promise_queries.kept(session, *span), promise_queries.missed(session, *span)
    open_now = promise_queries.open_now(session)
    lengths: dict[str, list[float]] = defaultdict(list)
    for service, seconds in promise_queries.lengths(session, *span):
        lengths[service].append(seconds)
    services = {
        key: ServiceRecord(
            kept.get(key, 0),
            missed.get(key, 0),
            median(lengths[key]) if lengths[key] else None,
            open_now.get(key, 0),
            promise_queries.last_missed(session, *span, key) if missed.get(key) else None,
        )
        for key in dict.fromkeys((*office.charter.services, *kept, *missed, *open_now))
    }
    tickets = promise_queries.staged(session, span[0])

    def dates_of(ticket: StagedTicket) -> Sequence[StageDates]:
        restart = restart_of(ticket.anew_level, ticket.anew_utc)
        return office.stages_from(ticket.breached_utc, restart, waits_of(ticket.waits))

    levels = [stage.level for stage in office.charter.stages]
    return PromiseRecord(span, now_utc, services, stage_records(tickets, levels, dates_of, span, now_utc))


def stage_records(
    tickets: Iterable[StagedTicket],
    levels: Sequence[int],
    dates_of: Callable[[StagedTicket], Sequence[StageDates]],
    span: Interval,
    now_utc: datetime,
) -> list[StageRecord]:
    """Count what each stage got and did. Pure.

    A ticket came to a stage when that began; it left it in time when it was resolved before the stage ended.
    """
    came, in_time, late, open_now = (dict.fromkeys(levels, 0) for _ in range(4))
    for ticket in tickets:
        for dates in dates_of(ticket):
            level, resolved = dates.level, ticket.resolved_utc
            if level > ticket.stage or level not in came:
                continue
            came[level] += _within(dates.starts_utc, span)
            if resolved is not None and resolved <= dates.lapses_utc:
                in_time[level] += resolved >= dates.starts_utc and _within(resolved, span)
            else:
                late[level] += dates.lapses_utc <= now_utc and _within(dates.lapses_utc, span)
            open_now[level] += resolved is None and level == ticket.stage
    return [StageRecord(level, came[level], in_time[level], late[level], open_now[level]) for level in levels]


def _within(at_utc: datetime, span: Interval) -> bool:
    return span[0] < at_utc <= span[1]
