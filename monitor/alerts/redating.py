"""What was dated by a clock that was not set yet (a dead clock battery boots in 1970) is dated anew when it is set.

Otherwise an outage of a minute would be 56 years old, and go to the last stage of the grievance chain at once.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.believable import WRITTEN_UTC
from monitor.alerts.facts import deadline_of_outage
from monitor.alerts.office import Office
from monitor.store.models import AffectedSite, Event, ExcusedSilence, Gap, Outage, SiteState

DATES = {
    Outage: ("started_utc", "confirmed_utc", "ended_utc"),
    AffectedSite: ("since_utc", "until_utc"),
    ExcusedSilence: ("since_utc", "until_utc"),
    SiteState: ("since_utc", "first_utc"),
    Gap: ("started_utc", "ended_utc"),
    Event: ("at_utc",),
}


def redate(session: Session, office: Office, by: timedelta) -> None:
    """Moves all dates that cannot be by as much as the clock was moved; deadlines are counted from the new ones."""
    session.flush()
    undated = session.scalars(select(Outage).where(Outage.started_utc < WRITTEN_UTC)).all()
    for table, columns in DATES.items():
        for column in columns:
            for row in session.scalars(select(table).where(getattr(table, column) < WRITTEN_UTC)):
                setattr(row, column, getattr(row, column) + by)
    for outage in undated:
        if outage.service in office.charter.services:
            outage.deadline_utc = deadline_of_outage(office, outage).due_utc
