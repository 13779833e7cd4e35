"""List the formats of a report. A new format is one file and one line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitor.i18n.languages import Lang
from monitor.reports.export import as_json
from monitor.reports.report import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what renders a report in a language, its media type (RFC 6838), and how its files' names end."""

    render: Callable[[Report, Lang], bytes]
    media: str
    suffix: str


FORMATS: Mapping[str, Format] = {
    "json": Format(as_json.render, "application/json", "json"),
}


def file_name(report: Report, lang: Lang, form: str) -> str:
    """Return what the file of a report is called: period, scope, edition and language, in ASCII."""
    about = "-".join(filter(None, (report.scope.kind if report.scope.id else "", report.scope.id)))
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in about)
    parts = ("report", report.period.code.replace("..", "-to-"), plain.strip("-"), f"ed{report.edition}", lang)
    return "-".join(filter(None, parts)) + f".{FORMATS[form].suffix}"
