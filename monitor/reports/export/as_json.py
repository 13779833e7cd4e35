"""Render a report as JSON: the value itself, the same in every language."""

import json

from monitor.i18n.languages import Lang
from monitor.reports.export.document import document
from monitor.reports.report import Report


def render(report: Report, lang: Lang) -> bytes:
    """Return the report as JSON in UTF-8. ``lang`` changes nothing: names are in both languages, the rest is codes."""
    return json.dumps(document(report), ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
