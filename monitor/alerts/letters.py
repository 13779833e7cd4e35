"""A leased notice in words: `wording` says them, the templates lay them out, Bangla first and English below."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.alerts.channels.base import Rendered
from monitor.alerts.facts import LANGS
from monitor.alerts.outbox import Letter
from monitor.alerts.wording import GOOD_NEWS, words

BAD, GOOD, PLAIN = "#b91c1c", "#15803d", "#b45309"
ALARMS = ("opened", "breach", "stage")


def render(letter: Letter) -> Rendered:
    """The letter, ready to be handed over."""
    parts = [words(letter.kind, letter.facts, lang) for lang in LANGS]
    number = letter.facts["number"]
    known = {
        "parts": parts,
        "subject": f"[{number}] {parts[0].headline}" if number else parts[0].headline,
        "colour": GOOD if letter.kind in GOOD_NEWS else BAD if letter.kind in ALARMS else PLAIN,
        "office_bn": letter.facts["office_bn"],
        "office_en": letter.facts["office_en"],
        "head": letter.facts.get("head", ""),
    }
    return Rendered(
        subject=known["subject"],
        text=_templates().get_template("notice.txt.j2").render(known),
        html=_templates().get_template("notice.html.j2").render(known),
    )


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
