"""List the formats of a report: a new one is a file beside this one, and a line here."""

from collections.abc import Callable, Mapping

from monitor.i18n.languages import Lang
from monitor.reports.export import as_csv, as_html, as_json, as_pdf, as_xlsx
from monitor.reports.report import Report

Render = Callable[[Report, Lang], bytes]

FORMATS: Mapping[str, Render] = {
    "pdf": as_pdf.render,
    "xlsx": as_xlsx.render,
    "csv": as_csv.render,
    "html": as_html.render,
    "json": as_json.render,
}
"""Each format by its name. Raises CannotRender, as where a package of the extra 'reports' is not installed."""

MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "html": "text/html",
    "json": "application/json",
}
"""The media type of each format (RFC 6838), those to come included; texts are UTF-8."""

SUFFIXES: Mapping[str, str] = {"csv": "csv.zip"}
"""What the files of a format end with, where that is not its name."""


def file_name(report: Report, lang: Lang, form: str) -> str:
    """Return what the file of a report is called: period, scope, edition and language, in ASCII."""
    about = "-".join(filter(None, (report.scope.kind if report.scope.id else "", report.scope.id)))
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in about)
    parts = ("report", report.period.code.replace("..", "-to-"), plain.strip("-"), f"ed{report.edition}", lang)
    return "-".join(filter(None, parts)) + f".{SUFFIXES.get(form, form)}"
