"""Write a notice in one line, for a short message: number, place, state, deadline. Pure."""

from collections.abc import Mapping

from monitor.alerts.channels.base import Line
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.notices.wording import entry_of
from monitor.domain.message import N_
from monitor.domain.notice_kinds import NoticeKind
from monitor.i18n import formats
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang

STATES: Mapping[str, str] = {
    "opened": N_("down"),
    "opened/over": N_("was down"),
    "due_today": N_("down, last day"),
    "due_today/over": N_("not resolved, last day"),
    "due_today/asked": N_("not resolved, last day"),
    "registered": N_("new request"),
    "breach": N_("not resolved"),
    "ask": N_("raise to stage {next_stage}?"),
    "stage": N_("raised to stage {stage}"),
    "lapses_soon": N_("reminder, stage {stage}"),
    "lapses_today": N_("stage {stage}, last day"),
    "ack_over": N_("acknowledgement ended"),
    "resolved": N_("resolved"),
    "resolved/down": N_("resolved, still down"),
    "reopened": N_("reopened"),
    "reopened/down": N_("down again"),
    "restored": N_("up again"),
    "withdrawn": N_("withdrawn"),
    "corrected": N_("corrected"),
    "answered": N_("answered with a report"),
}
DUE = N_("due {at}")
WAS_DUE = N_("was due {at}")
OF_A_STAGE = {NoticeKind.STAGE, NoticeKind.LAPSES_SOON, NoticeKind.LAPSES_TODAY}


def line_of(kind: str, facts: CaseFacts, lang: Lang) -> Line:
    """Return the line about a case in one language; for a withdrawn one without a deadline."""
    state = tr(
        lang,
        STATES[_entry(kind, facts)],
        stage=facts.stage.level if facts.stage else "",
        next_stage=facts.next_stage.level if facts.next_stage else "",
    )
    place = facts.site.name(lang) if facts.site else facts.service.name(lang)
    before = f"{facts.number} " if facts.number else ""
    due = "" if kind == NoticeKind.WITHDRAWN else f", {_due(kind, facts, lang)}"
    return Line(before, place, f": {state}{due}")


def _entry(kind: str, facts: CaseFacts) -> str:
    """Return the key of STATES: the headline's, or 'KIND/down' while an outage lasts, or the kind itself."""
    lasts = facts.outage is not None and not facts.outage.ended and not facts.asked
    wanted = (entry_of(kind, facts, for_citizen=False), f"{kind}/down" if lasts else kind, kind)
    return next((entry for entry in wanted if entry != kind and entry in STATES), kind)


def _due(kind: str, facts: CaseFacts, lang: Lang) -> str:
    at_utc = facts.stage.lapses if facts.stage and kind in OF_A_STAGE else facts.deadline
    passed = facts.overdue and at_utc == facts.deadline and at_utc <= facts.now
    local = at_utc.astimezone(formats.DHAKA)
    return tr(lang, WAS_DUE if passed else DUE, at=formats.digits(f"{local:%d/%m %H:%M}", lang))
