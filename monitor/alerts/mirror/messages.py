"""Write the texts in the help desk, in both languages."""

from datetime import datetime

from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.helpdesks.base import subject_tag
from monitor.alerts.helpdesks.markup import LONGEST_TEXT
from monitor.alerts.notices.wording import Words, words
from monitor.domain.reasons import Reason
from monitor.domain.text import clean, clean_lines
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import moment_text
from monitor.i18n.languages import BOTH, Lang
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import HISTORY

LONGEST_SUBJECT = 200


def subject(facts: CaseFacts) -> str:
    """Return '[BHR-2026-000123] …': the tag by which it is found again, and the headline, in Bangla."""
    return clean(f"{subject_tag(facts.number)} {_words(facts, BOTH[0]).headline}", LONGEST_SUBJECT)


def first_message(facts: CaseFacts) -> str:
    """Return what the ticket is about, in both languages."""
    parts = []
    for lang in BOTH:
        said = _words(facts, lang)
        rows = "\n".join(f"{row.label}: {_indented(row.value)}" for row in said.rows)
        parts.append(f"{said.headline}\n\n{rows}")
    return clean_lines("\n\n\n".join(parts), 4 * LONGEST_TEXT)


def event_text(kind: str, actor: str, text: str, at_utc: datetime, reason: Reason | None = None) -> str:
    """Return a line of the history as a remark: kind, time and reason in both languages, and what a person wrote."""
    bangla, english = (f"{tr(lang, HISTORY.get(kind, kind))} — {moment_text(at_utc, lang)}" for lang in BOTH)
    head = f"{bangla}\n{english} ({actor})"
    if reason is not None:
        head += "\n\n" + "\n".join(reason_text(reason, lang) for lang in BOTH)
    return clean_lines(f"{head}\n\n{text}" if text.strip() else head, LONGEST_TEXT)


def _words(facts: CaseFacts, lang: Lang) -> Words:
    return words("registered" if facts.asked else "opened", facts, lang)


def _indented(value: str) -> str:
    return value.replace("\n", "\n    ")
