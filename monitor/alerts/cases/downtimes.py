"""Planned work that is asked for by command: kept in the database, honoured by a running daemon within a second."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.settings.maintenance_section import Maintenance
from monitor.store.models import PlannedWork
from monitor.store.work import Work

Plans = Mapping[str, Maintenance]

LOOKS_BACK = timedelta(days=31)  # a site that fell silent in planned work may get its outage long after that is over


class PlanError(Exception):
    """There is no such plan, or there is one already; the message says which."""


def add(work: Work, name: str, window: Maintenance) -> None:
    """Keeps a plan; a name can be used once."""
    if work.session.get(PlannedWork, name) is not None:
        raise PlanError(f"there is planned work '{name}' already. Expected another name")
    entry = window.model_dump(mode="json", exclude_defaults=True)
    work.session.add(PlannedWork(name=name, entry=entry, actor=work.actor, created_utc=work.now_utc))


def end(work: Work, name: str) -> None:
    """Ends a plan now: one that has not begun never will, a weekly one does not come again."""
    row = work.session.get(PlannedWork, name)
    if row is None or row.ended_utc is not None:
        raise PlanError(f"there is no planned work '{name}' to end. `upazila-monitor maintenance list` lists it")
    row.ended_utc = work.now_utc


def plans(session: Session, after_utc: datetime | None = None) -> dict[str, Maintenance]:
    """All plans by name; with ``after_utc`` only those that are not over by then."""
    found = {}
    for row in session.scalars(select(PlannedWork).order_by(PlannedWork.name)):
        window = Maintenance.from_json({**row.entry, **({"until": row.ended_utc.isoformat()} if row.ended_utc else {})})
        if after_utc is None or not over(window, after_utc):
            found[row.name] = window
    return found


def plans_in_force(session: Session, now_utc: datetime) -> dict[str, Maintenance]:
    """The plans that decide now and about silences that began up to LOOKS_BACK ago."""
    return plans(session, now_utc - LOOKS_BACK)


def over(window: Maintenance, at_utc: datetime) -> bool:
    """Whether it is done for good."""
    lasts = [moment for moment in (window.ends_utc, window.until_utc) if moment is not None]
    return bool(lasts) and min(lasts) <= at_utc
