"""List the formats of a report: a new one is a file beside this one, and a line here."""

from collections.abc import Callable, Mapping
from unicodedata import category

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


def file_name(report: Report, lang: Lang, form: str, *, stored: bool = True) -> str:
    """Return what the file of a report is called: period, scope, edition, and language but for JSON, which is of none.

    ``stored``: it is an edition, has a number, and is downloaded, so that its name is in ASCII. What a command computes
    is none, and keeps the letters of a name.
    """
    official = f"official-{report.scope.official}" if report.scope.official else ""
    about = "-".join(filter(None, (report.scope.kind if report.scope.id else "", report.scope.id, official)))
    plain = "".join(each if each in "-_" or _is_letter(each, stored) else "-" for each in about).strip("-")
    edition = f"ed{report.edition}" if stored else ""
    language = "" if form == "json" else lang
    parts = ("report", report.period.code.replace("..", "-to-"), plain, edition, language)
    return "-".join(filter(None, parts)) + f".{SUFFIXES.get(form, form)}"


def _is_letter(each: str, ascii_only: bool) -> bool:
    return category(each)[0] in "LMN" and (each.isascii() or not ascii_only)
