"""Explain a ticket: what it is about, how its deadline was counted, which stages lie ahead."""

from collections.abc import Iterator

from monitor.alerts.facts.stored import evidence_of
from monitor.alerts.notices.gather import deadline_of, stages_of
from monitor.alerts.notices.observations import hour_figures, snmp_text, ways_text
from monitor.charter.deadline import explain
from monitor.charter.office import Office
from monitor.domain.evidence import Evidence
from monitor.i18n.formats import moment_text
from monitor.i18n.reasons import reason_text
from monitor.store.session import Session
from monitor.store.ticket_rows import numbered


def account(session: Session, office: Office, number: str) -> Iterator[str]:
    """Yield the lines of the account, in English; nothing for a number that does not exist."""
    ticket = numbered(session, number)
    if ticket is None:
        return
    service = office.charter.services.get(ticket.service)
    if service is not None:
        yield f"{service.key}  {service.name_en}"
    if ticket.asker:
        yield f"From: {ticket.asker} (by {ticket.source})"
        yield "Request: " + ticket.text.replace("\n", "\n  ")
    for outage in ticket.outages:
        until = moment_text(outage.ended_utc, "en") if outage.ended_utc else "now"
        suspected = f"; suspected cause: {outage.cause} ({reason_text(outage.cause_why, 'en')})" if outage.cause else ""
        behind = f", {len(outage.affected)} sites behind it" if outage.affected else ""
        seen = f"({reason_text(outage.reason, 'en') or 'no answer'}){behind}{suspected}"
        yield f"Outage: {moment_text(outage.started_utc, 'en')} to {until} {seen}"
        if outage.silent_since_utc < outage.started_utc:
            yield f"  silent since {moment_text(outage.silent_since_utc, 'en')}"
        yield from evidence_lines(evidence_of(outage.evidence))
    if service is not None:
        yield from explain(deadline_of(office, ticket), "en").splitlines()
    for stage in stages_of(office, ticket):
        holder = office.charter.officer(stage.holder)
        mark = "→" if stage.level == ticket.stage else " "
        from_to = f"{moment_text(stage.starts_utc, 'en')} to {moment_text(stage.lapses_utc, 'en')}"
        yield f"{mark} Stage {stage.level}, {holder.title('en')}: {from_to}"


def evidence_lines(evidence: Evidence) -> Iterator[str]:
    """Yield what was observed when the outage was confirmed."""
    if evidence.hour:
        yield f"  the hour before: {evidence.hour.chart} ({hour_figures(evidence.hour, 'en')})"
    if snmp := snmp_text(evidence, "en"):
        yield f"  last by SNMP: {snmp}"
    for way in ways_text(evidence, "en").splitlines():
        yield f"  the way to {way}"
