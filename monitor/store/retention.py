"""Keep house in the database: prove nightly copies, and delete what ended long ago."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from monitor.domain.progress import Progress, unheard
from monitor.settings.storage_section import Place
from monitor.store import copies, edition_rows, idempotent_rows, operations
from monitor.store.models import (
    AffectedSite,
    ComplaintLink,
    DeadlineRecount,
    Event,
    Gap,
    Notice,
    Outage,
    SuppressedOutage,
)
from monitor.store.opening import DATABASE
from monitor.store.soundness import Soundness


def back_up(place: Place, folder: Path, now_utc: datetime, keep: int) -> Path | None:
    """Copy the whole database, prove the copy, and keep the newest ``keep``; raises StoreError for a bad copy."""
    if keep == 0:
        return None
    suffix = copies.OF_A_FILE if place.server is None else copies.OF_A_SERVER
    target = folder / f"monitor-{now_utc:%Y%m%d}{suffix}"
    copy_to(place, target)
    copies.prune(folder, keep, target)
    copies.sweep(place.state)
    return target


def copy_to(place: Place, target: Path, copying: Progress = unheard, testing: Progress = unheard) -> Soundness:
    """Copy the whole database, wherever it is, and prove the copy; raises StoreError for a bad one, OSError."""
    if place.server is None:
        return copies.create(place.state / DATABASE, target, copying, testing)
    from monitor.store import server_copies

    return server_copies.create(place.state, place.server, target, testing)


def forget_old(session: Session, now_utc: datetime, keep: timedelta) -> int:
    """Delete outages without a ticket, delivered notices and reports from before ``keep``; tickets stay for ever.

    What is still open is never deleted, however old: an outage of months must keep its true start.
    """
    limit = now_utc - keep
    old = select(Outage.id).where(Outage.ended_utc < limit, Outage.ticket_id.is_(None)).scalar_subquery()
    for table in (AffectedSite, DeadlineRecount, ComplaintLink):
        session.execute(delete(table).where(table.outage_id.in_(old)))
    gone = session.execute(delete(Outage).where(Outage.ended_utc < limit, Outage.ticket_id.is_(None)))
    session.execute(delete(Notice).where(Notice.sent_utc < limit, Notice.ticket_id.is_(None)))
    session.execute(delete(Gap).where(Gap.ended_utc < limit))
    session.execute(delete(SuppressedOutage).where(SuppressedOutage.until_utc < limit))
    session.execute(delete(Event).where(Event.at_utc < limit))
    edition_rows.forget(session, limit)
    idempotent_rows.forget(session, now_utc)
    operations.forget(session, now_utc)
    return int(getattr(gone, "rowcount", 0))
