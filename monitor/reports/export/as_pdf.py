"""Render a report as PDF, on A4, to be printed, archived, searched and read aloud."""

from dataclasses import asdict

from monitor.i18n.catalogue import tr
from monitor.i18n.formats import digits
from monitor.i18n.languages import Lang
from monitor.reports.export import drawing
from monitor.reports.export.laying_out import laid_out
from monitor.reports.export.typesetting import Document, typeset
from monitor.reports.report import Report


def render(report: Report, lang: Lang) -> bytes:
    """Return the report as PDF. Raises CannotRender; blocks while typst works, seconds for a nation's report."""
    pages = laid_out(report, lang)
    values = {**asdict(pages), **page_words(lang), "code": drawing.code(pages.link)}
    name = f"{pages.title} \N{EN DASH} {pages.office}"
    return typeset(Document("report.typ", name, lang, report.as_of_utc, values))


def page_words(lang: Lang) -> dict[str, str]:
    """Return what the foot of each page says, and the digits of its numbers."""
    return {"page": tr(lang, "Page {number} of {count}"), "digits": digits("0123456789", lang)}
