"""The words that stand in the help desk, in Bangla and English, and the cleaning of the words that come from there.

Nothing of what others wrote is trusted to be harmless: markup, control characters and what turns the direction of
writing are taken out, and every text has an end.
"""

import html
import re
import string
from datetime import datetime
from typing import get_args

from monitor.alerts.helpdesks.base import subject_tag
from monitor.alerts.notices.facts import MatterFacts
from monitor.alerts.phrases import Phrases
from monitor.alerts.wording import Words, words
from monitor.charter.text import Lang, moment_text
from monitor.domain.text import clean, clean_lines

LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_NAME = 200, 4_000, 80
BREAKS = {"br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
UNSHOWN = {"script", "style", "head", "title"}
SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # one for one, which lower() is not
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*|[!?])")

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


def subject(facts: MatterFacts) -> str:
    """'[BHR-2026-000123] …': the tag by which it is found again, and the headline in Bangla."""
    return clean(f"{subject_tag(facts.number)} {_words(facts, 'bn').headline}", LONGEST_SUBJECT)


def first_message(facts: MatterFacts) -> str:
    """What the ticket is about, in both languages."""
    parts = []
    for lang in get_args(Lang):
        said = _words(facts, lang)
        rows = "\n".join(f"{row.label}: {_indented(row.value)}" for row in said.rows)
        parts.append(f"{said.headline}\n\n{rows}")
    return clean_lines("\n\n\n".join(parts), 4 * LONGEST_TEXT)


def event_text(kind: str, actor: str, text: str, at_utc: datetime) -> str:
    """A line of the history as a remark."""
    names = EVENTS.get(kind, {"bn": kind, "en": kind})
    head = f"{names['bn']} — {moment_text(at_utc, 'bn')}\n{names['en']} — {moment_text(at_utc, 'en')} ({actor})"
    return clean_lines(f"{head}\n\n{text}" if text.strip() else head, LONGEST_TEXT)


def _words(facts: MatterFacts, lang: Lang) -> Words:
    return words("registered" if facts.asked else "opened", facts, lang)


def _indented(value: str) -> str:
    return value.replace("\n", "\n    ")


def name(text: str) -> str:
    """Who did something there, as our history can hold it."""
    return clean(text, LONGEST_NAME)


def plain(markup: str) -> str:
    """HTML as text, in one pass however broken it is; what is not shown there is not read here.

    Python's own parser raises on some of it and takes time with the square of the length on other.
    """
    small = markup.translate(SMALL)
    parts: list[str] = []
    at = 0
    while at < len(markup):
        tag = markup.find("<", at)
        if tag < 0:
            break
        parts.append(_shown(markup[at:tag]))
        at, part = _after_tag(small, tag)
        parts.append(part)
    parts.append(_shown(markup[at:]))
    return clean_lines("".join(parts), LONGEST_TEXT)


def _after_tag(small: str, tag: int) -> tuple[int, str]:
    """Where reading goes on after what begins at ``tag``, and what that stands for; ``small`` is in small letters."""
    if small.startswith("<!--", tag):
        return _behind(small, "-->", tag), ""
    found = TAG.match(small, tag)
    if found is None:
        return tag + 1, "<"
    end = _behind(small, ">", tag)
    name = found[2]
    if name in UNSHOWN and not found[1]:
        end = _behind(small, f"</{name}", end)
        return _behind(small, ">", end), ""
    return end, "\n" if name in BREAKS else ""


def _behind(text: str, what: str, start: int) -> int:
    found = text.find(what, start)
    return len(text) if found < 0 else found + len(what)


def _shown(text: str) -> str:
    return html.unescape(text.replace("\r", " ").replace("\n", " "))


def markup(text: str) -> str:
    """Text as HTML that shows it as it is."""
    return html.escape(text).replace("\n", "<br>\n")
