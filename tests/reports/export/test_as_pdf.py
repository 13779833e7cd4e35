"""A report as PDF says all that the value says, and can be searched, printed in grey and read aloud."""

import re
from collections import Counter
from pathlib import Path

import pytest

from monitor.domain.text import nfc
from monitor.i18n.languages import BOTH, Lang
from monitor.reports.export import as_pdf
from monitor.reports.export.laying_out import laid_out
from tests.reports.example_report import empty, example
from tests.reports.export.page_text import said_on
from tests.reports.export.pdf_text import drawn, ends_of, facts_of, gaps_of, structure_of, text_of, words_of

A4_WIDE, MARGIN = 210 / 25.4 * 72, 16 / 25.4 * 72
"""In points."""
SIGNS = re.compile(r"[!-/:-@\[-`{-~]+")


@pytest.fixture(scope="module", params=BOTH)
def lang(request: pytest.FixtureRequest) -> Lang:
    return str(request.param)


@pytest.fixture(scope="module")
def pdf(lang: Lang) -> bytes:
    return as_pdf.render(example(), lang)


def test_every_word_and_figure_of_the_value_is_found(pdf: bytes, lang: Lang) -> None:
    found = words_of(pdf)
    wanted = {word for text in said_on(laid_out(example(), lang)) for word in nfc(text).split()}
    assert len(wanted) > 200
    lines = text_of(pdf, "-layout").replace("\u200b", "")
    # A word may be broken over two lines behind a sign, such as that of a tag.
    assert {
        word
        for word in wanted - found
        if not SIGNS.search(word) or not all(part in lines for part in SIGNS.split(word))
    } == set()


def test_the_accounting_stands_on_the_first_page(pdf: bytes, lang: Lang) -> None:
    first = text_of(pdf, "-l", "1").split()
    accounting = laid_out(example(), lang).sections[0]
    for row in accounting.tables[0].rows:
        assert set(row[1:]) <= set(first)


def test_no_date_touches_what_stands_beside_it(pdf: bytes) -> None:
    beside = [each for each in gaps_of(pdf) if re.fullmatch(r"\d\d/\d\d/\d{4}", each[1])]
    assert len(beside) > 10
    assert [each for each in beside if each[0] < 2] == []


def test_no_word_stands_beyond_the_tables(pdf: bytes) -> None:
    ends = A4_WIDE - MARGIN
    assert [each for each in ends_of(pdf) if each[0] > ends + 0.5] == []


def test_it_is_tagged_with_headings_tables_and_a_language(pdf: bytes, lang: Lang) -> None:
    facts, structure = facts_of(pdf), structure_of(pdf)
    assert facts["Tagged"] == "yes"
    assert laid_out(example(), lang).title in facts["Title"]
    roles = Counter(line.split()[0].rstrip(":") for line in structure.splitlines() if line.strip())
    tables = sum(len(section.tables) for section in laid_out(example(), lang).sections)
    assert (roles["H1"], roles["Table"], roles["THead"]) == (1, tables, tables)
    assert roles["TH"] > 5 * tables
    assert f"/Lang({lang}" in pdf.decode("latin-1") or f"/Lang ({lang}" in pdf.decode("latin-1")


def test_it_is_the_same_to_the_byte_and_dated_by_what_it_counts(pdf: bytes, lang: Lang) -> None:
    assert as_pdf.render(example(), lang) == pdf
    assert "2026" in facts_of(pdf)["CreationDate"]


def test_an_office_that_has_nothing_yet_has_a_report_too(lang: Lang) -> None:
    pdf = as_pdf.render(empty(), lang)
    assert set(laid_out(empty(), lang).summary.split()) <= words_of(pdf)


def test_no_page_is_empty_and_nothing_runs_over_the_edge(pdf: bytes, tmp_path: Path) -> None:
    for page in drawn(pdf, tmp_path):
        width, rows = grey_rows(page)
        dark = [place for row in rows for place, grey in enumerate(row) if grey < 128]
        assert len(dark) > 200
        margin = width * 15 // 210  # of the 16 mm
        assert min(dark) > margin
        assert max(dark) < width - margin


def grey_rows(page: Path) -> tuple[int, list[bytes]]:
    """The width of a picture, and its rows of grey (PGM)."""
    _, size, _, grey = page.read_bytes().split(b"\n", 3)
    width = int(size.split()[0])
    return width, [grey[begin : begin + width] for begin in range(0, len(grey), width)]
