"""List the formats of a report: a new one is a file beside this one, and a line here."""

from collections.abc import Callable, Mapping

from monitor.i18n.languages import Lang
from monitor.reports.export import as_html, as_json, as_pdf
from monitor.reports.report import Report

Render = Callable[[Report, Lang], bytes]

FORMATS: Mapping[str, Render] = {"json": as_json.render, "pdf": as_pdf.render, "html": as_html.render}
"""Each format by its name, which is its files' suffix too."""
