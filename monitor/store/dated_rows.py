"""List which columns are dates of past events, not of plans."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from monitor.charter.offices import ALONE
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


def rows_after(session: Session, table: type[Base], column: str, at_utc: datetime) -> Sequence[Any]:
    """Return the rows of a table that have a later date in a column of DATES.

    What belongs to the installation is none of an office's among several.
    """
    if not issubclass(table, OfOffice) and office_of(session) != ALONE:
        return ()
    return session.scalars(select(table).where(getattr(table, column) > at_utc)).all()
