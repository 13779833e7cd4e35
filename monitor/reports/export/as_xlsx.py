"""Render a report as a workbook (XLSX): a sheet for each table, with real numbers and times, and sums as formulas."""

from monitor.i18n.languages import Lang
from monitor.reports import wording
from monitor.reports.export.sheets import tables
from monitor.reports.export.workbook import Imprint, workbook
from monitor.reports.report import Report


def render(report: Report, lang: Lang) -> bytes:
    """Return the workbook; the same report is always the same bytes. Raises CannotRender."""
    about = Imprint(
        f"{wording.title(report, lang)} · {wording.scope_text(report.scope, lang)}",
        report.office.name(lang),
        report.as_of_utc,
    )
    return workbook(tables(report, lang), about, lang)
