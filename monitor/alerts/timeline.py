"""What becomes of decisions that are no outage: states of sites, and lines of the timeline."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.office import Office
from monitor.judging.decisions import (
    Decision,
    FlappingChanged,
    LabSeen,
    Noticed,
    SiteChanged,
    VantageBack,
    VantageLost,
)
from monitor.store.models import Event, Gap, SiteState

A_WEEK = timedelta(days=7)
UNUSED = "lab_unused"


def apply(session: Session, decision: Decision) -> None:
    """Stores one decision in the caller's transaction."""
    match decision:
        case SiteChanged(site, state, since_utc):
            session.merge(SiteState(site=site, state=state, since_utc=since_utc))
        case Noticed(site, device, kind, text, at_utc):
            note(session, site, device, kind, text, at_utc)
        case LabSeen(site, at_utc):
            if (lab := session.get(SiteState, site)) is not None:
                lab.workstation_utc = at_utc
        case VantageLost(group, since_utc):
            note(session, "", "", "vantage_lost", f"all references of '{group}' are silent", since_utc)
        case VantageBack(group, since_utc, until_utc):
            note(session, "", "", "vantage_back", f"behind '{group}' it can be judged again", until_utc)
            session.add(Gap(started_utc=since_utc, ended_utc=until_utc, reason=f"blind behind '{group}'"[:100]))
        case FlappingChanged(site, flapping, share, at_utc):
            kind = "flapping" if flapping else "settled"
            note(session, site, "", kind, f"{share:.0%} of its last results changed", at_utc)
            if (row := session.get(SiteState, site)) is not None:
                row.flapping = flapping


def note(session: Session, site: str, device: str, kind: str, text: str, at_utc: datetime) -> None:
    """Adds a line to the timeline."""
    session.add(Event(at_utc=at_utc, site=site, device=device, kind=kind, text=text[:300]))


def note_unused_labs(session: Session, office: Office, now_utc: datetime) -> list[str]:
    """Notes, once a week, each lab of which no workstation has answered for a week; returns their ids."""
    noted = []
    for site in office.fleet.sites.values():
        row = session.get(SiteState, site.id) if site.workstations else None
        seen_utc = (row.workstation_utc or row.first_utc) if row else None
        if seen_utc is None or now_utc - seen_utc < A_WEEK:
            continue
        told = select(Event.id).where(Event.site == site.id, Event.kind == UNUSED, Event.at_utc > now_utc - A_WEEK)
        if session.scalar(told.limit(1)) is None:
            days = (now_utc - seen_utc).days
            note(
                session, site.id, "", UNUSED, f"none of {len(site.workstations)} workstations for {days} days", now_utc
            )
            noted.append(site.id)
    return noted
