"""A report as a workbook: the figures of its JSON, as numbers, times and formulas."""

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.reasons import Names
from monitor.i18n.languages import languages
from monitor.reports import wording
from monitor.reports.export import as_csv, as_json, as_pdf, as_xlsx, workbook
from monitor.reports.export.faults import CannotRender
from tests.places import ROOT
from tests.reports.example_report import SITES, empty, example
from tests.reports.export.libreoffice import NEEDED, computes_the_same
from tests.reports.export.pdf_text import text_of
from tests.reports.export.workbooks import Found, sheets

PARTS = ("up", "down", "unmonitored", "paused", "window")
OURS = re.compile(
    r"SUM\(('[^'!]+'!)?([A-Z])\d+:\2\d+\)"
    r'|IF\(([A-Z]\d+)\+([A-Z]\d+)>0,ROUNDDOWN\(\3/\(\3\+\4\)\+1E-11,4\),"–"\)'
)
"""The only formulas that we write."""


def told() -> Any:
    return json.loads(as_json.render(example(), "en"))


def lengths(row: dict[str, Found], columns: str) -> list[int]:
    return [row[column].us for column in columns]


@given(st.integers(0, 10_000 * workbook.US_PER_DAY - 1))
def test_a_length_of_up_to_ten_thousand_days_is_exact_in_the_digits_that_a_workbook_keeps(length_us: int) -> None:
    assert Found(float(f"{workbook.days_of(length_us):.16G}")).us == length_us


@pytest.mark.parametrize("lang", languages())
def test_the_figures_are_those_of_the_json_to_the_microsecond(lang: str) -> None:
    found, report = list(sheets(as_xlsx.render(example(), lang)).values()), told()
    accounting, groups, sites, outages = found[1], found[2], found[3], found[11]

    for row, hours in zip(accounting[1:], ("promised", "always"), strict=True):
        assert lengths(row, "BCDEF") == [report[hours][f"{part}_us"] for part in PARTS]
    for row, group in zip(groups[1:], report["groups"], strict=True):
        assert lengths(row, "DEFGH") == [group["promised"][f"{part}_us"] for part in PARTS]
        assert lengths(row, "JKLMN") == [group["always"][f"{part}_us"] for part in PARTS]
    for row, site in zip(sites[1:-1], report["sites"], strict=True):
        assert row["A"].value == site["site"]
        assert lengths(row, "FGHIJ") == [site["promised"][f"{part}_us"] for part in PARTS]
        assert lengths(row, "LMNOP") == [site["always"][f"{part}_us"] for part in PARTS]
        assert [row["R"].value, row["S"].value] == [site["outages"], site["affected"]]
    for row, outage in zip(outages[1:-1], report["outages"], strict=True):
        assert [row["A"].value, row["B"].value] == [outage["number"], outage["site"]]
        assert lengths(row, "HIN") == [outage[key] for key in ("length_us", "counted_us", "over_us")]
        began_us = (datetime.fromisoformat(outage["started"]).replace(tzinfo=None) - workbook.EPOCH) / 1
        assert abs(row["F"].us - began_us // workbook.MICROSECOND) <= 1, "days since 1900 leave a microsecond unsaid"


@pytest.mark.parametrize("lang", languages())
def test_the_pages_of_the_pdf_have_the_figures_of_the_workbook_rounded_to_the_minute(lang: str) -> None:
    found = list(sheets(as_xlsx.render(example(), lang)).values())
    said = set(text_of(as_pdf.render(example(), lang)).split())
    wanted = {wording.length_text(row[column].us, lang) for row in found[3][1:-1] for column in "G"}
    wanted |= {wording.length_text(row[column].us, lang) for row in found[11][1:-1] for column in "HI"}
    shares = (row[column].value for row in found[3][1:] for column in "KQ")
    wanted |= {wording.share_text(share, lang) for share in shares if isinstance(share, float)}
    assert len(wanted) > 12
    assert wanted - said == set()


def test_what_a_reader_of_workbooks_finds_is_what_the_csv_says() -> None:
    """By openpyxl, each cell of every sheet against the file of its table: texts, numbers, shares, days."""
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx.render(example(), "en")), data_only=True)
    with ZipFile(io.BytesIO(as_csv.render(example(), "en"))) as packed:
        files = [packed.read(name).decode()[1:] for name in packed.namelist()]
    compared = 0
    for sheet, text in zip(book, files, strict=True):
        import csv

        rows = list(csv.reader(io.StringIO(text)))[1:]
        for cells, row in zip(sheet.iter_rows(min_row=2, max_row=len(rows) + 1), rows, strict=True):
            for cell, plain in zip(cells, row, strict=True):
                compared += _agree(cell.value, plain)
    assert compared > 400


def _agree(value: Any, plain: str) -> bool:
    match value:
        case None:
            assert plain == ""
            return False
        case datetime() if "T" in plain:
            at = datetime.fromisoformat(plain).replace(tzinfo=None)
            assert abs(value - at).total_seconds() < 0.001
        case datetime():
            assert value.date().isoformat() == plain
        case int() | float():
            assert value == float(plain)
        case str():
            assert value == plain.removeprefix("'") or (value == "–" and plain == "")
        case _:  # a length
            assert abs(value.total_seconds() - float(plain)) < 0.001
    return True


def test_sums_and_shares_are_formulas_beside_their_results_and_there_is_no_other_formula() -> None:
    formulas = [
        cell.formula
        for rows in sheets(as_xlsx.render(example(), "en")).values()
        for row in rows
        for cell in row.values()
        if cell.formula
    ]
    assert [formula for formula in formulas if not OURS.fullmatch(formula)] == []
    assert sum("SUM" in formula for formula in formulas) > 30
    assert sum("ROUNDDOWN" in formula for formula in formulas) > 20


HOSTILE = [
    '=HYPERLINK("http://x.example/","Lab")',
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "{=1+1}",
    "http://x.example/",
    "mailto:a@x.example",
    "internal:'Sites'!A1",
    "<r><t>rich</t></r>",
    "<r></si></r>",
    "_x0041_",
    "&amp; ]]> <!--",
    "1e5",
    "x" * 40_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_from_elsewhere_stays_the_text_that_it_is(text: str) -> None:
    site = replace(SITES[0], name=Names(text, text), operator=text)
    made = as_xlsx.render(replace(example(), sites=(site,), worst=(), outages=()), "en")
    row = sheets(made)["Sites"][1]
    shown = text if len(text) <= workbook.MOST_CHARACTERS else f"{text[: workbook.MOST_CHARACTERS - 1]}…"
    for column in "BE":
        assert row[column].formula == ""
        assert str(row[column].value).rstrip() == shown
    cell = openpyxl.load_workbook(io.BytesIO(made))["Sites"]["B2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    if text[0] in "=+-@":
        assert cell.quotePrefix, "it would become a formula when somebody edits it"


def test_headings_stay_in_sight_and_pages_are_numbered() -> None:
    for sheet in openpyxl.load_workbook(io.BytesIO(as_xlsx.render(example(), "en"))):
        assert sheet.freeze_panes in {"A2", "C2"}
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9, "A4"
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.oddFooter.right.text == "&P / &N"
        assert "November 2026" in sheet.oddFooter.left.text


def test_figures_are_numbers_with_a_format_and_in_bangla_with_its_digits() -> None:
    for lang, before in (("en", ""), ("bn", "[$-5000845]")):
        book = openpyxl.load_workbook(io.BytesIO(as_xlsx.render(example(), lang)))
        sheet = book.worksheets[11]
        assert sheet["F2"].is_date
        assert sheet["F2"].number_format == before + r"dd\/mm\/yyyy hh:mm:ss"
        assert sheet["H2"].number_format == f"{before}[h]:mm:ss"
        assert book.worksheets[3]["K2"].number_format == f"{before}0.00%"
    assert book.worksheets[3]["R2"].number_format == (
        r"[>=10000000][$-5000845]##\,##\,##\,##0;[>=100000][$-5000845]##\,##\,##0;[$-5000845]#,##0"
    )


def test_of_a_report_of_nothing_there_is_a_workbook_too() -> None:
    for lang in languages():
        found = sheets(as_xlsx.render(empty(), lang))
        assert len(found) == 16
        assert not any(
            cell.formula.startswith("SUM") for rows in found.values() for row in rows for cell in row.values()
        )


def test_without_its_package_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(CannotRender, match=r"needs the package XlsxWriter.*upazila-monitor\[reports\]"):
        as_xlsx.render(example(), "en")


RENDER = """
import hashlib
from monitor.reports.export.formats import FORMATS
from tests.reports.example_report import example
for name in ("csv", "json", "xlsx"):
    print(hashlib.sha256(FORMATS[name](example(), "bn")).hexdigest())
"""


def test_another_day_in_another_zone_makes_the_same_bytes() -> None:
    said = [
        subprocess.run(
            ["faketime", day, sys.executable, "-c", RENDER],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": str(seed), "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout.split()
        for seed, (day, zone) in enumerate((("2027-01-05 10:00:00", "Asia/Dhaka"), ("2031-07-01 23:59:59", "UTC")))
    ]
    assert len(said[0]) == 3
    assert said[0] == said[1]


@pytest.mark.long
@NEEDED
@pytest.mark.parametrize("lang", languages())
def test_libreoffice_computes_the_results_that_the_report_has(lang: str, tmp_path: Path) -> None:
    assert computes_the_same({"example": as_xlsx.render(example(), lang)}, tmp_path) > 60
