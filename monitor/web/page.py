"""Render the page of an office: open outages, open tickets, and all sites by kind."""

from datetime import datetime, timedelta
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.alerts.notices.observations import seen_text
from monitor.charter.services import Charter
from monitor.domain.reasons import from_json
from monitor.i18n import formats
from monitor.i18n.catalogue import render as rendered
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import SOURCE, Lang, languages, lookup, own_name
from monitor.i18n.sorting import name_key
from monitor.i18n.terms import CAUSES, EVENTS, KINDS, STATES, TICKET_STATES
from monitor.reports.status_document import LiveStatus, mail_faults
from monitor.web.status import joined

_templates = Environment(
    loader=PackageLoader("monitor.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(now: LiveStatus, charter: Charter, lang: Lang) -> str:
    """Return the page of a status in one language; ``charter``: for the names of office and services."""
    at = datetime.fromisoformat(now["generated"])
    mail = now["mail"]
    names = {site["id"]: site["name_bn"] if lang == "bn" else site["name_en"] for site in now["sites"]}
    states = [site["state"] for site in now["sites"]]
    return _templates.get_template("page.html.j2").render(
        now=now,
        lang=lang,
        office=charter.name_bn if lang == "bn" else charter.name_en,
        groups=[
            (
                lookup(lang, *titles, 2),
                sorted(
                    (site for site in now["sites"] if site["kind"] == kind),
                    key=lambda site: name_key(names[site["id"]]),
                ),
            )
            for kind, titles in KINDS.items()
            if any(site["kind"] == kind for site in now["sites"])
        ],
        counts=[
            (state, lookup(lang, words), states.count(state)) for state, words in STATES.items() if state in states
        ],
        all_up=set(states) == {"up"},
        state_words={state: lookup(lang, words) for state, words in STATES.items()},
        causes={cause: lookup(lang, words) for cause, words in CAUSES.items()},
        event_words={kind: lookup(lang, words) for kind, words in EVENTS.items()},
        ticket_words={state: lookup(lang, words) for state, words in TICKET_STATES.items()},
        others=[(other, own_name(other)) for other in languages() if other != lang],
        source=SOURCE,
        _=partial(tr, lang),
        n_=partial(trn, lang),
        name_of=lambda site: names.get(site, site or "—"),
        about=lambda ticket: names.get(ticket["site"], ticket["site"]) or charter.service(ticket["service"]).name(lang),
        number=lambda value: formats.digits(value, lang),
        moment=lambda iso: formats.moment_text(datetime.fromisoformat(iso), lang),
        near=lambda iso: formats.near_text(datetime.fromisoformat(iso), at, lang),
        length=lambda iso: formats.duration_text(abs(at - datetime.fromisoformat(iso)), lang),
        is_past=lambda iso: datetime.fromisoformat(iso) <= at,
        seen=lambda outage: seen_text(from_json(outage["reason"]), lang) or tr(lang, "no answer"),
        why=lambda site: joined([(one["device"], from_json(one["reason"])) for one in site["reasons"]], lang),
        rtt=lambda site: "" if site["rtt_ms"] is None else formats.ms_text(site["rtt_ms"], lang),
        lossy=lambda site: bool(site["loss"]) and site["loss"] < 1,
        mail_faults=[rendered(each, lang) for each in mail_faults(mail, now["outbox"])] if mail else [],
        refresh_s=round(timedelta(seconds=10).total_seconds()),
    )
