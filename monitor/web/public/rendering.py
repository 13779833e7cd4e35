"""Render the public page of a publication in one language: HTML that works without script, from a file too."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.charter.office import Office
from monitor.charter.services import Officer
from monitor.domain.message import Message, Said, message, messages
from monitor.domain.reasons import Names
from monitor.domain.text import comparison_key, dialled
from monitor.i18n import formats
from monitor.i18n.catalogue import render as rendered
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import BOTH, Lang, languages, lookup, own_name
from monitor.i18n.public_terms import PUBLIC_CAUSES, PUBLIC_WORDS
from monitor.i18n.sorting import name_key
from monitor.i18n.terms import KINDS
from monitor.web.areas import Drawing
from monitor.web.public.model import Group, Publication, Trouble, Word, Work
from monitor.web.public.months import fiscal_year
from monitor.web.public.strips import drawn

LARGEST_BYTES = 30_000
MOST_NAMED = 6  # unions in one sentence
SHAPES: Mapping[Word, tuple[str, str]] = {
    Word.DOWN: ("down", "●"),
    Word.PLANNED: ("warn", "◷"),
    Word.POOR: ("warn", "▲"),
    Word.UNMONITORED: ("off", "○"),
    Word.UP: ("up", "■"),
    Word.CLOSED: ("off", "–"),
}
"""The look and the shape of each word."""
INDEX: Mapping[Lang, str] = {lang: "index.html" if lang == BOTH[0] else f"{lang}.html" for lang in languages()}
"""The page's file in each language."""
FEED: Mapping[Lang, str] = {lang: "events.atom" if lang == BOTH[0] else f"events-{lang}.atom" for lang in languages()}
STYLE, PLANNED = "public.css", "planned.ics"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a page tells of what is without limit: troubles, unions, announced work, characters of a note."""

    troubles: int
    unions: int
    works: int
    characters: int


LIMITS = (Limits(12, 40, 8, 500), Limits(8, 30, 5, 250), Limits(5, 20, 3, 120))
"""The first with which a page is no larger than LARGEST_BYTES is taken; the feeds tell the rest."""

_templates = Environment(
    loader=PackageLoader("monitor.web.public", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands. ``prefix``: of its links to its own files, such as 'public/'; ``tracks``: there is a form.

    ``every``: how often it is made again. ``preview``: a line for officers above it; '' for the public. ``number``:
    what was typed into the form; ``example``: of a number. ``data``: the dictionary of the open data beside it.
    """

    prefix: str = ""
    tracks: bool = False
    every: timedelta = timedelta(minutes=5)
    preview: Said = ""
    number: str = ""
    example: str = ""
    data: str = ""


def style_sheet() -> bytes:
    """Return the style sheet of the page."""
    return files("monitor.web.public").joinpath("templates", STYLE).read_bytes()


def page(found: Publication, office: Office, drawing: Drawing | None, lang: Lang, place: Place) -> bytes:
    """Return the page in one language."""
    html = b""
    for limits in LIMITS:
        html = _page(found, office, drawing, lang, place, limits)
        if len(html) <= LARGEST_BYTES:
            break
    return html


def _page(
    found: Publication, office: Office, drawing: Drawing | None, lang: Lang, place: Place, limits: Limits
) -> bytes:
    unions = _sorted(found.unions, lang)
    by_key = {group.key: group for group in unions}
    context = {
        **_words(lang, found.at_utc),
        "found": found,
        "place": place,
        "headline": rendered(headline(found), lang),
        "sign": _sign(found, lang),
        "troubles": found.troubles[: limits.troubles],
        "more_troubles": max(0, len(found.troubles) - limits.troubles),
        "felt": partial(_felt, lang=lang),
        "due": partial(_due, at_utc=found.at_utc),
        "drawing": drawing,
        "group_of": lambda union: by_key.get(comparison_key(union)),
        "unions": unions[: limits.unions],
        "more_unions": max(0, len(unions) - limits.unions),
        "planned": [work for work in found.planned if not work.is_cancelled][: limits.works],
        "where": partial(_where, lang=lang),
        "cut": lambda text: text if len(text) <= limits.characters else f"{text[: limits.characters - 1].rstrip()}…",
        "strips": [(strip, drawn(strip.days)) for strip in found.strips],
        "years": "–".join(formats.digits(year, lang) for year in fiscal_year(found.at_utc)),
        "first_day": found.at_utc.astimezone(formats.DHAKA).date() - timedelta(days=89),
        "officer": office.charter.officers.get(_responsible(office)),
        "stages": [(stage, office.charter.officers.get(stage.holder)) for stage in office.charter.stages],
        "asks_first": any(stage.ask_first for stage in office.charter.stages),
        "hours": _hours(office, found.at_utc, lang),
        "office_name": Names(office.charter.name_bn, office.charter.name_en).name(lang),
        "website": office.charter.website if office.charter.website.startswith(("http://", "https://")) else "",
    }
    return _lean(_templates.get_template("public.html.j2").render(context)).encode()


def track_page(office: Office, lang: Lang, now_utc: datetime, place: Place, **values: Any) -> bytes:
    """Return the page on which a request is followed; ``values``: what was typed, and what was found."""
    context = {
        **_words(lang, now_utc),
        "place": place,
        "office_name": Names(office.charter.name_bn, office.charter.name_en).name(lang),
        "officer": office.charter.officers.get(_responsible(office)),
        **values,
    }
    return _lean(_templates.get_template("track.html.j2").render(context)).encode()


def headline(found: Publication) -> Said:
    """Return the one sentence that says it all."""
    if not found.is_watched:
        return message("Nothing is known just now: nobody was watching")
    count = len(found.troubles)
    if count:
        unions = sum(group.word is Word.DOWN for group in found.unions)
        places = messages("Trouble in {count} place", "Trouble in {count} places", count)
        felt = messages("{count} union is affected", "{count} unions are affected", unions)
        return message("{places}; {felt}", places=places, felt=felt) if unions else places
    words = list(found.words.values())
    if blind := words.count(Word.UNMONITORED):
        return messages(
            "No outage is known; {count} place is unmonitored",
            "No outage is known; {count} places are unmonitored",
            blind,
        )
    if poor := words.count(Word.POOR):
        return messages("No outage; {count} place is poor", "No outage; {count} places are poor", poor)
    if works := words.count(Word.PLANNED):
        return messages("No outage; planned work in {count} place", "No outage; planned work in {count} places", works)
    return message("Everything is up")


def _sign(found: Publication, lang: Lang) -> tuple[str, str]:
    """Return the look of the sign beside the headline, and what stands in it."""
    if not found.is_watched:
        return "off", "?"
    if found.troubles:
        return "down", formats.digits(len(found.troubles), lang)
    words = set(found.words.values())
    if Word.UNMONITORED in words:
        return "off", "?"
    return ("warn", "!") if words & {Word.POOR, Word.PLANNED} else ("up", "✓")


def _felt(trouble: Trouble, lang: Lang) -> str:
    """Return where a trouble is felt behind its site; '' where that is the site alone."""
    if not trouble.kinds:
        return ""
    kinds = formats.and_text([lookup(lang, *KINDS[kind], 2) for kind in trouble.kinds], lang)
    unions = _named(trouble.unions, lang)
    if not unions:
        return tr(lang, "Without a connection: {kinds}", kinds=kinds)
    return tr(lang, "Without a connection: {kinds} ({unions})", kinds=kinds, unions=unions)


def _due(trouble: Trouble, at_utc: datetime) -> Message:
    """Return when it is promised to be mended."""
    if trouble.due_utc > at_utc:
        return message("by {due:moment}", due=trouble.due_utc)
    if trouble.is_immediate:
        return message("as soon as can be")
    return message("the promised time is over since {due:moment}", due=trouble.due_utc)


def _where(work: Work, lang: Lang) -> str:
    """Return where announced work is felt."""
    names = work.unions or work.sites
    return _named(names, lang) if names else tr(lang, "everywhere in the upazila")


def _named(names: Sequence[Names], lang: Lang) -> str:
    shown = [name.name(lang) for name in names[:MOST_NAMED]]
    left = len(names) - len(shown)
    if left:
        shown.append(trn(lang, "{count} more", "{count} more", left))
    return formats.and_text(shown, lang) if shown else ""


def _sorted(groups: Sequence[Group], lang: Lang) -> list[Group]:
    """Return the unions, the worst first, and by name within a word."""
    order = list(Word)
    return sorted(groups, key=lambda group: (order.index(group.word), name_key(group.name.name(lang))))


def _responsible(office: Office) -> str:
    return next(iter(office.charter.services.values())).officer


def _hours(office: Office, at_utc: datetime, lang: Lang) -> str:
    """Return when the office is open on its next working day: '09:00–17:00'."""
    day = office.calendar.next_working_day(office.calendar.local(at_utc).date())
    if day.opens is None or day.closes is None:
        return ""
    return f"{formats.time_text(day.opens.time(), lang)}–{formats.time_text(day.closes.time(), lang)}"


def _words(lang: Lang, at_utc: datetime) -> dict[str, Any]:
    return {
        "lang": lang,
        "others": [(INDEX[other], other, own_name(other)) for other in languages() if other != lang],
        "index": INDEX[lang],
        "feed": FEED[lang],
        "style": STYLE,
        "calendar": PLANNED,
        "_": partial(tr, lang),
        "n_": partial(trn, lang),
        "said": lambda said: rendered(said, lang),
        "name": lambda names: names.name(lang),
        "kind_name": lambda kind, count: lookup(lang, *KINDS[kind], count),
        "look": lambda word: SHAPES[word][0],
        "sign_of": lambda word: SHAPES[word][1],
        "word_name": lambda word: tr(lang, PUBLIC_WORDS[word]),
        "cause": lambda code: tr(lang, PUBLIC_CAUSES.get(code, PUBLIC_CAUSES[""])),
        "number": lambda value: formats.number_text(value, lang),
        "dialled": dialled,
        "digits": lambda value: formats.digits(value, lang),
        "floored": lambda share: formats.percent_text(math.floor(share * 1_000) / 1_000, lang, 1),
        "near": lambda at: formats.near_text(at, at_utc, lang),
        "moment": lambda at: formats.moment_text(at, lang),
        "day": lambda day: formats.date_text(day, lang) if isinstance(day, date) else "",
        "month": lambda day: formats.month_text(day, lang),
        "title": lambda officer: _title(officer, lang),
        "role": lambda officer: (officer.role_bn if lang == "bn" else officer.role_en) or _title(officer, lang),
    }


def _title(officer: Officer, lang: Lang) -> str:
    return officer.title(lang) or officer.name(lang)


def _lean(html: str) -> str:
    """Drop the empty lines and the blanks at the ends of lines that templates leave."""
    return "\n".join(line for each in html.splitlines() if (line := each.strip())) + "\n"
