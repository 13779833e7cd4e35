"""A leased notice in words: `wording` says them, the templates lay them out, Bangla first and English below."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.alerts.channels.base import Image, Letter, Line, Rendered
from monitor.alerts.facts.briefs import DigestFacts, MorningFacts, ReportFacts, WeeklyFacts
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.moved import MovedFacts
from monitor.alerts.facts.stored import Facts, unpack
from monitor.alerts.notices.brief_words import morning_words, weekly_words
from monitor.alerts.notices.charts import hour_png
from monitor.alerts.notices.digests import digest_words
from monitor.alerts.notices.lines import line_of
from monitor.alerts.notices.moved_words import moved_words
from monitor.alerts.notices.report_words import report_words
from monitor.alerts.notices.routing import ASKER
from monitor.alerts.notices.wording import Words, runbook_row, words
from monitor.charter.deputies import StandIn
from monitor.charter.services import Officer
from monitor.domain import notice_kinds
from monitor.domain.log_events import LogEvent
from monitor.domain.message import N_
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import BOTH, Lang
from monitor.logs.emit import emit
from monitor.settings.notices_section import Languages

log = logging.getLogger(__name__)

BAD, GOOD, PLAIN = "#b91c1c", "#15803d", "#b45309"
ALARMS = ("opened", "breach", "stage")
LEGEND = N_("blue: the slowest answer of each minute; red: the share lost; grey: no round")
SAMPLE = N_("A sample, nothing has happened")
AUDIT = N_("head of the audit log")
GIST = ("ticket", "since", "received", "due", "was_due", "stage", "affected", "seen", "cause", "page")


@dataclass(frozen=True, slots=True)
class Absence:
    """The officer to whom a letter is, who is away, and who gets it."""

    officer: Officer
    stand_in: StandIn


def render(letter: Letter, lang: Languages = "both", away: Absence | None = None, runbook_url: str = "") -> Rendered:
    """Return the letter, ready for delivery; raises FactsError when its facts cannot be read.

    ``away``: the officer for whom somebody else gets it, which it says. ``runbook_url``: `[mail] runbook_url`; citizens
    get no link there.
    """
    langs: tuple[Lang, ...] = BOTH if lang == "both" else (lang,)
    facts = unpack(letter.kind, letter.facts)
    runbook_url = "" if letter.recipient == ASKER else runbook_url
    parts = [_part(letter, facts, each, away, runbook_url) for each in langs]
    images = list(_images(parts))
    subject = _subject(parts[0], facts)
    known = {
        "parts": parts,
        "subject": subject,
        "colour": _colour(letter.kind),
        "office": [facts.office(each) for each in langs],
        "head": facts.head,
        "legend": {each: tr(each, LEGEND) for each in langs},
        "audit": " / ".join(tr(each, AUDIT) for each in langs),
        "pictures": {image.cid for image in images},
    }
    return Rendered(
        subject=subject,
        text=_templates().get_template("notice.txt.j2").render(known),
        html=_templates().get_template("notice.html.j2").render(known),
        short="\n".join(_gist(parts)),
        line=_line(letter, facts, parts[0]),
        images=tuple(images),
    )


def _part(letter: Letter, facts: Facts, lang: Lang, away: Absence | None, runbook_url: str) -> Words:
    said = _words(letter, facts, lang)
    rows = (*said.rows, *runbook_row(letter.kind, runbook_url, lang))
    return replace(said, rows=rows, on_behalf=_on_behalf(away, lang))


def _words(letter: Letter, facts: Facts, lang: Lang) -> Words:
    match facts:
        case DigestFacts():
            said = digest_words(facts, lang)
        case MorningFacts():
            said = morning_words(facts, lang)
        case WeeklyFacts():
            said = weekly_words(facts, lang)
        case ReportFacts():
            said = report_words(facts, lang)
        case MovedFacts():
            said = moved_words(facts, lang, for_citizen=letter.recipient == ASKER)
        case _:
            said = words(letter.kind, facts, lang, for_citizen=letter.recipient == ASKER)
    return replace(said, headline=f"{tr(lang, SAMPLE)} — {said.headline}") if letter.is_sample else said


def _on_behalf(away: Absence | None, lang: Lang) -> str:
    """Return for whom a letter is that its reader gets as a deputy; empty for one that goes to its recipient."""
    if away is None:
        return ""
    name, until_utc = away.officer.name(lang), away.stand_in.until_utc
    return tr(lang, "For {name}, who is away until {until:moment}.", name=name, until=until_utc)


def _subject(first: Words, facts: Facts) -> str:
    """Return the subject: the ticket's number first, but of a request its headline."""
    if not facts.number:
        return first.headline
    if isinstance(facts, CaseFacts) and facts.asked:
        return f"{first.headline} [{facts.number}]"
    return f"[{facts.number}] {first.headline}"


def _line(letter: Letter, facts: Facts, first: Words) -> Line:
    """Return the line in the first language alone: a short message costs by its length."""
    if not isinstance(facts, CaseFacts):
        return Line("", "", first.headline)
    found = line_of(letter.kind, facts, first.lang)
    return replace(found, before=f"{tr(first.lang, SAMPLE)}: {found.before}") if letter.is_sample else found


def _colour(kind: str) -> str:
    return GOOD if kind in notice_kinds.GOOD_NEWS else BAD if kind in ALARMS else PLAIN


def _images(parts: Sequence[Words]) -> Iterator[Image]:
    """Yield the charts; a letter whose chart cannot be drawn goes without it, with its figures in words."""
    for part in parts:
        for row in part.rows:
            try:
                png = hour_png(row.hour, part.lang) if row.hour else b""
            except Exception as error:
                emit(log, LogEvent.CHART_FAILED, "a chart cannot be drawn", error=error)
                continue
            if png:
                yield Image(f"hour-{part.lang}", png)


def _gist(parts: Sequence[Words]) -> Iterator[str]:
    """Yield what fits on a small screen: the headline, what to do, the chief facts, the lists' titles."""
    for part in parts:
        yield part.headline
        yield from filter(None, (part.on_behalf, part.to_do, part.command or part.act_url))
        yield from (f"{row.label}: {row.value}" for row in part.rows if row.name in GIST)
        yield from (section.title for section in part.sections)


@cache
def _templates() -> Environment:
    # Everything is escaped but what names itself plain text: a device's or site's name must never become markup.
    return Environment(
        loader=PackageLoader("monitor.alerts.notices", "templates/email"),
        autoescape=lambda name: not (name or "").endswith(".txt.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
