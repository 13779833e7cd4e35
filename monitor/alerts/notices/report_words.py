"""The letter that a report goes with: its title and summary, its files, and where all of it is to be had."""

from collections.abc import Iterator

from monitor.alerts.facts.briefs import ReportFacts
from monitor.alerts.notices.phrases import LABELS
from monitor.alerts.notices.wording import Row, Words, attached_rows
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import SOURCE, Lang


def report_words(facts: ReportFacts, lang: Lang) -> Words:
    """Return the letter in one language."""
    title, summary = (said.get(lang) or said.get(SOURCE, "") for said in (facts.titles, facts.summaries))
    rows = tuple(Row(name, tr(lang, LABELS[name]), value) for name, value in _rows(facts, lang) if value)
    headline = (
        tr(lang, "Report: {title}", title=title)
        if facts.ordinal
        else tr(lang, "The report could not be made: {title}", title=title)
    )
    return Words(lang, headline, rows, "\n".join(filter(None, (summary, _again(facts, lang)))))


def _rows(facts: ReportFacts, lang: Lang) -> Iterator[tuple[str, str]]:
    yield from attached_rows(facts, lang)
    yield "left_out", "\n".join(facts.left_out)
    home = f"/offices/{facts.place}/reports" if facts.place else "/reports"
    yield "page", facts.page(f"{home}/{facts.edition}")


def _again(facts: ReportFacts, lang: Lang) -> str:
    """Return that it replaces an earlier edition; '' for the first."""
    if facts.ordinal < 2:
        return ""
    if not facts.different:
        return tr(lang, "This is edition {number}.", number=facts.ordinal)
    one, many = (
        "This is edition {number}: {count} figure differs from the edition before.",
        "This is edition {number}: {count} figures differ from the edition before.",
    )
    return trn(lang, one, many, facts.different, number=facts.ordinal)
