"""Query the rows of work planned by command."""

from collections.abc import Sequence

from sqlalchemy import select

from monitor.store.models import PlannedWork
from monitor.store.session import Session


def planned(session: Session) -> Sequence[PlannedWork]:
    """Return all planned work, over or not, by name."""
    return session.scalars(select(PlannedWork).order_by(PlannedWork.name)).all()
