"""Explain a ticket: what it is about, how its deadline was counted, which stages lie ahead."""

from collections.abc import Iterator

from monitor.alerts.facts.stored import evidence_of
from monitor.alerts.notices.gather import deadline_of, stages_of
from monitor.alerts.notices.observations import hour_figures, snmp_text, ways_text
from monitor.charter.deadline import explain
from monitor.charter.office import Office
from monitor.domain.evidence import Evidence
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import CAUSES, WAYS
from monitor.store.models import Outage
from monitor.store.session import Session
from monitor.store.ticket_rows import numbered


def account(session: Session, office: Office, number: str, lang: Lang) -> Iterator[str]:
    """Yield the lines of the account; nothing for a number that does not exist."""
    ticket = numbered(session, number)
    if ticket is None:
        return
    service = office.charter.services.get(ticket.service)
    if service is not None:
        yield f"{service.key}  {service.name(lang)}"
    if ticket.source in WAYS:
        way = lookup(lang, WAYS[ticket.source])
        yield tr(lang, "From: {asker} ({way})", asker=ticket.asker or "\N{EN DASH}", way=way)
        yield tr(lang, "Request: {text}", text=ticket.text.replace("\n", "\n  "))
    for outage in ticket.outages:
        yield _outage_line(outage, lang)
        if outage.silent_since_utc < outage.started_utc:
            yield "  " + tr(lang, "silent since {time:moment}", time=outage.silent_since_utc)
        yield from evidence_lines(evidence_of(outage.evidence), lang)
    if service is not None:
        yield from explain(deadline_of(office, ticket), lang).splitlines()
    for stage in stages_of(office, ticket):
        mark = "→" if stage.level == ticket.stage else " "
        holder = office.charter.officer(stage.holder).title(lang)
        dates = {"begins": stage.starts_utc, "ends": stage.lapses_utc}
        text = tr(
            lang, "Stage {level}, {holder}: {begins:moment} to {ends:moment}", level=stage.level, holder=holder, **dates
        )
        yield f"{mark} {text}"


def _outage_line(outage: Outage, lang: Lang) -> str:
    """Return when an outage was, what was seen, how many sites hung on it, and the suspected cause."""
    if outage.ended_utc:
        when = tr(lang, "Outage: {begins:moment} to {ends:moment}", begins=outage.started_utc, ends=outage.ended_utc)
    else:
        when = tr(lang, "Outage: {begins:moment} until now", begins=outage.started_utc)
    parts = [f"{when} ({reason_text(outage.reason, lang) or tr(lang, 'no answer')})"]
    if behind := len(outage.affected):
        parts.append(trn(lang, "{count} site behind it", "{count} sites behind it", behind))
    line = ", ".join(parts)
    if outage.cause:
        cause, why = lookup(lang, CAUSES.get(outage.cause, outage.cause)), reason_text(outage.cause_why, lang)
        line += "; " + tr(lang, "suspected cause: {cause}", cause=f"{cause} ({why})" if why else cause)
    return line


def evidence_lines(evidence: Evidence, lang: Lang) -> Iterator[str]:
    """Yield what was observed when the outage was confirmed."""
    if evidence.hour:
        figures = hour_figures(evidence.hour, lang)
        yield "  " + tr(lang, "the hour before: {chart} ({figures})", chart=evidence.hour.chart, figures=figures)
    if snmp := snmp_text(evidence, lang):
        yield "  " + tr(lang, "last by SNMP: {said}", said=snmp)
    for way in ways_text(evidence, lang).splitlines():
        yield "  " + tr(lang, "the way to {way}", way=way)
