"""Make all files of a publication: the page in each language, its style sheet, feeds and badges."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.charter.office import Office
from monitor.i18n.languages import BOTH, languages
from monitor.settings.public_section import Public
from monitor.web.areas import Drawing
from monitor.web.public import badges, feeds
from monitor.web.public.model import Publication, Word
from monitor.web.public.open_data import DICTIONARY
from monitor.web.public.rendering import FEED, INDEX, PLANNED, STYLE, Place, page, style_sheet

MOST_BADGES = 500  # sites with a badge of their own in a copy; a country's would be a hundred thousand files
BADGES = "badges"
TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "json": "application/json",
}
"""What files are, by the end of their names."""


def pages(found: Publication, office: Office, drawing: Drawing | None, rules: Public, place: Place) -> dict[str, bytes]:
    """Return the page in each language with what it needs, by name."""
    return {
        **{INDEX[lang]: page(found, office, drawing, lang, place) for lang in languages()},
        **{FEED[lang]: feeds.atom(found, office, lang, rules.url) for lang in languages()},
        PLANNED: feeds.planned_calendar(found, office),
        STYLE: style_sheet(),
    }


def copy(
    found: Publication, office: Office, drawing: Drawing | None, rules: Public, data: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the files of a copy for another web server; names are relative, the page in Bangla comes last.

    ``data``: the files of open data, by name.
    """
    place = Place(every=timedelta(minutes=rules.every_minutes), data=DICTIONARY if data else "")
    names = [badges.OFFICE, *(office.fleet.sites if len(office.fleet.sites) <= MOST_BADGES else ())]
    files = {file: content for name in names for file, content in badge_files(found, office, name).items()}
    made = pages(found, office, drawing, rules, replace(place, prefix=""))
    return {**files, **data, **dict(sorted(made.items(), key=lambda one: (one[0] == INDEX[BOTH[0]], one[0])))}


def badge_files(found: Publication, office: Office, name: str) -> dict[str, bytes]:
    """Return the badge of a site, or of the office, in each language and as a document; none for no such site."""
    word: Word | None = badges.word_of(found, name)
    if word is None:
        return {}
    title = badges.title_of(office, name)
    pictures = {
        f"{BADGES}/{name}{'' if lang == BOTH[0] else f'-{lang}'}.svg": badges.svg(title.name(lang), word, lang)
        for lang in languages()
    }
    return {**pictures, f"{BADGES}/{name}.json": badges.document(title, word, found)}
