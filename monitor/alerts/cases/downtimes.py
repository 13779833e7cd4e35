"""Plan work by command: stored in the database, applied by a running daemon within a second."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.alerts.cases.refusals import BadInput, NotAllowed, Seen, refuse_stale
from monitor.charter.office import Office
from monitor.domain.message import message
from monitor.settings.fleet import Fleet
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.naming import Naming
from monitor.settings.office_settings import of_office
from monitor.store import plan_rows
from monitor.store.models import PlannedWork
from monitor.store.session import Session
from monitor.store.work import Work

Plans = Mapping[str, Maintenance]

LOOKS_BACK = timedelta(days=31)  # a site that fell silent in planned work may get its outage long after that is over


def add(work: Work, name: str, window: Maintenance) -> None:
    """Store a plan; a name can be used once. Raises BadInput."""
    if is_planned(work, name):
        raise BadInput("", message("there is planned work '{name}' already. Expected another name", name=name))
    work.session.add(PlannedWork(name=name, entry=entry_of(window), actor=work.actor, created_utc=work.now_utc))


def entry_of(window: Maintenance) -> dict[str, object]:
    """Return a plan as it is stored: plain JSON values by the keys of [maintenance.NAME]."""
    return window.model_dump(mode="json", exclude_defaults=True)


def stored_entry(work: Work, name: str) -> dict[str, object]:
    """Return the plan of that name as it is stored; empty when there is none."""
    row = plan_rows.planned_as(work.session, name)
    return dict(row.entry) if row is not None else {}


def is_planned(work: Work, name: str) -> bool:
    """Return whether work of that name was ever planned by command."""
    return plan_rows.planned_as(work.session, name) is not None


def extend(work: Work, name: str, ends_utc: datetime, seen: Seen | None) -> Maintenance:
    """Move the end of a plan that is done once; raises BadInput, NotAllowed, StaleVersion."""
    row = _running(work, name, seen)
    window = _window(row)
    if window.begins_utc is None:
        raise NotAllowed(message("'{name}' comes every week. End it, and plan it again", name=name))
    if over(window, work.now_utc):
        raise NotAllowed(message("'{name}' is over. Expected work that is planned or under way", name=name))
    if ends_utc <= max(work.now_utc, window.begins_utc):
        raise BadInput("ends_utc", message("Expected a time that is to come, after the work begins"))
    row.entry = {**row.entry, "ends": ends_utc.isoformat(), "begins": window.begins_utc.isoformat()}
    return _window(row)


def end(work: Work, name: str, seen: Seen | None = None) -> None:
    """End a plan now: one that has not begun never will, a weekly one does not recur.

    Raises NotAllowed, StaleVersion.
    """
    _running(work, name, seen).ended_utc = work.now_utc


def _running(work: Work, name: str, seen: Seen | None) -> PlannedWork:
    row = plan_rows.planned_as(work.session, name, locked=True)
    if row is None or row.ended_utc is not None:
        raise NotAllowed(
            message(
                "there is no planned work '{name}' that lasts. `upazila-monitor maintenance list` lists it",
                name=name,
            )
        )
    refuse_stale(f"planned work '{name}'", seen, row.version, lambda: row.entry)
    return row


def _window(row: PlannedWork) -> Maintenance:
    return Maintenance.from_json({**row.entry, **({"until": row.ended_utc.isoformat()} if row.ended_utc else {})})


def as_meant(stored: Plans, office: str, fleet: Fleet) -> Plans:
    """Return plans of an office by the names and sites that they have in the program, where there are several offices.

    ``office``: '' for one that stands alone; ``fleet``: the office's.
    """
    if not office:
        return stored
    keeps_plain_ids = any("." not in site for site in fleet.sites)
    naming = Naming(office, office if keeps_plain_ids else "")
    return {naming.id(name): of_office(each, naming, fleet) for name, each in stored.items()}


def every_plan(session: Session, office: Office) -> Plans:
    """Return all work that was ever planned for an office: in its files, and by people."""
    return {**office.maintenance, **as_meant(plans(session), office.among, office.fleet)}


def plans(session: Session, after_utc: datetime | None = None) -> dict[str, Maintenance]:
    """Return all plans by name; with ``after_utc`` only those that are not over by then."""
    found = {}
    for row in plan_rows.planned(session):
        window = _window(row)
        if after_utc is None or not over(window, after_utc):
            found[row.name] = window
    return found


def plans_by_office(session: Session, now_utc: datetime) -> dict[str, dict[str, Maintenance]]:
    """Return the plans of each office that apply, as `plans_in_force`; '' is the office that stands alone."""
    found: dict[str, dict[str, Maintenance]] = {}
    for row in plan_rows.planned(session):
        window = _window(row)
        if not over(window, now_utc - LOOKS_BACK):
            found.setdefault(row.office, {})[row.name] = window
    return found


def plan_versions(session: Session) -> dict[str, int]:
    """Return the present version of each plan by name."""
    return {row.name: row.version for row in plan_rows.planned(session)}


def plans_in_force(session: Session, now_utc: datetime) -> dict[str, Maintenance]:
    """Return the plans that apply now, or to outages that began up to LOOKS_BACK ago."""
    return plans(session, now_utc - LOOKS_BACK)


def over(window: Maintenance, at_utc: datetime) -> bool:
    """Return whether the plan is over for good."""
    lasts = [moment for moment in (window.ends_utc, window.until_utc) if moment is not None]
    return bool(lasts) and min(lasts) <= at_utc
