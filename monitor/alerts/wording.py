"""The sentences of a notice, in Bangla and in English: facts in, plain text out. Layout is the templates' affair."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.charter import text
from monitor.charter.text import Lang

KIND_NAMES = {
    "backbone": {"bn": "ব্যাকবোন সংযোগ", "en": "backbone link"},
    "udc": {"bn": "ইউনিয়ন ডিজিটাল সেন্টার", "en": "Union Digital Centre"},
    "lab": {"bn": "ল্যাব", "en": "lab"},
    "office": {"bn": "কার্যালয়", "en": "office"},
}

LABELS = {
    "ticket": {"bn": "টিকিট নম্বর", "en": "Ticket"},
    "site": {"bn": "স্থাপনা", "en": "Site"},
    "service": {"bn": "সেবা (সিটিজেনস চার্টার)", "en": "Service (Citizen's Charter)"},
    "since": {"bn": "বিচ্ছিন্ন হওয়ার সময়", "en": "Down since"},
    "until": {"bn": "সচল হওয়ার সময়", "en": "Up again since"},
    "lasted": {"bn": "স্থায়িত্ব", "en": "Lasted"},
    "deadline": {"bn": "নিষ্পত্তির সময়সীমা", "en": "Was due"},
    "counted": {"bn": "যেভাবে গণনা করা হয়েছে", "en": "How it was counted"},
    "affected": {"bn": "ক্ষতিগ্রস্ত", "en": "Affected"},
    "last_good": {"bn": "সর্বশেষ সাড়া", "en": "Last answer"},
    "stage": {"bn": "ধাপ", "en": "Stage"},
    "note": {"bn": "মন্তব্য", "en": "Note"},
    "page": {"bn": "বিস্তারিত", "en": "Details"},
}

HEADLINES = {
    "opened": {
        "bn": "{site}: {lasted} ধরে বিচ্ছিন্ন — সময়সীমা অতিক্রান্ত",
        "en": "{site}: down for {lasted}, service-time target missed",
    },
    "stage": {
        "bn": "{site}: {lasted} ধরে বিচ্ছিন্ন — নিষ্পত্তির ধাপ {stage}-এ প্রেরিত",
        "en": "{site}: down for {lasted}, raised to stage {stage}",
    },
    "resolved": {"bn": "{site}: নিষ্পত্তিকৃত", "en": "{site}: resolved"},
    "reopened": {"bn": "{site}: আবার বিচ্ছিন্ন — টিকিট পুনরায় উন্মুক্ত", "en": "{site}: down again, ticket reopened"},
}

TO_DO = {
    "opened": {
        "bn": "অনুগ্রহ করে কারণ নির্ণয় করে সেবাটি সচল করুন এবং টিকিটে প্রাপ্তিস্বীকার করুন।",
        "en": "Please find the cause, restore the service and acknowledge the ticket.",
    },
    "stage": {
        "bn": "বিষয়টি নির্ধারিত সময়ে নিষ্পত্তি হয়নি। এখন দায়িত্ব: {holder}। নিষ্পত্তির শেষ সময়: {lapses} ({disposal})।",
        "en": "It was not settled in its time and is now with {holder}, to be settled by {lapses} ({disposal}).",
    },
    "resolved": {
        "bn": "আর কিছু করার প্রয়োজন নেই। সমাধান না হয়ে থাকলে টিকিটটি পুনরায় উন্মুক্ত করুন।",
        "en": "Nothing more is to be done. If it is not settled after all, reopen the ticket.",
    },
    "reopened": {
        "bn": "অনুগ্রহ করে কারণ নির্ণয় করে সেবাটি আবার সচল করুন।",
        "en": "Please find the cause and restore the service again.",
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in one language: a headline, labelled facts, and what to do next."""

    lang: Lang
    headline: str
    rows: tuple[tuple[str, str], ...]
    to_do: str


def words(kind: str, facts: Mapping[str, Any], lang: Lang) -> Words:
    """The notice of ``kind`` ('opened', 'stage', 'resolved', 'reopened') in one language."""
    known = _blanks(facts, lang)
    rows = tuple((LABELS[name][lang], value) for name, value in _rows(facts, known, lang) if value)
    return Words(lang, HEADLINES[kind][lang].format(**known), rows, TO_DO[kind][lang].format(**known))


def _blanks(facts: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """What fills the gaps in the sentences."""
    site, stage, outage = facts["site"], facts["stage"], facts["outage"]
    until = (outage and outage["ended"]) or facts["now"]
    return {
        "site": site[f"name_{lang}"] if site else facts["service"][f"name_{lang}"],
        "lasted": _between(facts["event"], until, lang),
        "stage": text.digits(stage["level"], lang) if stage else "",
        "holder": stage[f"holder_{lang}"] if stage else "",
        "lapses": _moment(stage["lapses"], lang) if stage else "",
        "disposal": stage[f"disposal_{lang}"] if stage else "",
    }


def _rows(facts: Mapping[str, Any], known: Mapping[str, str], lang: Lang) -> Iterator[tuple[str, str]]:
    service, outage = facts["service"], facts["outage"]
    yield "ticket", facts["number"]
    yield "site", f"{known['site']} ({facts['site']['id']})" if facts["site"] else ""
    number = text.digits(service["number"], lang)
    yield "service", f"{number}. {service[f'name_{lang}']} — {service[f'target_{lang}']}"
    yield "since", _moment(facts["event"], lang)
    if outage:
        yield "until", _moment(outage["ended"], lang) if outage["ended"] else ""
        yield "lasted", known["lasted"] if outage["ended"] else ""
        yield "affected", _affected(outage["affected"], lang)
        yield "last_good", _last_good(outage["evidence"], lang)
    yield "deadline", _moment(facts["deadline"], lang)
    yield "counted", outage[f"explanation_{lang}"] if outage else ""
    yield "note", facts["note"]
    yield "page", facts["page_url"]


def _affected(kinds: Mapping[str, int], lang: Lang) -> str:
    return ", ".join(f"{text.digits(count, lang)} {KIND_NAMES[kind][lang]}" for kind, count in kinds.items())


def _last_good(evidence: Mapping[str, Any], lang: Lang) -> str:
    if "last_good_utc" not in evidence:
        return ""
    rtt, loss = evidence["last_good_rtt_ms"], text.digits(f"{evidence['last_good_loss']:.0%}", lang)
    figures = [f"{text.digits(f'{rtt:.1f}', lang)} ms"] if rtt is not None else []
    figures.append(f"প্যাকেট লস {loss}" if lang == "bn" else f"packet loss {loss}")
    return f"{_moment(evidence['last_good_utc'], lang)} ({', '.join(figures)})"


def _moment(iso: str, lang: Lang) -> str:
    return text.moment_text(datetime.fromisoformat(iso), lang)


def _between(since: str, until: str, lang: Lang) -> str:
    return text.duration_text(max(datetime.fromisoformat(until) - datetime.fromisoformat(since), timedelta()), lang)
