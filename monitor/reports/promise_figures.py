"""Count promises, tickets and stages of a window of time. Pure.

A promise is missed at its deadline and kept at the end of its case, so each counts once, in the window in which that
happened: after its beginning, up to its end. Excused outages, outages that ended otherwise than by recovering, and what
was withdrawn are none. It is what `store.promise_queries` counts, for some sites and as of an earlier time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

from monitor.alerts.notices.gather import restart_of, waits_of
from monitor.charter.office import Office
from monitor.charter.services import Service
from monitor.charter.stages import StageDates
from monitor.domain.reasons import Names
from monitor.judging.availability import Interval
from monitor.reports.report import CharterFigures, StageFigures, TicketFigures
from monitor.reports.sla_record import stage_records
from monitor.reports.tickets_then import TicketThen
from monitor.store.promise_queries import StagedTicket
from monitor.store.report_rows import OutageRow

RECOVERED = "recovered"


class Promise(NamedTuple):
    """A promise that was kept or missed within the window, and when; ``ticket``: its number, empty for none."""

    service: str
    kept: bool
    at_utc: datetime
    ticket: str


def is_kept(outage: OutageRow, as_of_utc: datetime) -> bool | None:
    """Return whether an outage ended by its deadline; None while that is ahead, and of one that did not recover."""
    ended_utc = _ended(outage, as_of_utc)
    if ended_utc is not None:
        return ended_utc <= outage.deadline_utc if outage.end_reason == RECOVERED else None
    return False if outage.deadline_utc <= as_of_utc else None


def outcomes(
    outages: Iterable[OutageRow], tickets: Iterable[TicketThen], window: Interval, pauses: Callable[[str], bool]
) -> list[Promise]:
    """Return the promises that were kept or missed in the window.

    ``pauses``: whether the time of a service stops while its request waits.
    """
    found = []
    for outage in outages:
        kept = None if outage.excuse else is_kept(outage, window[1])
        ended_utc = _ended(outage, window[1])
        if kept is not None:
            at_utc = ended_utc if kept and ended_utc is not None else outage.deadline_utc
            found.append(Promise(outage.service, kept, at_utc, outage.ticket))
    found += [
        Promise(ticket.service, *decided, ticket.number)
        for ticket in tickets
        if ticket.asked and (decided := _decided(ticket, pauses(ticket.service))) is not None
    ]
    return [promise for promise in found if _within(promise.at_utc, window)]


def _decided(ticket: TicketThen, pauses: bool) -> tuple[bool, datetime] | None:
    """Return whether the promise of a request was kept, and when that was decided; None while it is ahead."""
    ended_utc, deadline_utc = ticket.resolved_utc, ticket.deadline_utc
    if ended_utc is not None and (deadline_utc is None or ended_utc <= deadline_utc):
        return True, ended_utc
    if deadline_utc is None or deadline_utc > ticket.at_utc:
        return None
    if pauses and ticket.stopped_utc is not None and ticket.stopped_utc <= deadline_utc:
        return None  # its time has stopped, and is moved when it goes on
    return False, deadline_utc


def charter_figures(
    office: Office,
    services: Sequence[Service],
    found: Sequence[Promise],
    lengths: Mapping[str, Sequence[float]],
    open_: Mapping[str, int],
) -> list[CharterFigures]:
    """Return the rows of the charter, in its order, and those that it no longer has, where anything is of them."""
    kept = Counter(promise.service for promise in found if promise.kept)
    missed = Counter(promise.service for promise in found if not promise.kept)
    last: dict[str, Promise] = {}
    for promise in found:
        if not promise.kept and promise.ticket:
            before = last.setdefault(promise.service, promise)
            if (promise.at_utc, promise.ticket) > (before.at_utc, before.ticket):
                last[promise.service] = promise
    others = sorted({*kept, *missed, *open_} - {service.key for service in services})
    return [
        CharterFigures(
            service.key,
            Names(service.name_bn, service.name_en),
            Names(service.target_text("bn"), service.target_text("en")),
            kept[service.key],
            missed[service.key],
            open_.get(service.key, 0),
            median(lengths[service.key]) if lengths.get(service.key) else None,
            last[service.key].ticket if service.key in last else "",
        )
        for service in (*services, *map(office.charter.service, others))
    ]


def lengths(
    outages: Iterable[OutageRow], tickets: Iterable[TicketThen], window: Interval
) -> Mapping[str, Sequence[float]]:
    """Return the lengths in seconds of the cases that ended in the window, by service."""
    found: dict[str, list[float]] = defaultdict(list)
    for outage in outages:
        ended_utc = _ended(outage, window[1])
        if ended_utc is not None and _within(ended_utc, window) and _counts(outage):
            found[outage.service].append((ended_utc - outage.started_utc).total_seconds())
    for ticket in tickets:
        if ticket.asked and ticket.resolved_utc is not None and _within(ticket.resolved_utc, window):
            found[ticket.service].append((ticket.resolved_utc - ticket.began_utc).total_seconds())
    return found


def open_tickets(tickets: Iterable[TicketThen]) -> Mapping[str, int]:
    """Count the tickets that were open then, by service."""
    return Counter(ticket.service for ticket in tickets if _is_open(ticket))


def ticket_figures(tickets: Sequence[TicketThen], window: Interval, order: Sequence[str]) -> list[TicketFigures]:
    """Return the figures of the services that have any, in that order, others behind them.

    Both times run from the opening: to the first acknowledgement, and to the last resolution.
    """
    by_service: dict[str, list[TicketThen]] = defaultdict(list)
    for ticket in tickets:
        by_service[ticket.service].append(ticket)
    found = []
    for service in dict.fromkeys((*order, *sorted(by_service))):
        mine = by_service.get(service, [])
        resolved = [ticket for ticket in mine if _at(ticket.resolved_utc, window)]
        figures = TicketFigures(
            service,
            opened=sum(_within(ticket.opened_utc, window) for ticket in mine),
            resolved=len(resolved),
            open=sum(map(_is_open, mine)),
            reopened=sum(_within(at_utc, window) for ticket in mine for at_utc in ticket.reopened_utc),
            acknowledge_s=_typical(
                (ticket.opened_utc, ticket.acknowledged_utc) for ticket in mine if _at(ticket.acknowledged_utc, window)
            ),
            resolve_s=_typical((ticket.opened_utc, ticket.resolved_utc) for ticket in resolved),
        )
        if figures.opened or figures.resolved or figures.open or figures.reopened:
            found.append(figures)
    return found


def stage_figures(office: Office, tickets: Iterable[TicketThen], window: Interval) -> list[StageFigures]:
    """Return what each stage of the grievance chain got and did in the window."""

    def dates_of(ticket: StagedTicket) -> Sequence[StageDates]:
        restart = restart_of(ticket.anew_level, ticket.anew_utc)
        return office.stages_from(ticket.breached_utc, restart, waits_of(ticket.waits))

    stages = office.charter.stages
    staged = [ticket.staged for ticket in tickets if ticket.staged is not None]
    records = stage_records(staged, [stage.level for stage in stages], dates_of, window, window[1])
    found = []
    for stage, record in zip(stages, records, strict=True):
        holder = office.charter.officer(stage.holder)
        title = Names(holder.title_bn, holder.title_en)
        found.append(StageFigures(record.level, title, record.came, record.in_time, record.late, record.open_now))
    return found


def _typical(spans: Iterable[tuple[datetime, datetime | None]]) -> float | None:
    found = [(ends - begins).total_seconds() for begins, ends in spans if ends is not None]
    return median(found) if found else None


def _counts(outage: OutageRow) -> bool:
    return not outage.excuse and outage.end_reason == RECOVERED


def _ended(outage: OutageRow, as_of_utc: datetime) -> datetime | None:
    return outage.ended_utc if outage.ended_utc is not None and outage.ended_utc <= as_of_utc else None


def _is_open(ticket: TicketThen) -> bool:
    return ticket.resolved_utc is None and ticket.opened_utc <= ticket.at_utc


def _at(at_utc: datetime | None, window: Interval) -> bool:
    return at_utc is not None and _within(at_utc, window)


def _within(at_utc: datetime, window: Interval) -> bool:
    return window[0] < at_utc <= window[1]
