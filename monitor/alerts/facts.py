"""What a notice can tell, as of the moment when it is owed: plain JSON values, so that it can be written long after.

Words are made of it by `wording`, letters by `letters`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from monitor.alerts.office import Office
from monitor.charter import text
from monitor.charter.deadline import Deadline, explain, target_deadline
from monitor.charter.services import Service
from monitor.charter.stages import Anew, StageDates
from monitor.charter.text import Lang
from monitor.charter.waiting import Wait
from monitor.store.models import Outage, Ticket

LANGS: tuple[Lang, ...] = get_args(Lang)


def facts_of(office: Office, ticket: Ticket, now_utc: datetime, note: str = "") -> dict[str, Any]:
    """Everything that a letter about this ticket may tell."""
    outage = ticket.outages[-1] if ticket.outages else None
    # What a reopened ticket is about began anew; its dates are still those of its first outage.
    began_utc = outage.started_utc if outage and ticket.source == "outage" else ticket.event_utc
    dates = stages_of(office, ticket)
    asked = {"name": ticket.asker, "email": ticket.asker_email, "way": ticket.source, "text": ticket.text}
    return {
        **_common(office, ticket.service, ticket.site, now_utc),
        "number": ticket.number,
        "event": began_utc.isoformat(),
        "deadline": ticket.deadline_utc.isoformat(),
        "overdue": ticket.breached_utc is not None,
        **_explained(deadline_of(office, ticket)),
        "stage": _stage_facts(office, dates, ticket.stage),
        "next_stage": _stage_facts(office, dates, ticket.stage + 1),
        "outage": _outage_facts(office, outage, now_utc) if outage else None,
        "asked": asked if ticket.source != "outage" else None,
        "note": note,
    }


def facts_of_outage(office: Office, outage: Outage, now_utc: datetime) -> dict[str, Any]:
    """Everything that a letter about an outage without a ticket may tell."""
    return {
        **_common(office, outage.service, outage.site, now_utc),
        "number": "",
        "event": outage.started_utc.isoformat(),
        "deadline": outage.deadline_utc.isoformat(),
        "overdue": False,
        **_explained(deadline_of_outage(office, outage)),
        "stage": None,
        "next_stage": None,
        "outage": _outage_facts(office, outage, now_utc),
        "asked": None,
        "note": "",
    }


def deadline_of(office: Office, ticket: Ticket) -> Deadline:
    """The ticket's deadline by today's charter and calendar, with its reasons."""
    if ticket.outages:
        return deadline_of_outage(office, ticket.outages[0])
    target = office.charter.service(ticket.service).target
    return target_deadline(
        target,
        started_utc=ticket.event_utc,
        confirmed_utc=ticket.event_utc,
        calendar=office.calendar,
        waits=waits_of(ticket.waits),
    )


def deadline_of_outage(office: Office, outage: Outage) -> Deadline:
    """The outage's deadline by today's charter and calendar, with its reasons."""
    return target_deadline(
        office.charter.service(outage.service).target,
        started_utc=outage.started_utc,
        confirmed_utc=outage.confirmed_utc,
        calendar=office.calendar,
    )


def operator_late_since(office: Office, outage: Outage, now_utc: datetime) -> datetime | None:
    """Since when the operator of the outage's line is late by his own limit; None while he is not, or has none."""
    limit_utc = operator_limit(office, outage)
    return limit_utc if limit_utc is not None and limit_utc < (outage.ended_utc or now_utc) else None


def operator_limit(office: Office, outage: Outage) -> datetime | None:
    """Until when the operator of the outage's line has time by his own limit; None where there is no operator."""
    site = office.fleet.sites.get(outage.site)
    return outage.started_utc + timedelta(hours=site.operator_hours) if site and site.operator else None


def _common(office: Office, service_key: str, site: str | None, now_utc: datetime) -> dict[str, Any]:
    return {
        **office_facts(office, now_utc),
        "site": site_facts(office, site),
        "service": _service_facts(office.charter.service(service_key)),
    }


def office_facts(office: Office, now_utc: datetime) -> dict[str, Any]:
    """What every letter tells: whose it is, as of when, and where to see more."""
    return {
        "office_bn": office.charter.name_bn,
        "office_en": office.charter.name_en,
        "page_url": office.mail.page_url,
        "now": now_utc.isoformat(),
    }


def _service_facts(service: Service) -> dict[str, Any]:
    named = {f"name_{lang}": service.name(lang) for lang in LANGS}
    targets = {f"target_{lang}": service.target_text(lang) for lang in LANGS}
    return {"section": service.section, "number": service.number, **named, **targets}


def site_facts(office: Office, site_id: str | None) -> dict[str, Any] | None:
    """A site by its id and names; None for no site."""
    if site_id is None:
        return None
    site = office.fleet.sites.get(site_id)
    if site is None:  # taken out of the configuration since
        return {"id": site_id, "name_bn": site_id, "name_en": site_id}
    return {"id": site_id, "name_bn": site.name_bn, "name_en": site.name_en, "kind": site.kind}


def _explained(deadline: Deadline) -> dict[str, str]:
    return {f"explanation_{lang}": explain(deadline, lang) for lang in LANGS}


def stages_of(office: Office, ticket: Ticket) -> Sequence[StageDates]:
    """When each stage of the ticket's grievance chain begins and lapses; none before its target is missed."""
    if ticket.breached_utc is None:
        return ()
    return office.stages_from(ticket.breached_utc, anew_of(ticket.anew_level, ticket.anew_utc), waits_of(ticket.waits))


def anew_of(level: int, from_utc: datetime | None) -> Anew | None:
    """The stage whose time is counted anew, as a ticket's row says it."""
    return Anew(level, from_utc) if level and from_utc is not None else None


def waits_of(stored: Sequence[Sequence[str]]) -> tuple[Wait, ...]:
    """When its time stood still, as a ticket's row says it."""
    return tuple(Wait(datetime.fromisoformat(stopped), datetime.fromisoformat(resumed)) for stopped, resumed in stored)


def _stage_facts(office: Office, every: Sequence[StageDates], level: int) -> dict[str, Any] | None:
    if not 1 <= level <= len(every):
        return None
    stage, dates = office.charter.stages[level - 1], every[level - 1]
    holder = office.charter.officer(stage.holder)
    return {
        "level": stage.level,
        "lapses": dates.lapses_utc.isoformat(),
        **{f"holder_{lang}": f"{holder.name(lang)}, {holder.title(lang)}" for lang in LANGS},
        **{f"disposal_{lang}": stage.disposal_text(lang) for lang in LANGS},
    }


def _outage_facts(office: Office, outage: Outage, now_utc: datetime) -> dict[str, Any]:
    sites = office.fleet.sites
    kinds: Counter[str] = Counter(sites[row.site].kind for row in outage.affected if row.site in sites)
    late_utc = operator_late_since(office, outage, now_utc)
    return {
        "started": outage.started_utc.isoformat(),
        "ended": outage.ended_utc.isoformat() if outage.ended_utc else None,
        "end_reason": outage.end_reason,
        "reason": outage.reason,
        "cause": outage.cause,
        "cause_why": outage.cause_why,
        "evidence": outage.evidence,
        "affected": dict(kinds),
        "operator": sites[outage.site].operator if late_utc else "",
        "operator_due": late_utc.isoformat() if late_utc else None,
    }


def history_line(kind: str, facts: Mapping[str, Any]) -> str:
    """A notice's gist as one English line of the ticket's history."""
    due = _moment(facts["deadline"])
    stage, following = facts["stage"], facts["next_stage"]
    match kind:
        case "stage":
            return f"stage {stage['level']}: {stage['holder_en']}; to be settled by {_moment(stage['lapses'])}"
        case "ask":
            return f"the responsible officer is asked whether to raise it to stage {following['level']}"
        case "lapses_soon" | "lapses_today":
            return f"stage {stage['level']} lapses {_moment(stage['lapses'])}: {stage['holder_en']} is reminded"
        case "due_today":
            return f"falls due today: {due}"
    return f"service-time target missed: due {due} ({facts['service']['target_en']})"


def recovery_line(ticket: Ticket, answers_utc: datetime | None = None) -> str:
    """How the ticket's last outage ended, for its history; ``answers_utc``: since when the site answers, if that is
    later, because it was silent once more meanwhile.
    """
    outage = ticket.outages[-1]
    if outage.ended_utc is None:
        return "the site is still down"
    lasted = text.duration_text(outage.ended_utc - outage.started_utc, "en")
    if outage.end_reason == "recovered" and answers_utc is not None and answers_utc > outage.ended_utc:
        since, ended = text.moment_text(answers_utc, "en"), text.moment_text(outage.ended_utc, "en")
        return f"the site has answered since {since}; its outage was over at {ended}, after {lasted}"
    if outage.end_reason == "recovered":
        return f"the site has answered since {text.moment_text(outage.ended_utc, 'en')}, after {lasted}"
    return f"the site was {outage.end_reason} in the configuration {lasted} after the outage began"


def _moment(iso: str) -> str:
    return text.moment_text(datetime.fromisoformat(iso), "en")
