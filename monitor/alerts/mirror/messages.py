"""Write the texts in the help desk, in Bangla and English."""

from datetime import datetime

from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.helpdesks.base import subject_tag
from monitor.alerts.helpdesks.markup import LONGEST_TEXT
from monitor.alerts.notices.phrases import Phrases
from monitor.alerts.notices.wording import Words, words
from monitor.domain.text import clean, clean_lines
from monitor.i18n.formats import moment_text
from monitor.i18n.languages import BOTH, Lang

LONGEST_SUBJECT = 200


EVENTS: Phrases = {
    "opened": {"bn": "টিকিট খোলা হয়েছে", "en": "Opened"},
    "registered": {"bn": "আবেদন প্রাপ্ত হয়েছে", "en": "Registered"},
    "ack": {"bn": "প্রাপ্তিস্বীকার করা হয়েছে", "en": "Acknowledged"},
    "start": {"bn": "কাজ শুরু হয়েছে", "en": "Work has begun"},
    "wait": {"bn": "অপেক্ষমাণ", "en": "Waiting"},
    "comment": {"bn": "মন্তব্য", "en": "Comment"},
    "resolved": {"bn": "নিষ্পত্তিকৃত", "en": "Resolved"},
    "close": {"bn": "নথিভুক্ত", "en": "Closed"},
    "reopened": {"bn": "টিকিট পুনরায় উন্মুক্ত", "en": "Reopened"},
    "down_again": {"bn": "আবার বিচ্ছিন্ন", "en": "Down again"},
    "answers_again": {"bn": "আবার সাড়া দিচ্ছে", "en": "Answers again"},
    "restored": {"bn": "পুনরায় সচল", "en": "Restored"},
    "withdrawn": {"bn": "ভুলক্রমে নিবন্ধিত, প্রত্যাহার করা হয়েছে", "en": "Withdrawn: registered by mistake"},
    "corrected": {"bn": "সংশোধন করা হয়েছে", "en": "Corrected"},
    "linked": {"bn": "সংশ্লিষ্ট বিষয়", "en": "Belongs together"},
    "recounted": {"bn": "সময়সীমা পুনর্গণনা করা হয়েছে", "en": "Deadline counted anew"},
    "paused": {"bn": "সময়সীমা স্থগিত ছিল", "en": "The clock was paused"},
    "operator_late": {"bn": "সংযোগ প্রদানকারীর সময়সীমা অতিক্রান্ত", "en": "The operator is late"},
    "due_today": {"bn": "আজ শেষ দিন", "en": "Due today"},
    "breach": {"bn": "সময়সীমা অতিক্রান্ত", "en": "Target missed"},
    "ask": {"bn": "পরবর্তী ধাপে প্রেরণ করা হবে কি?", "en": "To be raised?"},
    "stage": {"bn": "পরবর্তী ধাপে প্রেরিত", "en": "Next stage"},
    "lapses_soon": {"bn": "তাগিদ", "en": "Reminder"},
    "lapses_today": {"bn": "ধাপের আজ শেষ দিন", "en": "The stage lapses today"},
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
    names = EVENTS.get(kind, {"bn": kind, "en": kind})
    head = f"{names['bn']} — {moment_text(at_utc, 'bn')}\n{names['en']} — {moment_text(at_utc, 'en')} ({actor})"
    return clean_lines(f"{head}\n\n{text}" if text.strip() else head, LONGEST_TEXT)


def _words(facts: CaseFacts, lang: Lang) -> Words:
    return words("registered" if facts.asked else "opened", facts, lang)


def _indented(value: str) -> str:
    return value.replace("\n", "\n    ")
