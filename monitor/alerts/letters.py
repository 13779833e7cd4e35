"""What a notice says: the facts as they are when it is owed, and their words when it is delivered.

Facts are plain JSON values, so that a letter can be written, or written again, long after the event. Its words are made
by `wording`: Bangla first, English below, the same facts in both.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.alerts.channels.base import Rendered
from monitor.alerts.office import Office
from monitor.alerts.outbox import Letter
from monitor.alerts.wording import KIND_NAMES, words
from monitor.charter import text
from monitor.charter.deadline import explain, target_deadline
from monitor.charter.stages import chain
from monitor.store.models import Outage, Ticket

COLOURS = {"opened": "#b91c1c", "stage": "#b91c1c", "resolved": "#15803d", "reopened": "#b45309"}


def facts_of(office: Office, ticket: Ticket, now_utc: datetime, note: str = "") -> dict[str, Any]:
    """Everything that a letter about this ticket may tell, as of now."""
    service = office.charter.services[ticket.service]
    return {
        "number": ticket.number,
        "office_bn": office.charter.name_bn,
        "office_en": office.charter.name_en,
        "now": now_utc.isoformat(),
        "site": _site_facts(office, ticket.site),
        "service": {
            "number": service.number,
            "name_bn": service.name_bn,
            "name_en": service.name_en,
            "printed_time": service.printed_time,
            "target_bn": service.target_text("bn"),
            "target_en": service.target_text("en"),
        },
        "event": ticket.event_utc.isoformat(),
        "deadline": ticket.deadline_utc.isoformat(),
        "stage": _stage_facts(office, ticket),
        "outage": _outage_facts(office, ticket.outages[-1]) if ticket.outages else None,
        "page_url": office.mail.page_url,
        "note": note,
    }


def _site_facts(office: Office, site_id: str | None) -> dict[str, Any] | None:
    if site_id is None:
        return None
    site = office.fleet.sites.get(site_id)
    if site is None:  # taken out of the configuration since
        return {"id": site_id, "name_bn": site_id, "name_en": site_id}
    return {"id": site_id, "name_bn": site.name_bn, "name_en": site.name_en}


def _stage_facts(office: Office, ticket: Ticket) -> dict[str, Any] | None:
    if ticket.breached_utc is None or not 1 <= ticket.stage <= len(office.charter.stages):
        return None
    stage = office.charter.stages[ticket.stage - 1]
    dates = chain(ticket.breached_utc, office.charter.stages, office.calendar)[ticket.stage - 1]
    holder = office.charter.officer(stage.holder)
    return {
        "level": stage.level,
        "lapses": dates.lapses_utc.isoformat(),
        **{f"holder_{lang}": f"{holder.name(lang)}, {holder.title(lang)}" for lang in get_args(text.Lang)},
        **{f"disposal_{lang}": stage.disposal_text(lang) for lang in get_args(text.Lang)},
    }


def _outage_facts(office: Office, outage: Outage) -> dict[str, Any]:
    kinds: Counter[str] = Counter(
        office.fleet.sites[row.site].kind for row in outage.affected if row.site in office.fleet.sites
    )
    deadline = target_deadline(
        office.charter.services[outage.service].target,
        started_utc=outage.started_utc,
        confirmed_utc=outage.confirmed_utc,
        calendar=office.calendar,
    )
    return {
        "started": outage.started_utc.isoformat(),
        "ended": outage.ended_utc.isoformat() if outage.ended_utc else None,
        "end_reason": outage.end_reason,
        "reason": outage.reason,
        "evidence": outage.evidence,
        "affected": {kind: kinds[kind] for kind in KIND_NAMES if kinds[kind]},
        "explanation_bn": explain(deadline, "bn"),
        "explanation_en": explain(deadline, "en"),
    }


def history_line(kind: str, facts: Mapping[str, Any]) -> str:
    """A letter's gist as one English line of the ticket's history."""
    due = text.moment_text(datetime.fromisoformat(facts["deadline"]), "en")
    if kind == "stage":
        stage = facts["stage"]
        lapses = text.moment_text(datetime.fromisoformat(stage["lapses"]), "en")
        return f"stage {stage['level']}: {stage['holder_en']}; to be settled by {lapses}"
    return f"service-time target missed: due {due} ({facts['service']['target_en']})"


def recovery_line(ticket: Ticket) -> str:
    """How the ticket's last outage ended, for its history."""
    outage = ticket.outages[-1]
    if outage.ended_utc is None:
        return "the site is still down"
    lasted = text.duration_text(outage.ended_utc - outage.started_utc, "en")
    if outage.end_reason == "recovered":
        return f"the site has answered since {text.moment_text(outage.ended_utc, 'en')}, after {lasted}"
    return f"the site was {outage.end_reason} in the configuration {lasted} after the outage began"


def render(letter: Letter) -> Rendered:
    """The letter in words: Bangla first, English below."""
    parts = [words(letter.kind, letter.facts, lang) for lang in get_args(text.Lang)]
    known = {
        "parts": parts,
        "subject": f"[{letter.facts['number']}] {parts[0].headline}",
        "colour": COLOURS[letter.kind],
        "office_bn": letter.facts["office_bn"],
        "office_en": letter.facts["office_en"],
    }
    return Rendered(
        subject=known["subject"],
        text=_templates().get_template("notice.txt.j2").render(known),
        html=_templates().get_template("notice.html.j2").render(known),
    )


@cache
def _templates() -> Environment:
    # Everything is escaped but what names itself plain text: a device's or site's name must never become markup.
    return Environment(
        loader=PackageLoader("monitor.alerts", "templates/email"),
        autoescape=lambda name: not (name or "").endswith(".txt.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
