"""Store decisions that are no outage: states of sites, and timeline events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.charter.downtimes import hours_of
from monitor.charter.office import Office
from monitor.charter.service_hours import promised
from monitor.domain.event_kinds import EventKind
from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.domain.states import DowntimeKind
from monitor.i18n.formats import DHAKA
from monitor.judging.decisions import (
    Decision,
    DeviceEvent,
    FlappingChanged,
    MonitoringGap,
    OutageSuppressed,
    SiteChanged,
    SuppressionEnded,
    UplinkBack,
    UplinkLost,
    WorkstationSeen,
)
from monitor.judging.health import ANSWERS
from monitor.store import timeline_rows
from monitor.store.columns import storable_reason
from monitor.store.models import Event, Gap, SiteState, SuppressedOutage
from monitor.store.sqlite import in_portions
from monitor.store.work import Work

A_WEEK = timedelta(days=7)
UNUSED = EventKind.LAB_UNUSED


def apply(work: Work, decision: Decision) -> None:
    """Store one decision in the caller's transaction."""
    match decision:
        case SiteChanged(site):
            store_states(work, {site: [decision]})
        case DeviceEvent(site, device, kind, why, at_utc):
            note(work, site, device, kind, why, at_utc)
        case WorkstationSeen(site, at_utc):
            if (lab := work.session.get(SiteState, site)) is not None:
                lab.workstation_utc = at_utc
        case OutageSuppressed():
            _begin_suppressed(work, decision)
        case SuppressionEnded(site, until_utc):
            _end_suppressed(work, site, until_utc)
        case MonitoringGap(since_utc, until_utc, why, shard):
            _note_once(work, EventKind.STALLED, why, until_utc, shard)
            work.session.add(Gap(started_utc=since_utc, ended_utc=until_utc, reason=why, shard=shard))
        case UplinkLost(group, since_utc, shard):
            silent = reason(ReasonCode.REFERENCES_SILENT, uplink=group)
            _note_once(work, EventKind.UPLINK_LOST, silent, since_utc, shard)
            work.session.add(_blind(group, since_utc, None, shard))
        case UplinkBack(group, since_utc, until_utc, shard):
            again = reason(ReasonCode.CAN_JUDGE_AGAIN, uplink=group)
            _note_once(work, EventKind.UPLINK_BACK, again, until_utc, shard)
            _end_gap(work, group, since_utc, until_utc, shard)
        case FlappingChanged(site, flapping, share, at_utc):
            kind = EventKind.FLAPPING if flapping else EventKind.SETTLED
            note(work, site, "", kind, reason(ReasonCode.RESULTS_CHANGED, share=share), at_utc)
            if (row := work.session.get(SiteState, site)) is not None:
                row.flapping = flapping


def store_states(work: Work, states: Mapping[str, Sequence[SiteChanged]]) -> None:
    """Store the last state of many sites at once; of earlier ones only whether the site went on answering."""
    for sites in in_portions(list(states)):  # a server ends a transaction that has asked for nothing too long
        known, first = timeline_rows.states_of(work.session, sites), list[timeline_rows.FirstState]()
        for site in sites:
            row, changes = known.get(site), states[site]
            last, answers_since_utc = changes[-1], None if row is None else row.answers_since_utc
            for change in changes:
                answers_since_utc = (answers_since_utc or change.since_utc) if change.state in ANSWERS else None
            if row is None:
                state = timeline_rows.FirstState(
                    site=site,
                    state=last.state,
                    since_utc=last.since_utc,
                    first_utc=changes[0].since_utc,
                    answers_since_utc=answers_since_utc,
                )
                first.append(state)
            else:
                row.state, row.since_utc, row.answers_since_utc = last.state, last.since_utc, answers_since_utc
        timeline_rows.add_states(work.session, first)
        work.session.flush()


def note(work: Work, site: str, device: str, kind: EventKind, why: Reason | None, at_utc: datetime) -> None:
    """Add an event to the timeline."""
    work.session.add(Event(at_utc=at_utc, site=site, device=device, kind=kind, reason=why))


def _note_once(work: Work, kind: EventKind, why: Reason, at_utc: datetime, shard: int | None) -> None:
    """Add an event of no site; where it is told of each shard, for the first of them."""
    if shard is None or not timeline_rows.has_event_at(work.session, kind, at_utc):
        note(work, "", "", kind, why, at_utc)


def _blind(uplink: str, since_utc: datetime, until_utc: datetime | None, shard: int | None) -> Gap:
    why = reason(ReasonCode.BLIND_BEHIND, uplink=uplink)
    return Gap(started_utc=since_utc, ended_utc=until_utc, reason=why, uplink=uplink, shard=shard)


def _begin_suppressed(work: Work, decision: OutageSuppressed) -> None:
    """Begin a suppressed outage, unless it was known before a restart; another downtime ends the one before."""
    known = next(iter(timeline_rows.suppressed_at(work.session, decision.site)), None)
    if known is not None and known.why == storable_reason(decision.why):
        known.planned_until_utc = decision.until_utc
        return
    since_utc = decision.since_utc
    if known is not None:
        known.until_utc = since_utc = max(since_utc, known.since_utc)
    work.session.add(
        SuppressedOutage(
            site=decision.site,
            kind=decision.kind,
            why=decision.why,
            since_utc=since_utc,
            planned_until_utc=decision.until_utc,
            promised_utc=decision.promised_utc,
        )
    )
    if decision.kind is not DowntimeKind.BEHIND:  # a line for the root is enough
        excused = reason(ReasonCode.EXCUSED, excuse=decision.why)
        note(work, decision.site, "", EventKind.PAUSED, excused, decision.at_utc)


def _end_suppressed(work: Work, site: str, until_utc: datetime) -> None:
    for row in timeline_rows.suppressed_at(work.session, site):
        row.until_utc = max(until_utc, row.since_utc)
        if row.kind == DowntimeKind.MAINTENANCE:
            lasted_s = int((row.until_utc - row.since_utc).total_seconds())
            was_silent = reason(ReasonCode.WAS_SILENT, seconds=lasted_s, excuse=row.why)
            note(work, site, "", EventKind.PAUSED_OVER, was_silent, row.until_utc)


def _end_gap(work: Work, group: str, since_utc: datetime, until_utc: datetime, shard: int | None) -> None:
    """End the gap that began when the uplink was lost."""
    rows = timeline_rows.open_gaps(work.session, group, shard)
    for row in rows:
        row.ended_utc = max(until_utc, row.started_utc)
    if not rows:
        work.session.add(_blind(group, since_utc, until_utc, shard))


def note_unused_labs(work: Work) -> list[str]:
    """Record, once a week, each lab without an answering workstation in a week of classes; return their ids."""
    noted = []
    for site in work.office.fleet.sites.values():
        row = work.session.get(SiteState, site.id) if site.workstations else None
        seen_utc = (row.workstation_utc or row.first_utc) if row else None
        if seen_utc is None or not _a_week_of_classes(work.office, site.id, seen_utc, work.now_utc):
            continue
        if not timeline_rows.has_event(work.session, site.id, UNUSED, work.now_utc - A_WEEK):
            days = (work.now_utc - seen_utc).days
            unused = reason(ReasonCode.WORKSTATIONS_UNUSED, total=len(site.workstations), days=days)
            note(work, site.id, "", UNUSED, unused, work.now_utc)
            noted.append(site.id)
    return noted


def _a_week_of_classes(office: Office, site: str, since_utc: datetime, now_utc: datetime) -> bool:
    """Return whether as many whole days with service hours have passed as a week has; holidays do not count."""
    if now_utc - since_utc < A_WEEK:
        return False
    hours, day = hours_of(office, site), since_utc.astimezone(DHAKA).date()
    wanted = len(office.calendar.service_hours.school.days) if hours == "school" else 5
    while wanted and day <= now_utc.astimezone(DHAKA).date():
        spans = list(promised(hours, day, office.calendar))
        wanted -= bool(spans) and since_utc <= spans[0][0] and spans[-1][1] <= now_utc
        day += timedelta(days=1)
    return wanted == 0
