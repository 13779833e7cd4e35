"""List which columns are dates of past events, not of plans."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from monitor.charter.offices import ALONE
from monitor.domain.ticket_states import TicketSource
from monitor.store.among import among
from monitor.store.models import (
    AffectedSite,
    Base,
    Event,
    Gap,
    Notice,
    Outage,
    SiteState,
    SuppressedOutage,
    Ticket,
)
from monitor.store.models.base import OfOffice
from monitor.store.offices import office_of
from monitor.store.session import Session

DATES: Mapping[type[Base], Sequence[str]] = {
    Outage: ("silent_since_utc", "started_utc", "confirmed_utc", "ended_utc"),
    AffectedSite: ("since_utc", "until_utc"),
    SuppressedOutage: ("since_utc", "promised_utc", "until_utc"),
    SiteState: ("since_utc", "first_utc", "answers_since_utc", "workstation_utc"),
    Gap: ("started_utc", "ended_utc"),
    Event: ("at_utc",),
    Ticket: ("opened_utc", "event_utc", "resolved_utc", "waiting_since_utc", "anew_utc"),
    Notice: ("created_utc", "sent_utc", "dead_utc"),
}
ENDS: Mapping[type[Base], tuple[str, str]] = {
    Outage: ("started_utc", "ended_utc"),
    AffectedSite: ("since_utc", "until_utc"),
    SuppressedOutage: ("since_utc", "until_utc"),
    Gap: ("started_utc", "ended_utc"),
}


@dataclass(frozen=True)
class Written:
    """What one of several daemons wrote by one lease, until a time of its clock.

    ``sites``: those of the lease's ``shard``; both None: tickets and letters, by the duty of cases, ``by`` that daemon.
    """

    until_utc: datetime
    by: str
    shard: int | None = None
    sites: Collection[str] | None = None

    def of(self, table: type[Base], column: str) -> list[ColumnElement[bool]] | None:
        """Return the conditions under which it dated a column of a row; None where it never does."""
        until: list[ColumnElement[bool]] = [getattr(table, column) <= self.until_utc]
        if self.sites is None:
            if table is Notice:
                own = Notice.leased_by.startswith(f"{self.by}/", autoescape=True)
                return [*until, Notice.ticket_id.is_not(None) if column == "created_utc" else own]
            return until if table is Ticket and column != "event_utc" else None
        if table is Gap:
            return [*until, Gap.shard == self.shard]
        if table is Ticket:
            mine = [Ticket.source == TicketSource.OUTAGE, among(Ticket.site, self.sites)]
            return [*until, *mine] if column == "event_utc" else None
        return None if table is Notice else [*until, among(table.site, self.sites)]  # type: ignore[attr-defined]


def rows_after(
    session: Session, table: type[Base], column: str, at_utc: datetime, written: Written | None = None
) -> Sequence[Any]:
    """Return the rows of a table that have a later date in a column of DATES; of all, or what was ``written`` so.

    What belongs to the installation is none of an office's among several.
    """
    if not issubclass(table, OfOffice) and office_of(session) != ALONE:
        return ()
    conditions = [] if written is None else written.of(table, column)
    if conditions is None:
        return ()
    return session.scalars(select(table).where(getattr(table, column) > at_utc, *conditions)).all()
