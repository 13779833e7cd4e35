"""Say on the first page, in the morning, what changed since the office closed. Pure but for `read`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.charter.calendar import Calendar
from monitor.settings.fleet import Site
from monitor.store import gap_rows, now_queries
from monitor.store.now_queries import Changed
from monitor.store.session import Session

MORNING = timedelta(hours=3)  # of the office's day: for so long it is said
LONGEST_CLOSED = 60  # days that are looked back upon


@dataclass(frozen=True, slots=True)
class Overnight:
    """What changed since ``since_utc``: outages that began or ended, those that go on first, and tickets.

    ``blind``: for how long nothing was monitored.
    """

    since_utc: datetime
    outages: Sequence[Changed]
    opened: int
    resolved: int
    blind: timedelta

    @property
    def begun(self) -> int:
        """Count the outages that began since."""
        return sum(each.started_utc > self.since_utc for each in self.outages)

    @property
    def over(self) -> int:
        """Count the outages that ended since."""
        return sum(each.ended_utc is not None for each in self.outages)

    @property
    def lasting(self) -> int:
        """Count the outages that began since and go on."""
        return sum(each.ended_utc is None for each in self.outages)

    @property
    def is_quiet(self) -> bool:
        """Return whether nothing changed."""
        return not (self.outages or self.opened or self.resolved or self.blind)


def closed_utc(calendar: Calendar, now_utc: datetime) -> datetime | None:
    """Return when the office closed last, while it is closed or its morning lasts; None for the rest of its day."""
    now = calendar.local(now_utc)
    today = calendar.day(now.date())
    if today.opens is not None and today.closes is not None:
        if now >= today.closes:
            return today.closes
        if now >= today.opens + MORNING:
            return None
    for back in range(1, LONGEST_CLOSED):
        day = calendar.day(now.date() - timedelta(days=back))
        if day.closes is not None:
            return day.closes
    return None


def read(session: Session, calendar: Calendar, known: Mapping[str, Site], now_utc: datetime) -> Overnight | None:
    """Return what changed of ``known`` sites since the office closed; None when nothing is to be said now."""
    since = closed_utc(calendar, now_utc)
    if since is None:
        return None
    changed = [each for each in now_queries.changed_since(session, since) if each.site in known]
    changed.sort(key=lambda each: (each.ended_utc is not None, -(each.ended_utc or each.started_utc).timestamp()))
    opened, resolved = now_queries.tickets_since(session, since)
    return Overnight(
        since.astimezone(UTC), changed, opened, resolved, gap_rows.blind_for(session, (since, now_utc), now_utc)
    )
