"""Write a notice in one line, for a short message: number, place, state, deadline. Pure."""

from collections.abc import Mapping

from monitor.alerts.channels.base import Line
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.notices.wording import entry_of
from monitor.domain.notice_kinds import NoticeKind
from monitor.i18n import formats
from monitor.i18n.languages import Lang

STATES: Mapping[str, Mapping[Lang, str]] = {
    "opened": {"bn": "বিচ্ছিন্ন", "en": "down"},
    "opened/over": {"bn": "বিচ্ছিন্ন ছিল", "en": "was down"},
    "due_today": {"bn": "বিচ্ছিন্ন, আজ শেষ দিন", "en": "down, last day"},
    "due_today/over": {"bn": "অনিষ্পন্ন, আজ শেষ দিন", "en": "not settled, last day"},
    "due_today/asked": {"bn": "অনিষ্পন্ন, আজ শেষ দিন", "en": "not settled, last day"},
    "registered": {"bn": "নতুন আবেদন", "en": "new request"},
    "breach": {"bn": "অনিষ্পন্ন", "en": "not settled"},
    "ask": {"bn": "ধাপ {next_stage}-এ প্রেরণ?", "en": "raise to stage {next_stage}?"},
    "stage": {"bn": "ধাপ {stage}-এ প্রেরিত", "en": "raised to stage {stage}"},
    "lapses_soon": {"bn": "তাগিদ, ধাপ {stage}", "en": "reminder, stage {stage}"},
    "lapses_today": {"bn": "ধাপ {stage}, আজ শেষ দিন", "en": "stage {stage}, last day"},
    "ack_over": {"bn": "প্রাপ্তিস্বীকারের মেয়াদ শেষ", "en": "acknowledgement over"},
    "resolved": {"bn": "নিষ্পত্তিকৃত", "en": "resolved"},
    "resolved/down": {"bn": "নিষ্পত্তিকৃত, এখনও বিচ্ছিন্ন", "en": "resolved, still down"},
    "reopened": {"bn": "পুনরায় উন্মুক্ত", "en": "reopened"},
    "reopened/down": {"bn": "আবার বিচ্ছিন্ন", "en": "down again"},
    "restored": {"bn": "সচল", "en": "up again"},
    "withdrawn": {"bn": "প্রত্যাহৃত", "en": "withdrawn"},
    "corrected": {"bn": "সংশোধিত", "en": "corrected"},
}
DUE: Mapping[Lang, str] = {"bn": "সময়সীমা", "en": "due"}
WAS_DUE: Mapping[Lang, str] = {"bn": "সময় ছিল", "en": "was due"}
OF_A_STAGE = {NoticeKind.STAGE, NoticeKind.LAPSES_SOON, NoticeKind.LAPSES_TODAY}


def line_of(kind: str, facts: CaseFacts, lang: Lang) -> Line:
    """Return the line about a case in one language; for a withdrawn one without a deadline."""
    state = STATES[_entry(kind, facts)][lang].format(
        stage=formats.digits(facts.stage.level if facts.stage else "", lang),
        next_stage=formats.digits(facts.next_stage.level if facts.next_stage else "", lang),
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
    return f"{(WAS_DUE if passed else DUE)[lang]} {formats.digits(f'{local:%d/%m %H:%M}', lang)}"
