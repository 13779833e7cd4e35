"""Render a report as one HTML page that prints well: no script, nothing from any other host."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from monitor.i18n.languages import Lang
from monitor.reports.export import drawing
from monitor.reports.export.laying_out import laid_out
from monitor.reports.report import Report


def render(report: Report, lang: Lang) -> bytes:
    """Return the report as HTML in UTF-8, in the order of the PDF."""
    pages = laid_out(report, lang)
    return _template().render(pages=pages, code=Markup(drawing.code(pages.link))).encode()


@cache
def _template() -> Template:
    loader = PackageLoader("monitor.reports.export", "templates")
    around = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return around.get_template("report.html.j2")
