"""Write the texts in the help desk, in Bangla and English."""

from datetime import datetime

from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.helpdesks.base import subject_tag
from monitor.alerts.helpdesks.markup import LONGEST_TEXT
from monitor.alerts.notices.phrases import Phrases
from monitor.alerts.notices.wording import Words, words
from monitor.domain.message import N_
from monitor.domain.text import clean, clean_lines
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import moment_text
from monitor.i18n.languages import BOTH, Lang

LONGEST_SUBJECT = 200


EVENTS: Phrases = {
    "opened": N_("Opened"),
    "registered": N_("Registered"),
    "ack": N_("Acknowledged"),
    "start": N_("Work has begun"),
    "wait": N_("Waiting"),
    "comment": N_("Comment"),
    "resolved": N_("Resolved"),
    "close": N_("Closed"),
    "reopened": N_("Reopened"),
    "down_again": N_("Down again"),
    "answers_again": N_("Answers again"),
    "restored": N_("Restored"),
    "withdrawn": N_("Withdrawn: registered by mistake"),
    "corrected": N_("Corrected"),
    "linked": N_("Related ticket"),
    "recounted": N_("Deadline recalculated"),
    "paused": N_("The time stood still"),
    "operator_late": N_("The operator is overdue"),
    "due_today": N_("Due today"),
    "breach": N_("Target missed"),
    "ask": N_("Raise it?"),
    "stage": N_("Next stage"),
    "lapses_soon": N_("Reminder"),
    "lapses_today": N_("The stage ends today"),
}


def subject(facts: CaseFacts) -> str:
    """Return '[BHR-2026-000123] …': the tag by which it is found again, and the headline in Bangla."""
    return clean(f"{subject_tag(facts.number)} {_words(facts, 'bn').headline}", LONGEST_SUBJECT)


def first_message(facts: CaseFacts) -> str:
    """Return what the ticket is about, in both languages."""
    parts = []
    for lang in BOTH:
        said = _words(facts, lang)
        rows = "\n".join(f"{row.label}: {_indented(row.value)}" for row in said.rows)
        parts.append(f"{said.headline}\n\n{rows}")
    return clean_lines("\n\n\n".join(parts), 4 * LONGEST_TEXT)


def event_text(kind: str, actor: str, text: str, at_utc: datetime) -> str:
    """Return a line of the history as a remark."""
    bangla, english = (f"{tr(lang, EVENTS.get(kind, kind))} — {moment_text(at_utc, lang)}" for lang in BOTH)
    head = f"{bangla}\n{english} ({actor})"
    return clean_lines(f"{head}\n\n{text}" if text.strip() else head, LONGEST_TEXT)


def _words(facts: CaseFacts, lang: Lang) -> Words:
    return words("registered" if facts.asked else "opened", facts, lang)


def _indented(value: str) -> str:
    return value.replace("\n", "\n    ")
