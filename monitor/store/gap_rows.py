"""Query when nothing was monitored: the stored gaps, and the time since the last word of a daemon that runs no more.

Every figure of unmonitored time is counted by what `gaps` returns, so that no two readers can differ.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.judging.availability import Interval, clipped, merged, total
from monitor.judging.shards import shard_of
from monitor.settings.fleet import Fleet
from monitor.store.columns import Utc
from monitor.store.models import Gap, Heartbeat
from monitor.store.session import Session

GapKind = tuple[tuple[str, ...], int | None]

UNHEARD_AFTER = timedelta(minutes=2)
"""A daemon that runs stores so within this time: what is later than an older last word was seen by nobody."""


class GapRow(NamedTuple):
    """An unmonitored time, of all sites, of a shard's, or behind an uplink, and why.

    ``ended_utc``: None while it lasts.
    """

    started_utc: datetime
    ended_utc: datetime | None
    uplink: str
    why: Reason | None
    shard: int | None = None

    @property
    def of_all(self) -> bool:
        """Return whether nothing at all was monitored."""
        return not self.uplink and self.shard is None


class SiteGaps:
    """Which gaps concern which site: those of all sites, of its shard, and behind its uplinks; of removed uplinks too.

    ``kind`` returns the same for sites that the same gaps concern.
    """

    def __init__(self, fleet: Fleet, gaps: Sequence[GapRow]) -> None:
        self._fleet, self._gaps = fleet, gaps
        self._shards = {gap.shard for gap in gaps if gap.shard is not None}

    def kind(self, site: str) -> GapKind:
        shard = shard_of(self._fleet, site) if self._shards else None
        return tuple(self._fleet.uplinks.get(site, ())), shard if shard in self._shards else None

    def of_kind(self, kind: GapKind) -> list[GapRow]:
        uplinks, shard = kind
        return [
            gap
            for gap in self._gaps
            if gap.shard in {None, shard} and (gap.uplink not in self._fleet.groups or gap.uplink in uplinks)
        ]

    def of(self, site: str) -> list[GapRow]:
        """Return the gaps of a site, in their order."""
        return self.of_kind(self.kind(site))


def last_heartbeat(session: Session) -> datetime | None:
    """Return when a daemon last stored that it lives, whichever it was; None before any did."""
    return session.scalar(select(func.max(Heartbeat.at_utc, type_=Utc)))


def gaps(session: Session, window: Interval, now_utc: datetime) -> list[GapRow]:
    """Return the unmonitored times that reach into that time as known at ``now_utc``, in order."""
    query = select(Gap.started_utc, Gap.ended_utc, Gap.uplink, Gap.reason, Gap.shard)
    query = query.where(Gap.started_utc < window[1], Gap.ended_utc.is_(None) | (Gap.ended_utc > window[0]))
    found = [GapRow(*row) for row in session.execute(query.order_by(Gap.started_utc, Gap.id))]
    last_utc = last_heartbeat(session)
    if last_utc is not None and last_utc + UNHEARD_AFTER < now_utc and last_utc < window[1]:
        found.append(GapRow(last_utc, None, "", reason(ReasonCode.DAEMON_NOT_RUNNING)))
    return found


def blind_for(session: Session, window: Interval, now_utc: datetime) -> timedelta:
    """Return for how long of that time nothing at all was monitored."""
    rows = (row for row in gaps(session, window, now_utc) if row.of_all)
    return total(merged(clipped(((row.started_utc, row.ended_utc or now_utc) for row in rows), window)))
