"""A leased notice in words: `wording` says them, the templates lay them out, Bangla first and English below."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.alerts import kinds
from monitor.alerts.brief_words import morning_words, weekly_words
from monitor.alerts.channels.base import Image, Rendered
from monitor.alerts.charts import hour_png
from monitor.alerts.digests import digest_words
from monitor.alerts.outbox import Letter
from monitor.alerts.wording import Words, words
from monitor.charter.text import Lang
from monitor.settings.notices_section import Languages

BAD, GOOD, PLAIN = "#b91c1c", "#15803d", "#b45309"
ALARMS = ("opened", "breach", "stage")
SPECIAL: Mapping[str, Callable[[Mapping[str, Any], Lang], Words]] = {
    kinds.DIGEST: digest_words,
    kinds.MORNING: morning_words,
    kinds.WEEKLY: weekly_words,
}
LEGEND: Mapping[Lang, str] = {
    "bn": "নীল: প্রতি মিনিটের ধীরতম সাড়া (মিলিসেকেন্ড); লাল: হারানো অংশ; ধূসর: কোনো রাউন্ড হয়নি",
    "en": "blue: the slowest answer of each minute (milliseconds); red: the share lost; grey: no round",
}
SAMPLE: Mapping[Lang, str] = {"bn": "নমুনা, সত্যিকারের ঘটনা নয়", "en": "A sample, nothing has happened"}
AUDIT: Mapping[Lang, str] = {"bn": "নিরীক্ষা লগের প্রমাণক", "en": "head of the audit log"}
GIST = ("ticket", "since", "received", "due", "was_due", "stage", "affected", "seen", "cause", "page")


def render(letter: Letter, lang: Languages = "both") -> Rendered:
    """The letter, ready to be handed over."""
    langs: tuple[Lang, ...] = get_args(Lang) if lang == "both" else (lang,)
    parts = [_words(letter, each) for each in langs]
    number = letter.facts["number"]
    images = list(_images(parts))
    known = {
        "parts": parts,
        "subject": f"[{number}] {parts[0].headline}" if number else parts[0].headline,
        "colour": _colour(letter.kind),
        "office": [letter.facts[f"office_{each}"] for each in langs],
        "head": letter.facts.get("head", ""),
        "legend": LEGEND,
        "audit": " / ".join(AUDIT[each] for each in langs),
        "pictures": {image.cid for image in images},
    }
    return Rendered(
        subject=known["subject"],
        text=_templates().get_template("notice.txt.j2").render(known),
        html=_templates().get_template("notice.html.j2").render(known),
        short="\n".join(_gist(parts)),
        images=tuple(images),
    )


def _words(letter: Letter, lang: Lang) -> Words:
    special = SPECIAL.get(letter.kind)
    said = special(letter.facts, lang) if special else words(letter.kind, letter.facts, lang)
    return replace(said, headline=f"{SAMPLE[lang]} — {said.headline}") if "sample" in letter.facts else said


def _colour(kind: str) -> str:
    return GOOD if kind in kinds.GOOD_NEWS else BAD if kind in ALARMS else PLAIN


def _images(parts: Sequence[Words]) -> Iterator[Image]:
    for part in parts:
        for row in part.rows:
            if row.hour and (png := hour_png(row.hour, part.lang)):
                yield Image(f"hour-{part.lang}", png)


def _gist(parts: Sequence[Words]) -> Iterator[str]:
    """What fits on a small screen: the headline, the facts that matter most, the lists' titles, what to do."""
    for part in parts:
        yield part.headline
        yield from (f"{row.label}: {row.value}" for row in part.rows if row.name in GIST)
        yield from (section.title for section in part.sections)
        yield part.to_do


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
