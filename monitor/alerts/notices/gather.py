"""Gather the facts of a notice, as of when it is enqueued, from the office and the ticket's or outage's row."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypedDict

from monitor.alerts.facts.case import Asked, Attachment, CaseFacts, Officer, Outage, Service, Site, Stage
from monitor.alerts.facts.stored import evidence_of
from monitor.charter.deadline import Deadline, target_deadline
from monitor.charter.office import Office
from monitor.charter.services import Officer as CharterOfficer
from monitor.charter.services import Service as CharterService
from monitor.charter.services import Stage as CharterStage
from monitor.charter.stages import StageDates, StageRestart
from monitor.charter.waiting import Wait
from monitor.domain.period import Period
from monitor.store.models import EditionFile, Ticket
from monitor.store.models import Outage as OutageRow


def facts_of(office: Office, ticket: Ticket, now_utc: datetime, note: str = "") -> CaseFacts:
    """Return all facts of a notice about this ticket."""
    outage = ticket.outages[-1] if ticket.outages else None
    # A reopened ticket is about its latest outage; its dates are still those of the first.
    began_utc = outage.started_utc if outage and ticket.source == "outage" else ticket.event_utc
    dates = stages_of(office, ticket)
    explanation_bn, explanation_en = office.explained(*_counted(office, ticket))
    service = office.charter.service(ticket.service)
    asked = Asked(
        name=ticket.asker, email=ticket.asker_email, way=ticket.source, text=ticket.text, code=ticket.code or ""
    )
    return CaseFacts(
        **letterhead(office, now_utc, ticket.number),
        site=site_facts(office, ticket.site),
        service=service_facts(service),
        officer=_officer_facts(office, service),
        event=began_utc,
        deadline=ticket.deadline_utc,
        overdue=ticket.breached_utc is not None,
        explanation_bn=explanation_bn,
        explanation_en=explanation_en,
        stage=_stage_facts(office, dates, ticket.stage),
        next_stage=_stage_facts(office, dates, ticket.stage + 1),
        outage=_outage_facts(office, outage, now_utc) if outage else None,
        asked=asked if ticket.source != "outage" else None,
        note=note,
    )


def facts_of_outage(office: Office, outage: OutageRow, now_utc: datetime) -> CaseFacts:
    """Return all facts of a notice about an outage without a ticket."""
    service = office.charter.service(outage.service)
    explanation_bn, explanation_en = office.explained(*_counted_of_outage(office, outage))
    return CaseFacts(
        **letterhead(office, now_utc),
        site=site_facts(office, outage.site),
        service=service_facts(service),
        officer=_officer_facts(office, service),
        event=outage.started_utc,
        deadline=outage.deadline_utc,
        overdue=False,
        explanation_bn=explanation_bn,
        explanation_en=explanation_en,
        outage=_outage_facts(office, outage, now_utc),
    )


def deadline_of(office: Office, ticket: Ticket) -> Deadline:
    """Return the ticket's deadline by today's charter and calendar, with its reasons."""
    return _deadline(office, _counted(office, ticket))


def deadline_of_outage(office: Office, outage: OutageRow) -> Deadline:
    """Return the outage's deadline by today's charter and calendar, with its reasons."""
    return _deadline(office, _counted_of_outage(office, outage))


def deadline_from(office: Office, service: CharterService, started_utc: datetime, confirmed_utc: datetime) -> Deadline:
    """Return the deadline of an outage that began then, by today's charter and calendar, with its reasons."""
    return _deadline(office, _Counted(service.target, started_utc, confirmed_utc))


class _Counted(NamedTuple):
    """What a deadline is counted from."""

    target: Period
    started_utc: datetime
    confirmed_utc: datetime
    waits: tuple[Wait, ...] = ()


def _counted(office: Office, ticket: Ticket) -> _Counted:
    """Return what the ticket's deadline is counted from: its first outage, or the event that was registered."""
    if ticket.outages:
        return _counted_of_outage(office, ticket.outages[0])
    target = office.charter.service(ticket.service).target
    return _Counted(target, ticket.event_utc, ticket.event_utc, waits_of(ticket.waits))


def _counted_of_outage(office: Office, outage: OutageRow) -> _Counted:
    return _Counted(office.charter.service(outage.service).target, outage.started_utc, outage.confirmed_utc)


def _deadline(office: Office, counted: _Counted) -> Deadline:
    return target_deadline(
        counted.target,
        started_utc=counted.started_utc,
        confirmed_utc=counted.confirmed_utc,
        calendar=office.calendar,
        waits=counted.waits,
    )


def operator_late_since(office: Office, outage: OutageRow, now_utc: datetime) -> datetime | None:
    """Return since when the link's operator exceeds its own limit; None while it does not, or has none."""
    limit_utc = operator_limit(office, outage)
    return limit_utc if limit_utc is not None and limit_utc < (outage.ended_utc or now_utc) else None


def operator_limit(office: Office, outage: OutageRow) -> datetime | None:
    """Return until when the link's operator has time by its own limit; None without an operator."""
    site = office.fleet.sites.get(outage.site)
    return outage.started_utc + timedelta(hours=site.operator_hours) if site and site.operator else None


class LetterheadFields(TypedDict):
    """The fields of a `Letterhead` that `letterhead` knows."""

    office_bn: str
    office_en: str
    page_url: str
    now: datetime
    number: str
    office_id: str


def letterhead(office: Office, now_utc: datetime, number: str = "") -> LetterheadFields:
    """Return the fields of a `Letterhead`: the office, the time, the ticket, and the page."""
    return {
        "office_bn": office.charter.name_bn,
        "office_en": office.charter.name_en,
        "page_url": office.mail.page_url,
        "now": now_utc,
        "number": number,
        "office_id": office.among,
    }


@lru_cache
def service_facts(service: CharterService) -> Service:
    """Return a row of the charter as a notice keeps it."""
    return Service(
        section=service.section,
        number=service.number,
        name_bn=service.name_bn,
        name_en=service.name_en,
        target_bn=service.target_text("bn"),
        target_en=service.target_text("en"),
    )


def _officer_facts(office: Office, service: CharterService) -> Officer:
    officer = office.charter.officer(service.officer)
    return _facts_about(officer, office.charter.name_bn, office.charter.name_en)


@lru_cache
def _facts_about(officer: CharterOfficer, office_bn: str, office_en: str) -> Officer:
    """Return the officer's facts; the names of the office stand for an address that the charter does not print."""
    return Officer(
        name_bn=officer.name("bn"),
        name_en=officer.name("en"),
        title_bn=officer.title_bn,
        title_en=officer.title_en,
        phone=officer.phone,
        address_bn=officer.office_bn or office_bn,
        address_en=officer.office_en or office_en,
    )


def site_facts(office: Office, site_id: str | None) -> Site | None:
    """Return a site's id and names; None for no site."""
    if site_id is None:
        return None
    site = office.fleet.sites.get(site_id)
    if site is None:  # taken out of the configuration since
        return Site(id=site_id, name_bn=site_id, name_en=site_id)
    return Site(id=site_id, name_bn=site.name_bn, name_en=site.name_en, kind=site.kind)


def stages_of(office: Office, ticket: Ticket) -> Sequence[StageDates]:
    """Return the dates of the ticket's grievance chain; none before its target is missed."""
    if ticket.breached_utc is None:
        return ()
    return office.stages_from(
        ticket.breached_utc, restart_of(ticket.anew_level, ticket.anew_utc), waits_of(ticket.waits)
    )


def restart_of(level: int, from_utc: datetime | None) -> StageRestart | None:
    """Return the restarted stage of a ticket's row."""
    return StageRestart(level, from_utc) if level and from_utc is not None else None


def waits_of(stored: Sequence[Sequence[str]]) -> tuple[Wait, ...]:
    """Return the waits of a ticket's row."""
    return tuple(Wait(datetime.fromisoformat(stopped), datetime.fromisoformat(resumed)) for stopped, resumed in stored)


def _stage_facts(office: Office, every: Sequence[StageDates], level: int) -> Stage | None:
    if not 1 <= level <= len(every):
        return None
    stage, dates = office.charter.stages[level - 1], every[level - 1]
    return _facts_of_stage(stage, office.charter.officer(stage.holder), dates.lapses_utc)


@lru_cache
def _facts_of_stage(stage: CharterStage, holder: CharterOfficer, lapses_utc: datetime) -> Stage:
    return Stage(
        level=stage.level,
        lapses=lapses_utc,
        holder_bn=f"{holder.name('bn')}, {holder.title('bn')}",
        holder_en=f"{holder.name('en')}, {holder.title('en')}",
        disposal_bn=stage.disposal_text("bn"),
        disposal_en=stage.disposal_text("en"),
    )


def _outage_facts(office: Office, outage: OutageRow, now_utc: datetime) -> Outage:
    sites = office.fleet.sites
    kinds: Counter[str] = Counter(sites[row.site].kind for row in outage.affected if row.site in sites)
    late_utc = operator_late_since(office, outage, now_utc)
    return Outage(
        started=outage.started_utc,
        silent_since=outage.silent_since_utc if outage.silent_since_utc < outage.started_utc else None,
        ended=outage.ended_utc,
        end_reason=outage.end_reason,
        reason=outage.reason,
        cause=outage.cause,
        cause_why=outage.cause_why,
        evidence=evidence_of(outage.evidence),
        affected=dict(kinds),
        operator=sites[outage.site].operator if late_utc else "",
        operator_due=late_utc,
    )


def attachment(file: EditionFile) -> Attachment:
    """Return a kept file as the facts of a letter name it."""
    return Attachment(
        edition=file.edition_id,
        name=file.name,
        filename=file.filename,
        media=file.media,
        size=file.size,
        sha256=file.hash,
    )
