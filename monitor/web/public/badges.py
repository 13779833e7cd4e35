"""Draw badges: a small picture and a document that say how a site, or the whole office, is."""

import json
from html import escape

from monitor.charter.office import Office
from monitor.domain.reasons import Names
from monitor.domain.text import clean
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang
from monitor.i18n.public_terms import PUBLIC_WORDS
from monitor.web.public.model import Publication, Word, worst

COLOURS = {
    Word.DOWN: "#b1261d",
    Word.PLANNED: "#8f5200",
    Word.POOR: "#8f5200",
    Word.UNMONITORED: "#5f6873",
    Word.UP: "#1d7741",
    Word.CLOSED: "#5f6873",
}
OFFICE = "office"
LONGEST = 40  # characters of a name on a badge
WIDE, PAD, HEIGHT = 8, 8, 22


def word_of(found: Publication, name: str) -> Word | None:
    """Return the word for the site ``name``, or for 'office' the worst of all; None for a site that is not there.

    A site may bear the name 'office': then it is its own.
    """
    if name in found.words:
        return found.words[name]
    return worst(found.words.values()) if name == OFFICE else None


def title_of(office: Office, name: str) -> Names:
    """Return what the badge is about."""
    site = office.fleet.sites.get(name)
    if site is not None:
        return Names(site.name_bn, site.name_en)
    return Names(office.charter.name_bn, office.charter.name_en)


def svg(title: str, word: Word, lang: Lang) -> bytes:
    """Return the badge as a picture: plain text with a title, so that it is read out too."""
    state = tr(lang, PUBLIC_WORDS[word])
    shown = clean(title, LONGEST)
    left, right = len(shown) * WIDE + 2 * PAD, len(state) * WIDE + 2 * PAD
    said = escape(f"{title}: {state}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img" '
        f'aria-label="{said}"><title>{said}</title><rect width="{left}" height="{HEIGHT}" fill="#36413c"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{COLOURS[word]}"/>'
        f'<g fill="#fff" font-family="Noto Sans Bengali,Nirmala UI,sans-serif" font-size="13" text-anchor="middle">'
        f'<text x="{left // 2}" y="15">{escape(shown)}'
        f'</text><text x="{left + right // 2}" y="15">{escape(state)}</text></g></svg>\n'
    ).encode()


def document(title: Names, word: Word, found: Publication) -> bytes:
    """Return the badge as JSON, with the keys that readers of shields know."""
    return (
        json.dumps(
            {
                "schemaVersion": 1,
                "label": title.en,
                "message": tr("en", PUBLIC_WORDS[word]),
                "label_bn": title.bn,
                "message_bn": tr("bn", PUBLIC_WORDS[word]),
                "color": COLOURS[word].removeprefix("#"),
                "state": word.value,
                "as_of": found.at_utc.isoformat(),
            },
            ensure_ascii=False,
        )
        + "\n"
    ).encode()
