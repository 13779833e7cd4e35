"""A transition of a replay as a line for people, in the language of the run."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.cli.language import _, lang, n_, term
from monitor.domain.message import N_
from monitor.domain.reasons import from_json
from monitor.i18n.catalogue import tr
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import ACTORS, CAUSES, ENDINGS, EVENTS, HISTORY, NOTICE_KINDS, RECIPIENTS

KINDS: Mapping[str, str] = {
    **EVENTS,
    "outage_opened": N_("outage begins"),
    "outage_closed": N_("outage over"),
    "outage_explained": N_("more is known of the outage"),
    "site_unreachable": N_("unreachable"),
    "site_degraded": N_("degraded"),
    "site_restored": N_("no longer degraded"),
    "ticket_opened": N_("ticket opened"),
    "ticket_resolved": N_("ticket resolved"),
    "ticket_reopened": N_("ticket reopened"),
    "ticket_registered": N_("request registered"),
    "ticket_act": N_("act on the ticket"),
    "stage_raised": N_("raised to the next stage"),
    "notice": N_("notice"),
    "digest": N_("digest"),
    "capped": N_("notices wait: the most for an hour have gone out"),
    "not_running": N_("the daemon was not running"),
}
TIMES: Mapping[str, str] = {
    "started": N_("since {time:exact}"),
    "ended": N_("until {time:exact}"),
    "deadline": N_("due {time:exact}"),
    "silent_since": N_("silent since {time:exact}"),
    "wall": N_("the clock says {time:exact}"),
}
FACTS: Mapping[str, str] = {
    "moved_s": N_("moved by {value:g} s"),
    "root": N_("behind {value}"),
    "share": N_("{value:.0%} of its last results changed"),
    "recipient": N_("to {value}"),
    "stage": N_("stage {value}"),
    "limit": N_("at most {value} an hour"),
    "by": N_("by {value}"),
}
PERSONS: Mapping[str, str] = {**ACTORS, **RECIPIENTS}
UNSAID = ("t", "kind", "ticket", "group", "reason_code", "why_code")


def sentence(transition: Mapping[str, Any]) -> str:
    """Make a line: when, about what, what happened, and the facts of it."""
    at = datetime.fromisoformat(transition["t"])
    where = transition.get("ticket") or transition.get("site") or transition.get("group") or ""
    parts = [_words(name, value, transition) for name, value in transition.items() if name not in UNSAID]
    parts = [part for part in parts if part != where]
    what = term(KINDS, transition["kind"])
    return f"{tr(lang(), '{time:exact}', time=at)}  {where:<16}  {what}{': ' if parts else ''}{', '.join(parts)}"


def _words(name: str, value: Any, transition: Mapping[str, Any]) -> str:
    if name in TIMES:
        return tr(lang(), TIMES[name], time=datetime.fromisoformat(value))
    if name in FACTS:
        return tr(lang(), FACTS[name], value=term(PERSONS, value) if isinstance(value, str) else value)
    match name:
        case "reason" | "why":
            code = transition.get(f"{name}_code")
            return reason_text(from_json(code), lang()) if code else term(ENDINGS, value)
        case "cause":
            return _("suspected cause: {cause}", cause=term(CAUSES, value))
        case "affected":
            return n_("{count} site affected", "{count} sites affected", len(value))
        case "notices":
            return n_("{count} notice", "{count} notices", value)
        case "notice":
            return term(NOTICE_KINDS, value)
        case "act":
            return term(HISTORY, value)
    return ", ".join(value) if isinstance(value, list) else str(value)
