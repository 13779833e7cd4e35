"""The list of formats, and what their files are called."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from monitor.domain.text import nfc
from monitor.i18n.languages import languages
from monitor.reports import wording
from monitor.reports.export.as_csv import seconds_text
from monitor.reports.export.formats import FORMATS, MEDIA, file_name
from monitor.reports.report import Report, ReportScope
from monitor.store.database import Store
from tests.reports.example_report import example
from tests.reports.export.csv_files import files
from tests.reports.export.libreoffice import NEEDED, computes_the_same
from tests.reports.export.pdf_text import words_of
from tests.reports.export.workbooks import sheets
from tests.reports.random_histories import History, histories
from tests.reports.reported import reported
from tests.store.migrated import new_store

PARTS = ("up", "down", "unmonitored", "paused", "window")
LENGTHS = ("length_us", "counted_us", "over_us")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    found = new_store(tmp_path_factory.mktemp("state"))
    yield found
    found.close()


def agree(report: Report) -> None:
    """Compare the figures of JSON, workbook and CSV, to the microsecond."""
    told = json.loads(FORMATS["json"](report, "en"))
    book, texts = list(sheets(FORMATS["xlsx"](report, "en")).values()), files(FORMATS["csv"](report, "en"))
    for row, hours in zip(book[1][1:], ("promised", "always"), strict=True):
        assert [row[column].us for column in "BCDEF"] == [told[hours][f"{part}_us"] for part in PARTS]
    below = book[3][-1]
    assert [below[column].us for column in "FGHIJ"] == [told["promised"][f"{part}_us"] for part in PARTS]
    for row, line, site in zip(book[3][1:-1], texts["sites"][1:], told["sites"], strict=True):
        assert row["A"].value == line[0] == site["site"]
        for hours, columns, first in (("promised", "FGHIJ", 5), ("always", "LMNOP", 11)):
            lengths = [site[hours][f"{part}_us"] for part in PARTS]
            assert [row[column].us for column in columns] == lengths
            assert line[first : first + 5] == [seconds_text(length) for length in lengths]
        assert [row["R"].value, row["S"].value] == [int(line[17]), int(line[18])] == [site["outages"], site["affected"]]
    outages = book[11][1:-1] if told["outages"] else []
    for row, line, outage in zip(outages, texts["outages"][1:], told["outages"], strict=True):
        assert [row["A"].value, row["B"].value] == [int(line[0]), line[1]] == [outage["number"], outage["site"]]
        assert [row[column].us for column in "HIN"] == [outage[key] for key in LENGTHS]
        assert [line[7], line[8], line[13]] == [seconds_text(outage[key]) for key in LENGTHS]


def is_printed(report: Report) -> None:
    """Find the shares and lengths of the accounting, of each site and of each outage in the PDF's text."""
    for lang in languages():
        shares = [each.share for each in (report.promised, report.always)]
        shares += [each.share for site in report.sites for each in (site.promised, site.always)]
        lengths = [each.down_us for each in (report.promised, report.always, *(site.promised for site in report.sites))]
        lengths += [length for outage in report.outages for length in (outage.length_us, outage.counted_us)]
        wanted = {wording.share_text(share, lang) for share in shares}
        wanted |= {wording.length_text(length, lang) for length in lengths}
        assert {nfc(word) for word in wanted} - words_of(FORMATS["pdf"](report, lang)) == set()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_json_workbook_and_csv_of_a_random_history_have_the_same_figures(store: Store, history: History) -> None:
    agree(reported(store, history))


@pytest.mark.long
@pytest.mark.timeout(7_200)
@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_json_workbook_and_csv_of_a_thousand_random_histories_agree(store: Store, history: History) -> None:
    agree(reported(store, history))


@pytest.mark.long
@pytest.mark.timeout(3_600)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_the_pdf_of_a_random_history_says_the_same_figures(store: Store, history: History) -> None:
    is_printed(reported(store, history))


@pytest.mark.long
@pytest.mark.timeout(3_600)
@NEEDED
def test_libreoffice_computes_the_sums_of_random_histories_to_the_same_results(store: Store, tmp_path: Path) -> None:
    books = dict[str, bytes]()

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(histories())
    def gather(history: History) -> None:
        books[f"book-{len(books)}"] = FORMATS["xlsx"](reported(store, history), "en")

    gather()
    assert computes_the_same(books, tmp_path) > 40 * len(books)


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
