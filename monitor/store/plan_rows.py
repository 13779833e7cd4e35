"""Query the rows of work planned by people, and which sites were silent in planned work."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from monitor.domain.reasons import ReasonCode
from monitor.domain.states import DowntimeKind
from monitor.store.models import PlannedWork, SuppressedOutage
from monitor.store.offices import office_of
from monitor.store.session import Session


def planned(session: Session) -> Sequence[PlannedWork]:
    """Return all planned work, over or not, by name."""
    return session.scalars(select(PlannedWork).order_by(PlannedWork.name)).all()


def planned_as(session: Session, name: str, *, locked: bool = False) -> PlannedWork | None:
    """Return the planned work of that name of the session's office; ``locked``: until the transaction ends."""
    key = (office_of(session), name)
    if locked:
        return session.get(PlannedWork, key, with_for_update=True, populate_existing=True)
    return session.get(PlannedWork, key)


class SilentSite(NamedTuple):
    """A site that gave no answer during planned work of that name; ``until_utc`` None: it still gives none."""

    plan: str
    site: str
    since_utc: datetime
    until_utc: datetime | None


def silent_in_plans(session: Session, since_utc: datetime, most: int) -> list[SilentSite]:
    """Return the sites that gave no answer in planned work since then, the latest first; at most so many."""
    row = SuppressedOutage
    query = select(row.why, row.site, row.since_utc, row.until_utc).where(
        row.kind == DowntimeKind.MAINTENANCE, or_(row.until_utc.is_(None), row.until_utc >= since_utc)
    )
    found = session.execute(query.order_by(row.id.desc()).limit(most)).all()
    return [
        SilentSite(str(why["name"]), site, begun_utc, until_utc)
        for why, site, begun_utc, until_utc in found
        if why is not None and why.code is ReasonCode.PLANNED_WORK
    ]
