"""Compute the report of a period: what is stored of it, counted as of its end.

What happened after its end changes nothing of it: an outage that ended later is still going on in it, a ticket that was
resolved or reopened later is as it was then. What changes a finished period is what is stored about it later: an
outage's excuse or cause, a withdrawn or corrected request, a changed calendar, the sites and hours of the configuration
in force, and what is deleted in the end.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.cases.downtimes import plans
from monitor.charter.office import Office
from monitor.charter.services import Service
from monitor.domain.reasons import Names
from monitor.judging.availability import Interval
from monitor.reports import promise_figures
from monitor.reports.fleet_times import FleetRows, FleetTimes, accounting
from monitor.reports.outage_figures import outage_figures
from monitor.reports.period import Period, before, year_before
from monitor.reports.promise_figures import Promise
from monitor.reports.report import NOTHING, EarlierFigures, LinkFigures, Report, ReportScope, SiteFigures, UnseenTime
from monitor.reports.report_scope import office_name, sites_of
from monitor.reports.site_figures import group_figures, site_figures, worst
from monitor.reports.tickets_then import TicketThen, ticket_then
from monitor.reports.use_history import NoHistory, UseHistory
from monitor.settings.fleet import Site
from monitor.store import gap_rows, report_rows
from monitor.store.gap_rows import GapRow
from monitor.store.report_rows import OutageRow
from monitor.store.session import Session

EARLIER = 3
SIGNATURES = 3


class NotBegun(ValueError):
    """The period has not begun yet."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is stored of a window: everything of the fleet, and of the sites of the scope what is counted."""

    window: Interval
    rows: FleetRows
    times: FleetTimes
    outages: Sequence[OutageRow]
    tickets: Sequence[TicketThen]
    outcomes: Sequence[Promise]


def report_of(
    session: Session,
    office: Office,
    period: Period,
    scope: ReportScope,
    now_utc: datetime,
    history: UseHistory | None = None,
    kept_since_utc: datetime | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    page: str = "",
    *,
    compared: bool = True,
) -> Report:
    """Return the report of a period and scope, as of its end, or of now when that is ahead.

    ``kept_since_utc``: what ended before is deleted, so that no earlier period is compared. ``progress`` is told how
    many of how many periods are computed. ``page``: the address of the public page. ``compared``: with earlier
    periods. Raises NotBegun.
    """
    window = period.window[0], min(period.window[1], now_utc)
    if window[0] >= window[1]:
        raise NotBegun(period.code)
    every, use, others = sites_of(office, scope), history or NoHistory(), earlier_periods(period) if compared else []
    counted = _counted(session, office, scope, every, window, now_utc)
    sites = list(_sites(every, counted, use))
    notices = report_rows.notices(session, counted.outages)
    progress(1, 1 + len(others))
    earlier = []
    for at, each in enumerate(others, start=2):
        earlier.append(_earlier(session, office, scope, every, each, now_utc, kept_since_utc or each.window[0]))
        progress(at, 1 + len(others))
    return Report(
        period=period,
        scope=scope,
        as_of_utc=window[1],
        office=office_name(office),
        promised=sum((site.promised for site in sites), NOTHING),
        always=sum((site.always for site in sites), NOTHING),
        power_us=sum(site.power_us for site in sites),
        sites=sites,
        groups=group_figures(office, sites),
        outages=list(outage_figures(office, counted.outages, counted.rows.affected, notices, counted.times.of, window)),
        tickets=promise_figures.ticket_figures(counted.tickets, window, list(office.charter.services)),
        stages=promise_figures.stage_figures(office, counted.tickets, window),
        charter=promise_figures.charter_figures(
            office,
            _services(office, scope, every),
            counted.outcomes,
            promise_figures.lengths(counted.outages, counted.tickets, window),
            promise_figures.open_tickets(counted.tickets),
        ),
        links=list(_links(every, use, window)),
        worst=worst(sites),
        earlier=earlier,
        unseen=list(_unseen(office, every, counted.rows.gaps, window)),
        history=use.source,
        signatures=_signatures(office),
        page=page,
    )


def earlier_periods(period: Period) -> list[Period]:
    """Return the three periods before it, the latest first, and that of the year before, each once. Pure."""
    found, last = [], period
    for _ in range(EARLIER):
        last = before(last)
        found.append(last)
    return list(dict.fromkeys((*found, year_before(period))))


def _counted(
    session: Session,
    office: Office,
    scope: ReportScope,
    every: Sequence[Site],
    window: Interval,
    now_utc: datetime,
    *,
    requests: bool = False,
) -> _Counted:
    """Read a window; ``requests``: of tickets only what somebody asked for."""
    rows = FleetRows(
        window,
        report_rows.outages(session, window),
        report_rows.affected(session, window),
        report_rows.suppressed(session, window),
        gap_rows.gaps(session, window, now_utc),
        report_rows.first_seen(session),
        {**office.maintenance, **plans(session)},
    )
    whole, ids = scope.kind == "office", {site.id for site in every}
    outages = [row for row in rows.outages if whole or row.site in ids]
    steps = report_rows.steps(session, window, requests=requests)
    tickets = [
        ticket_then(row, steps.get(row.id, ()), window[1])
        for row in report_rows.tickets(session, window, requests=requests)
        if whole or row.site in ids
    ]
    found = promise_figures.outcomes(outages, tickets, window, lambda key: office.charter.service(key).waiting_pauses)
    return _Counted(window, rows, FleetTimes(office, rows), outages, tickets, found)


def _sites(every: Sequence[Site], counted: _Counted, history: UseHistory) -> Iterator[SiteFigures]:
    outages = Counter(row.site for row in counted.outages)
    affected = Counter(row.site for row in counted.rows.affected)
    for site in every:
        used_us = history.used_us(site.workstations, counted.window) if site.workstations else None
        first_utc = counted.rows.first_seen.get(site.id, counted.window[1])
        known_utc = first_utc if first_utc is not None and first_utc > counted.window[0] else None
        found = counted.times.figures(site.id)
        yield site_figures(site, found, outages, affected, used_us, known_utc and min(known_utc, counted.window[1]))


def _services(office: Office, scope: ReportScope, every: Sequence[Site]) -> list[Service]:
    """Return the rows of the charter that concern the scope: all, or those that promise its sites."""
    kinds = {site.kind for site in every}
    services = office.charter.services.values()
    return [service for service in services if scope.kind == "office" or kinds.intersection(service.site_kinds)]


def _links(every: Sequence[Site], history: UseHistory, window: Interval) -> Iterator[LinkFigures]:
    for site in every:
        if (link := site.link) is not None:
            use = history.link_use(link, window)
            yield LinkFigures(
                site.id,
                Names(site.name_bn, site.name_en),
                link.interface,
                None if link.speed_mbps is None else link.speed_mbps * 1e6,
                use.in_p95_bps,
                use.out_p95_bps,
                use.in_octets,
                use.out_octets,
                use.full_by,
            )


def _earlier(
    session: Session,
    office: Office,
    scope: ReportScope,
    every: Sequence[Site],
    period: Period,
    now_utc: datetime,
    kept_since_utc: datetime,
) -> EarlierFigures:
    counted = _counted(session, office, scope, every, period.window, now_utc, requests=True)
    known = (counted.rows.first_seen.get(site.id, period.window[1]) or period.window[0] for site in every)
    stored = period.window[0] >= kept_since_utc and any(since_utc < period.window[1] for since_utc in known)
    sums = (accounting(counted.times.figures(site.id).promised) for site in every)
    kept = sum(promise.kept for promise in counted.outcomes)
    return EarlierFigures(
        period, sum(sums, NOTHING) if stored else None, len(counted.outages), kept, len(counted.outcomes) - kept
    )


def _unseen(office: Office, every: Sequence[Site], gaps: Sequence[GapRow], window: Interval) -> Iterator[UnseenTime]:
    """Yield the unmonitored times that concern any of the sites, cut to the window."""
    groups = office.fleet.groups
    uplinks = {name for site in every for name in office.fleet.uplinks.get(site.id, ())}
    for gap in gaps:
        if gap.uplink not in groups or gap.uplink in uplinks:
            begins, ends = max(gap.started_utc, window[0]), min(gap.ended_utc or window[1], window[1])
            yield UnseenTime(begins, ends, gap.uplink, gap.why)


def _signatures(office: Office) -> list[Names]:
    """Return the titles of who prepares, checks and approves it: who answers for it, and who follow in the chain."""
    services = [*office.charter.services.values()]
    first = next((service for service in services if service.section == "official"), services[0])
    roles = dict.fromkeys((first.officer, *(stage.holder for stage in office.charter.stages)))
    officers = [office.charter.officer(role) for role in list(roles)[:SIGNATURES]]
    return [Names(officer.title_bn, officer.title_en) for officer in officers]
