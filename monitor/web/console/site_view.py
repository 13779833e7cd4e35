"""Gather what the page of a site shows: from the database in one transaction, and from the running monitor's memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.charter.downtimes import covers, windows_of
from monitor.charter.office import Office
from monitor.domain.clock import DHAKA
from monitor.domain.fiscal_year import fiscal_year_of
from monitor.domain.message import N_, Said, message, messages
from monitor.domain.reasons import Reason
from monitor.domain.sample import Sample
from monitor.domain.states import EndReason
from monitor.judging.availability import Availability, Interval
from monitor.judging.health import State
from monitor.probes.snmp.reading import feeds_from_battery
from monitor.reports.availability import SiteTimes, figures_within, times_of
from monitor.reports.site_strips import DayShare, day_shares, first_moment, in_service_hours, last_days
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Site
from monitor.settings.maintenance_section import Maintenance
from monitor.store import queries, site_page_queries
from monitor.store.queries import TimelineView
from monitor.store.session import Session
from monitor.store.site_page_queries import Behind, KnownState, Note, SiteOutage, SiteTicket, Suppressed

STRIP_DAYS = 90
OUTAGES_A_PAGE, MOST_TICKETS, MOST_NOTES, MOST_EVENTS = 10, 10, 30, 10
AHEAD = timedelta(days=14)
BROKEN = frozenset({State.DOWN, State.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Sums:
    """Availability of one span of time, over the service hours and around the clock."""

    title: str
    in_hours: Availability
    always: Availability


@dataclass(frozen=True, slots=True)
class SiteStored:
    """What the database knows of a site. ``more``: there are older outages than ``outages``."""

    state: KnownState | None
    outage: SiteOutage | None
    behind: Behind | None
    suppressed: Suppressed | None
    outages: Sequence[SiteOutage]
    more: bool
    this_year: int
    tickets: Sequence[SiteTicket]
    notes: Sequence[Note]
    events: Sequence[TimelineView]
    times: SiteTimes
    days: Sequence[DayShare]
    sums: Sequence[Sums]


@dataclass(frozen=True, slots=True)
class PathStep:
    """A site on the way from the monitor; ``is_cut``: the line to it is broken."""

    site: Site
    state: str
    rtt_ms: float | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Inside:
    """Something within a site, by its last reading. ``what``: device, link, service, ups or workstations."""

    what: str
    name: str
    state: str
    at_utc: datetime | None
    said: tuple[Said | Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Ahead:
    """Planned work that covers the site, under way or to come."""

    name: str
    window: Maintenance
    begins_utc: datetime
    ends_utc: datetime


def read_site(session: Session, office: Office, site: str, now_utc: datetime, before: int = 0) -> SiteStored:
    """Read what is stored; ``before``: list only outages older than the one of that number."""
    days = last_days(now_utc, STRIP_DAYS)
    spans = {title: span for title, span in spans_of(now_utc).items() if span[0] < span[1]}
    begins = min(first_moment(days[0]), *(span[0] for span in spans.values()))
    times = times_of(session, office, site, (begins, now_utc), now_utc)
    outages = site_page_queries.outages_of(session, site, OUTAGES_A_PAGE + 1, before)
    return SiteStored(
        state=site_page_queries.state_of(session, site),
        outage=site_page_queries.open_outage(session, site),
        behind=site_page_queries.behind(session, site),
        suppressed=site_page_queries.suppressed(session, site),
        outages=outages[:OUTAGES_A_PAGE],
        more=len(outages) > OUTAGES_A_PAGE,
        this_year=site_page_queries.outage_count(session, site, fiscal_year_utc(now_utc)),
        tickets=site_page_queries.tickets_of(session, site, MOST_TICKETS),
        notes=site_page_queries.notes_of(session, site, MOST_NOTES),
        events=queries.events(session, site=site, limit=MOST_EVENTS),
        times=times,
        days=day_shares(times, days, now_utc),
        sums=[
            Sums(title, in_service_hours(times, span), figures_within(times, span).always)
            for title, span in spans.items()
        ],
    )


def spans_of(now_utc: datetime) -> dict[str, Interval]:
    """Return this month, the last one, and the fiscal year so far, by their titles."""
    month = now_utc.astimezone(DHAKA).date().replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    return {
        N_("This month"): (first_moment(month), now_utc),
        N_("Last month"): (first_moment(before), first_moment(month)),
        N_("Fiscal year"): (fiscal_year_utc(now_utc), now_utc),
    }


def fiscal_year_utc(now_utc: datetime) -> datetime:
    """Return when the fiscal year began, the 1st of July."""
    today = now_utc.astimezone(DHAKA).date()
    return first_moment(fiscal_year_of(today)).astimezone(UTC)


def path_to(live: RuntimeView, site: Site) -> list[PathStep]:
    """Return the sites on the way from the monitor to this one, which is the last."""
    fleet = live.fleet
    way = [*reversed([fleet.site(each) for each in fleet.ancestors(site.id)]), site]
    states = [live.board.state(each.id) for each in way]
    return [
        PathStep(each, state, _rtt_ms(live.echoes.get(each.gateway.id)), state in BROKEN)
        for each, state in zip(way, states, strict=True)
    ]


def fault_of(path: Sequence[PathStep]) -> Site | None:
    """Return the first site on the way that does not answer, the root of what is behind it."""
    return next((step.site for step in path if step.state == State.DOWN), None)


def inside(live: RuntimeView, site: Site) -> list[Inside]:
    """Return the devices, link, services, UPSes and workstations of a site, by their last readings."""
    found = [_device(live, device.id, device.name) for device in site.devices if device.role != "workstation"]
    if site.link is not None:
        use = live.link_use.get(site.id)
        said: tuple[Said, ...] = () if use is None else (message("{share:percent}% of its speed in use", share=use),)
        found.append(Inside("link", site.link.interface, live.board.health(site.link.id).state, None, said))
    for service in site.services:
        checked = live.services.get(service.id)
        sample = checked.sample if checked else None
        found.append(_of_sample("service", service.name, live.board.health(service.id).state, sample))
    found += [ups for device in site.devices if (ups := _ups(live, device.id, device.name)) is not None]
    counted = live.board.lab(site.id)
    if counted is not None:
        on = message("{answering} of {total} PCs on", answering=counted.answering, total=counted.total)
        found.append(Inside("workstations", "", "up" if counted.answering else "unknown", None, (on,)))
    return found


def _device(live: RuntimeView, id_: str, name: str) -> Inside:
    row = _of_sample("device", name, live.board.health(id_).state, live.echoes.get(id_))
    read = live.snmp.get(id_)
    if read is None or read.outcome == "ok" or read.why is None:
        return row
    return Inside(row.what, row.name, row.state, row.at_utc, (*row.said, read.why))


def _of_sample(what: str, name: str, state: str, sample: Sample | None) -> Inside:
    if sample is None:
        return Inside(what, name, state, None)
    said: list[Said | Reason] = []
    if sample.probe == "icmp" and sample.sent:
        said.append(
            messages("{got} of {count} answered", "{got} of {count} answered", sample.sent, got=sample.received)
        )
    said += [why for why in (sample.reason, sample.poor) if why is not None]
    return Inside(what, name, state, sample.started_utc, tuple(said))


def _ups(live: RuntimeView, id_: str, name: str) -> Inside | None:
    """Return a UPS as its device last said it is; None where it has none."""
    at_utc, reading = live.snmp_said.get(id_, (None, None))
    if reading is None or not reading.ups:
        return None
    on_battery = feeds_from_battery(reading.ups)
    said: list[Said] = [message("UPS on battery") if on_battery else message("on mains")]
    charge, minutes = (reading.ups.get(f"upsEstimated{each}Remaining") for each in ("Charge", "Minutes"))
    if isinstance(charge, int) and 0 <= charge <= 100:
        said.append(message("{charge}% charged", charge=charge))
    if on_battery and isinstance(minutes, int) and minutes >= 0:
        said.append(messages("{count} minute left", "{count} minutes left", minutes))
    return Inside("ups", name, "degraded" if on_battery else "up", at_utc, tuple(said))


def _rtt_ms(sample: Sample | None) -> float | None:
    return None if sample is None or sample.rtt_ns is None else sample.rtt_ns / 1e6


def promise_of(outage: SiteOutage, now_utc: datetime) -> str:
    """Return whether the promised time was kept: running, late (and still open), kept, missed, excused or none."""
    if outage.excuse:
        return "excused"
    if outage.ended_utc is None:
        return "late" if outage.deadline_utc <= now_utc else "running"
    if outage.end_reason not in (None, EndReason.RECOVERED):
        return "none"
    return "kept" if outage.ended_utc <= outage.deadline_utc else "missed"


def ahead_of(office: Office, site: str, now_utc: datetime) -> list[Ahead]:
    """Return planned work that covers the site, under way or within 14 days, the next first."""
    today = now_utc.astimezone(DHAKA).date()
    found: dict[tuple[str, datetime], Ahead] = {}
    for name, window in office.maintenance.items():
        if covers(office, window, site):
            for days in range(-9, AHEAD.days + 1):
                for begins, ends in windows_of(window, today + timedelta(days=days)):
                    if begins <= now_utc + AHEAD and ends > now_utc:
                        found[name, begins] = Ahead(name, window, begins, ends)
    return sorted(found.values(), key=lambda each: (each.begins_utc, each.name))
