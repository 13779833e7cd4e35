"""Write the words above the sections of docs/runbook.md and docs/bn/runbook.md: `scripts/docs` does.

What to do is written by hand. Above it, in lines that begin with '>', stands what a reader has before their eyes: the
summary of the alert, the subject of the letter, the warning. Those lines come from the program and its catalogues.
"""

import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from dashboards.generator.alerts import ENGLISH
from docs.generator.words import read
from monitor.alerts.notices.phrases import HEADLINES
from monitor.domain.notice_kinds import NoticeKind
from monitor.i18n.languages import SOURCE
from monitor.i18n.terms import NOTICE_KINDS
from monitor.web.console.console import BANNERS

PAGES = {"en": Path("runbook.md"), "bn": Path("bn/runbook.md")}
"""Of each language, below docs/."""
ITEMS = {"en": ("Means", "First", "Call", "Ends", "Sure"), "bn": ("মানে", "আগে", "ফোন", "শেষ", "নিশ্চিত")}
"""What each section says, in this order; both languages have the same headings above them."""
WIDTH = 120
GAP = re.compile(r"\{\{[^}]*\}\}|\{[^}]*\}")
SECTION = re.compile(r"(?m)^### (\S+)\n\n(?:>.*\n)+")

OF_MANY = {
    "morning": ("Morning brief, {day}: {gist}",),
    "weekly": ("Weekly brief, {days}: {outages}, {late}",),
    "report": ("Report: {title}",),
    "moved": ("{count} deadlines have moved: {names}", "The deadline of your request has moved: {site}"),
    "digest": ("{count} tickets in one letter: {down} down, {over} over",),
}
"""Subjects of the letters about many cases, which have no row in `HEADLINES`."""

WARNINGS = {
    "no-mail-server": "no mail server in monitor.toml",
    "officers-unconfirmed": "the officers in charter.toml are not confirmed",
    "officer-without-address": "no e-mail address for officers.{role}",
    "secret-unreadable": "{fault}: until then {consequence}",
    "readable-by-others": "{path} can be read by others",
    "no-certificate": "{fault}. Until then there is no page",
    "certificate-expires": "the page's certificate expires on {date}: {path}",
    "recipient-fault": "recipients.{name}: {fault}",
    "no-apprise": "this needs the package apprise",
    "no-gammu": "channels.sms.gammu: the program is not installed",
    "no-gammu-config": "channels.sms.gammu.config_file: {path} is not there",
    "position-outside": "sites.{site}.position lies outside Bangladesh",
    "no-holiday-list": "no list of public holidays for {year} in holidays.toml",
    "no-ramadan": "no dates of Ramadan for {year} in calendar.toml",
}
"""How each warning of a start begins."""

ON_EVERY_PAGE = {
    "clock": "ClockSuspect",
    "refuses": "DecisionsWait",
    "faults": "StoreNotSound",
    "officers": "officers-unconfirmed",
    "config": "config-refused",
    "demonstration": "demonstration",
}
"""The section of each of the console's banners."""


def filled(text: str, lang: str) -> str:
    """Return the page with each section's words below its heading; raises KeyError for a section about nothing."""
    said = spoken(lang)

    def section(match: re.Match[str]) -> str:
        lines = [line for words in said[match[1]] for line in _quoted(words)]
        return f"### {match[1]}\n\n" + "\n".join(lines) + "\n"

    return SECTION.sub(section, text)


def spoken(lang: str) -> Mapping[str, list[str]]:
    """Return what each section is about, as it is said in a language, with '…' in the gaps."""
    translated = {} if lang == SOURCE else _catalogue(lang)
    found: dict[str, list[str]] = {}
    for code, english in _english():
        words = GAP.sub("…", translated.get(english, english))
        if words not in found.setdefault(code, []):
            found[code].append(words)
    return found


def _english() -> Iterator[tuple[str, str]]:
    yield from _alerts()
    for kind in NoticeKind:
        yield kind.value, NOTICE_KINDS[kind]
        subjects = [words for entry, words in HEADLINES.items() if entry.partition("/")[0] == kind]
        yield from ((kind.value, words) for words in subjects or OF_MANY[kind])
    sources = _catalogue("bn")
    for code, beginning in WARNINGS.items():
        yield code, next(words for words in sources if words.startswith(beginning))
    for banner, words in BANNERS.items():
        yield ON_EVERY_PAGE[banner], words


def _alerts() -> Iterator[tuple[str, str]]:
    """Yield the heading that each alert leads to, and its summary; a shared heading is the name of the first alert."""
    headings: dict[str, str] = {}
    for group in yaml.safe_load(ENGLISH.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            anchor = rule["annotations"]["runbook_url"].partition("#")[2]
            yield headings.setdefault(anchor, rule["alert"]), rule["annotations"]["summary"]


@cache
def _catalogue(lang: str) -> Mapping[str, str]:
    """Return the translation of each text, of a plural its last form."""
    entries = [entry for entry in read(lang) if entry.id and not entry.context]
    return {form: _forms(entry.string)[-1] for entry in entries for form in _forms(entry.id)}


def _forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def _quoted(words: str) -> Iterator[str]:
    """Yield the lines of an entry of a quoted list."""
    yield from textwrap.wrap(words, WIDTH, initial_indent="> - ", subsequent_indent=">   ", break_on_hyphens=False)


def main() -> None:
    """Write the words into both pages of the folder that is the argument."""
    for lang, page in PAGES.items():
        path = Path(sys.argv[1]) / page
        path.write_text(filled(path.read_text(encoding="utf-8"), lang), encoding="utf-8")


if __name__ == "__main__":
    main()
