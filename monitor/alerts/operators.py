"""The second clock of a link: how long its operator may take, whatever the charter says."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts import audit
from monitor.alerts.facts import operator_late_since
from monitor.alerts.office import Office
from monitor.alerts.states import MONITOR
from monitor.charter import text
from monitor.store.models import Outage


def note_late(session: Session, office: Office, now_utc: datetime) -> list[Outage]:
    """Notes in the tickets of running outages, once for each outage, that the operator is late too."""
    noted = []
    running = select(Outage).where(Outage.ended_utc.is_(None), Outage.ticket_id.is_not(None))
    for outage in session.scalars(running.order_by(Outage.id)):
        since_utc = operator_late_since(office, outage, now_utc)
        if since_utc is None or outage.ticket is None:
            continue
        line = f"{office.fleet.sites[outage.site].operator} is late too: due {text.moment_text(since_utc, 'en')}"
        if not any(event.kind == "operator_late" and event.text == line for event in outage.ticket.events):
            audit.record(session, outage.ticket, MONITOR, "operator_late", line, now_utc)
            noted.append(outage)
    return noted
