"""Compute the report of a period: what is stored of it, counted as of its end. Pure, but for the history it asks.

What happened after its end changes nothing of it: an outage that ended later is still going on in it, a ticket that was
resolved or reopened later is as it was then. What changes a finished period is what is stored about it later: an
outage's excuse or cause, a withdrawn or corrected request, a changed calendar, the sites and hours of the configuration
in force, and what is deleted in the end.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.charter.office import Office
from monitor.charter.services import Service
from monitor.domain.progress import Progress, unheard
from monitor.domain.reasons import Names
from monitor.judging.availability import Interval
from monitor.reports import promise_figures
from monitor.reports.fleet_times import FleetRows, FleetTimes, accounting
from monitor.reports.outage_figures import outage_figures
from monitor.reports.period import Period
from monitor.reports.promise_figures import Promise
from monitor.reports.report import NOTHING, EarlierFigures, LinkFigures, Report, ReportScope, SiteFigures, UnseenTime
from monitor.reports.report_scope import office_name
from monitor.reports.site_figures import group_figures, site_figures, worst
from monitor.reports.stored_period import StoredPeriod, StoredWindow
from monitor.reports.tickets_then import TicketThen, ticket_then
from monitor.reports.use_history import NoHistory, UseHistory
from monitor.settings.fleet import Site
from monitor.store.gap_rows import GapRow
from monitor.store.report_rows import OutageRow

SIGNATURES = 3


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a window adds up to: the times of the fleet, and of the scope what is counted."""

    window: Interval
    rows: FleetRows
    times: FleetTimes
    outages: Sequence[OutageRow]
    tickets: Sequence[TicketThen]
    outcomes: Sequence[Promise]


def report_of(
    office: Office,
    of: StoredPeriod,
    history: UseHistory | None = None,
    kept_since_utc: datetime | None = None,
    progress: Progress = unheard,
    page: str = "",
) -> Report:
    """Return the report of a period and scope, as of its end, or of now when that is ahead.

    ``kept_since_utc``: what ended before is deleted, so that no earlier period is compared. ``progress`` is told how
    many of how many periods are computed. ``page``: the address of the public page.
    """
    every, use, counted = of.sites, history or NoHistory(), _counted(office, of.stored)
    window, all_periods = counted.window, 1 + len(of.earlier)
    sites = list(_sites(every, counted, use))
    progress(1, all_periods)
    earlier = []
    for at, (period, stored) in enumerate(of.earlier, start=2):
        earlier.append(_earlier(office, every, period, stored, kept_since_utc or period.window[0]))
        progress(at, all_periods)
    return Report(
        period=of.period,
        scope=of.scope,
        as_of_utc=window[1],
        office=office_name(office),
        promised=sum((site.promised for site in sites), NOTHING),
        always=sum((site.always for site in sites), NOTHING),
        power_us=sum(site.power_us for site in sites),
        sites=sites,
        groups=group_figures(office, sites),
        outages=list(
            outage_figures(office, counted.outages, counted.rows.affected, of.notices, counted.times.of, window)
        ),
        tickets=promise_figures.ticket_figures(counted.tickets, window, list(office.charter.services)),
        stages=promise_figures.stage_figures(office, counted.tickets, window),
        charter=promise_figures.charter_figures(
            office,
            _services(office, of.scope, every),
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


def _counted(office: Office, stored: StoredWindow) -> _Counted:
    rows, window = stored.rows, stored.rows.window
    tickets = [ticket_then(row, stored.steps.get(row.id, ()), window[1]) for row in stored.tickets]
    found = promise_figures.outcomes(
        stored.outages, tickets, window, lambda key: office.charter.service(key).waiting_pauses
    )
    return _Counted(window, rows, FleetTimes(office, rows), stored.outages, tickets, found)


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
    office: Office, every: Sequence[Site], period: Period, stored: StoredWindow, kept_since_utc: datetime
) -> EarlierFigures:
    counted = _counted(office, stored)
    known = (counted.rows.first_seen.get(site.id, period.window[1]) or period.window[0] for site in every)
    is_kept = period.window[0] >= kept_since_utc and any(since_utc < period.window[1] for since_utc in known)
    sums = (accounting(counted.times.figures(site.id).promised) for site in every)
    kept = sum(promise.kept for promise in counted.outcomes)
    return EarlierFigures(
        period, sum(sums, NOTHING) if is_kept else None, len(counted.outages), kept, len(counted.outcomes) - kept
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
