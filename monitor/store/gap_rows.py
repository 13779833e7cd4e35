"""Query when nothing was monitored: the stored gaps, and the time since the last word of a daemon that runs no more.

Every figure of unmonitored time is counted by what `gaps` returns, so that no two readers can differ.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.judging.availability import Interval, clipped, merged, total
from monitor.store.columns import Utc
from monitor.store.models import Gap, Heartbeat
from monitor.store.session import Session

UNHEARD_AFTER = timedelta(minutes=2)
"""A daemon that runs stores so within this time: what is later than an older last word was seen by nobody."""


class GapRow(NamedTuple):
    """An unmonitored time, of everything or behind an uplink, and why. ``ended_utc``: None while it lasts."""

    started_utc: datetime
    ended_utc: datetime | None
    uplink: str
    why: Reason | None


def last_heartbeat(session: Session) -> datetime | None:
    """Return when a daemon last stored that it lives, whichever it was; None before any did."""
    return session.scalar(select(func.max(Heartbeat.at_utc, type_=Utc)))


def gaps(session: Session, window: Interval, now_utc: datetime) -> list[GapRow]:
    """Return the unmonitored times that reach into that time as known at ``now_utc``, in order."""
    query = select(Gap.started_utc, Gap.ended_utc, Gap.uplink, Gap.reason)
    query = query.where(Gap.started_utc < window[1], Gap.ended_utc.is_(None) | (Gap.ended_utc > window[0]))
    found = [GapRow(*row) for row in session.execute(query.order_by(Gap.started_utc, Gap.id))]
    last_utc = last_heartbeat(session)
    if last_utc is not None and last_utc + UNHEARD_AFTER < now_utc and last_utc < window[1]:
        found.append(GapRow(last_utc, None, "", reason(ReasonCode.DAEMON_NOT_RUNNING)))
    return found


def blind_for(session: Session, window: Interval, now_utc: datetime) -> timedelta:
    """Return for how long of that time nothing at all was monitored."""
    rows = (row for row in gaps(session, window, now_utc) if not row.uplink)
    return total(merged(clipped(((row.started_utc, row.ended_utc or now_utc) for row in rows), window)))
