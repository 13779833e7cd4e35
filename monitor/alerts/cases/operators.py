"""Watch the operator's limit of a link, beside the charter's target."""

from monitor.alerts.notices.gather import operator_late_since
from monitor.domain.reasons import ReasonCode, reason
from monitor.store import outage_rows, ticket_history
from monitor.store.models import Outage
from monitor.store.work import Work


def note_late(work: Work) -> list[Outage]:
    """Record in the tickets of open outages, once for each outage, that the operator is late too."""
    noted: list[Outage] = []
    limit = work.office.fleet.shortest_operator_limit
    if limit is None:
        return noted
    for outage in outage_rows.without_operator_alert(work.session, work.now_utc - limit):
        since_utc = operator_late_since(work.office, outage, work.now_utc)
        if since_utc is None or outage.ticket is None:
            continue
        late = reason(ReasonCode.OPERATOR_LATE, operator=work.office.fleet.sites[outage.site].operator, due=since_utc)
        ticket_history.record(work, outage.ticket, "operator_late", reason=late)
        outage.operator_told = True
        noted.append(outage)
    return noted
