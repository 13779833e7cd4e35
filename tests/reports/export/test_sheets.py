"""The tables of a report for spreadsheets: each a sheet."""

from dataclasses import replace

import pytest

from monitor.i18n.languages import languages
from monitor.reports.export.cells import Cell, Length, Share
from monitor.reports.export.sheets import MAKERS, OF_OPERATOR, tables
from monitor.reports.headings import TABLES
from monitor.reports.report import Report
from tests.reports.example_report import SITES, empty, example


def test_every_table_of_a_report_is_made_in_its_order() -> None:
    assert [table.key for table in tables(example(), "en")] == [key for key in TABLES if key != "offices"]
    assert MAKERS.keys() == TABLES.keys() | set(OF_OPERATOR)


@pytest.mark.parametrize("report", [example(), empty()], ids=["full", "empty"])
@pytest.mark.parametrize("lang", languages())
def test_every_row_has_a_cell_for_each_column_and_every_tab_a_name_that_workbooks_take(
    report: Report, lang: str
) -> None:
    tabs = [table.tab.casefold() for table in tables(report, lang)]
    assert len(set(tabs)) == len(tabs)
    for table in tables(report, lang):
        assert 0 < len(table.tab.encode("utf-16-le")) // 2 <= 31
        assert not set("[]:*?/\\'") & set(table.tab)
        keys = [column.key for column in table.columns]
        assert len(set(keys)) == len(keys)
        assert all(column.heading for column in table.columns)
        for row in table.all_rows:
            assert len(row) == len(keys)
        for column in table.columns:
            assert set(column.share_of or ()) <= set(keys)


def test_no_heading_and_no_word_of_a_table_is_left_in_english() -> None:
    """Names stand in both languages, so nothing of a Bangla table but keys and codes is what the English one has."""
    same = set()
    for ours, theirs in zip(tables(example(), "bn"), tables(example(), "en"), strict=True):
        same |= {column.heading for column in ours.columns} & {column.heading for column in theirs.columns}
        same |= {ours.tab} & {theirs.tab}
    assert same == set()


def number(cell: Cell) -> int:
    """A whole number, or a length's; none is nought."""
    assert isinstance(cell, int | Length | None)
    return cell.us if isinstance(cell, Length) else cell or 0


def test_what_stands_below_a_table_is_the_sum_of_what_stands_in_it() -> None:
    checked = 0
    for table in tables(example(), "en"):
        for at, column in enumerate(table.columns):
            if table.total is None or not column.is_summed:
                continue
            cells = [row[at] for row in table.rows]
            assert sum(map(number, cells)) == number(table.total[at]), (table.key, column.key)
            checked += 1
    assert checked > 15


def test_a_share_is_never_rounded_up_to_all_of_it() -> None:
    assert Share(0.99999).cut == 0.9999
    assert Share(1.0).cut == 1
    assert Share(0.29).cut == 0.29
    assert Share(None).cut is None


def test_a_site_without_any_use_measured_has_no_figure_and_one_with_none_has_nought() -> None:
    report = replace(example(), sites=(replace(SITES[2], used_us=0), SITES[3]), worst=())
    (found,) = (table for table in tables(report, "en") if table.key == "sites")
    assert [row[-1] for row in found.rows] == [Length(0), None]
