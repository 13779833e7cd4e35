"""What becomes of decisions that are no outage: states of sites, and lines of the timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.charter.downtimes import hours_of
from monitor.charter.office import Office
from monitor.charter.service_hours import promised
from monitor.i18n.formats import DHAKA, duration_text
from monitor.judging.decisions import (
    Decision,
    DeviceEvent,
    Excused,
    ExcusedNoMore,
    FlappingChanged,
    MonitoringGap,
    SiteChanged,
    VantageBack,
    VantageLost,
    WorkstationSeen,
)
from monitor.judging.health import ANSWERS
from monitor.store import timeline_rows
from monitor.store.models import Event, Gap, SiteState, SuppressedOutage
from monitor.store.work import Work

A_WEEK = timedelta(days=7)
UNUSED = "lab_unused"


def apply(work: Work, decision: Decision) -> None:
    """Stores one decision in the caller's transaction."""
    match decision:
        case SiteChanged(site):
            store_states(work, {site: [decision]})
        case DeviceEvent(site, device, kind, text, at_utc):
            note(work, site, device, kind, text, at_utc)
        case WorkstationSeen(site, at_utc):
            if (lab := work.session.get(SiteState, site)) is not None:
                lab.workstation_utc = at_utc
        case Excused():
            _excuse(work, decision)
        case ExcusedNoMore(site, until_utc):
            _excuse_ends(work, site, until_utc)
        case MonitoringGap(since_utc, until_utc, why):
            note(work, "", "", "stood_still", why, until_utc)
            work.session.add(Gap(started_utc=since_utc, ended_utc=until_utc, reason=why[:100]))
        case VantageLost(group, since_utc):
            note(work, "", "", "vantage_lost", f"all references of '{group}' are silent", since_utc)
            reason = f"blind behind '{group}'"[:100]
            work.session.add(Gap(started_utc=since_utc, ended_utc=since_utc, reason=reason, uplink=group))
        case VantageBack(group, since_utc, until_utc):
            note(work, "", "", "vantage_back", f"behind '{group}' it can be judged again", until_utc)
            _sees_again(work, group, since_utc, until_utc)
        case FlappingChanged(site, flapping, share, at_utc):
            kind = "flapping" if flapping else "settled"
            note(work, site, "", kind, f"{share:.0%} of its last results changed", at_utc)
            if (row := work.session.get(SiteState, site)) is not None:
                row.flapping = flapping


def store_states(work: Work, states: Mapping[str, Sequence[SiteChanged]]) -> None:
    """Stores the last state of many sites at once; of those before it only whether the site went on answering."""
    if not states:
        return
    known = timeline_rows.states_of(work.session, states)
    for site, changes in states.items():
        row, last = known.get(site), changes[-1]
        if row is None:
            row = SiteState(site=site, state=last.state, since_utc=last.since_utc)
            work.session.add(row)
        for change in changes:
            row.answers_since_utc = (row.answers_since_utc or change.since_utc) if change.state in ANSWERS else None
        row.state, row.since_utc = last.state, last.since_utc
    work.session.flush()


def note(work: Work, site: str, device: str, kind: str, text: str, at_utc: datetime) -> None:
    """Adds a line to the timeline."""
    work.session.add(Event(at_utc=at_utc, site=site, device=device, kind=kind, text=text[:300]))


def _excuse(work: Work, decision: Excused) -> None:
    """Begins a row, unless the excuse was known before a restart; another excuse ends the one before."""
    known = next(iter(timeline_rows.suppressed_at(work.session, decision.site)), None)
    if known is not None and known.why == decision.why[:300]:
        known.planned_until_utc = decision.until_utc
        return
    since_utc = decision.since_utc
    if known is not None:
        known.until_utc = since_utc = max(since_utc, known.since_utc)
    work.session.add(
        SuppressedOutage(
            site=decision.site,
            kind=decision.kind,
            why=decision.why[:300],
            since_utc=since_utc,
            planned_until_utc=decision.until_utc,
            promised_utc=decision.promised_utc,
        )
    )
    if decision.kind != "behind":  # a line for the root is enough
        text = f"silent, but no outage begins: {decision.why}"
        note(work, decision.site, "", "paused", text, decision.at_utc)


def _excuse_ends(work: Work, site: str, until_utc: datetime) -> None:
    for row in timeline_rows.suppressed_at(work.session, site):
        row.until_utc = max(until_utc, row.since_utc)
        if row.kind == "maintenance":
            lasted = duration_text(row.until_utc - row.since_utc, "en")
            note(work, site, "", "paused_over", f"silent for {lasted}: {row.why}", row.until_utc)


def _sees_again(work: Work, group: str, since_utc: datetime, until_utc: datetime) -> None:
    """Ends the gap that began when sight was lost."""
    rows = timeline_rows.open_gaps(work.session, group)
    for row in rows:
        row.ended_utc = max(until_utc, row.started_utc)
    if not rows:
        reason = f"blind behind '{group}'"[:100]
        work.session.add(Gap(started_utc=since_utc, ended_utc=until_utc, reason=reason, uplink=group))


def note_unused_labs(work: Work) -> list[str]:
    """Notes, once a week, each lab of which no workstation has answered for a week of classes; returns their ids."""
    noted = []
    for site in work.office.fleet.sites.values():
        row = work.session.get(SiteState, site.id) if site.workstations else None
        seen_utc = (row.workstation_utc or row.first_utc) if row else None
        if seen_utc is None or not _a_week_of_classes(work.office, site.id, seen_utc, work.now_utc):
            continue
        if not timeline_rows.has_event(work.session, site.id, UNUSED, work.now_utc - A_WEEK):
            days = (work.now_utc - seen_utc).days
            text = f"none of {len(site.workstations)} workstations for {days} days"
            note(work, site.id, "", UNUSED, text, work.now_utc)
            noted.append(site.id)
    return noted


def _a_week_of_classes(office: Office, site: str, since_utc: datetime, now_utc: datetime) -> bool:
    """Whether as many days with hours of service have passed whole as a week has; holidays do not count."""
    if now_utc - since_utc < A_WEEK:
        return False
    hours, day = hours_of(office, site), since_utc.astimezone(DHAKA).date()
    wanted = len(office.calendar.service_hours.school.days) if hours == "school" else 5
    while wanted and day <= now_utc.astimezone(DHAKA).date():
        spans = list(promised(hours, day, office.calendar))
        wanted -= bool(spans) and since_utc <= spans[0][0] and spans[-1][1] <= now_utc
        day += timedelta(days=1)
    return wanted == 0
