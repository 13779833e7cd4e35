"""The list of formats, and what their files are called."""

from dataclasses import replace

import pytest

from monitor.i18n.languages import languages
from monitor.reports.export.formats import FORMATS, MEDIA, file_name
from monitor.reports.report import ReportScope
from tests.reports.example_report import example


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_renders_the_example_in_every_language(form: str) -> None:
    for lang in languages():
        assert FORMATS[form](example(), lang)


def test_a_file_is_named_by_period_scope_edition_and_language_in_ascii() -> None:
    report = example()
    name = report.scope.name
    union = replace(report, scope=ReportScope("union", "juniadaha", name), edition=2)
    operator = replace(report, scope=ReportScope("operator", "\u0995 / ../etc", name))
    assert file_name(union, "bn", "json") == f"report-{report.period.code}-union-juniadaha-ed2.json"
    assert file_name(operator, "en", "json").isascii()
    by_command = file_name(replace(union, scope=ReportScope("union", "জুনিয়াদহ", name)), "bn", "pdf", stored=False)
    assert by_command == f"report-{report.period.code}-union-জুনিয়াদহ-bn.pdf"
    assert not set(file_name(operator, "en", "json")) & set("/\\ ")


def test_every_format_has_its_media_type() -> None:
    assert FORMATS.keys() <= MEDIA.keys()
