"""Write tables as a workbook by XlsxWriter.

Texts are written as texts, never as formulas or links, whatever they begin with. A length is a fraction of days, as
spreadsheets count, shown as hours; a time is the office's clock. Sums and shares are formulas, beside the results that
the report has.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from monitor.domain.clock import DHAKA
from monitor.domain.csv_text import FORMULA_SIGNS
from monitor.domain.message import message
from monitor.i18n.languages import Lang, has_bangla_digits
from monitor.reports.export.cells import Cell, Column, Length, Rate, Share, Source, Table
from monitor.reports.export.faults import CannotRender
from monitor.reports.wording import NONE

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of spreadsheets, by no zone's clock
US_PER_DAY = 86_400_000_000
US_PER_HOUR = 3_600_000_000
MICROSECOND = timedelta(microseconds=1)
A4 = 9  # the paper, as workbooks number them
MOST_CHARACTERS = 16_000  # of a cell: half of what it may have, which counts some twice
MOST_PROPERTY, MOST_FOOTER = 200, 100
NARROWEST, WIDEST = 8, 42  # columns, in characters
HEADING_AT_MOST = 12  # characters of a heading by which its column is made wider: it has several lines
LINE_POINTS, MOST_LINES = 15, 27  # of a row, which may be 409 points high
PAGE_WIDTH = 150  # characters that a page has room for, where they are still read easily
FIRST_ROW = 1  # below the headings
BANGLA_NUMERALS = "[$-5000845]"
FONTS: Mapping[bool, str] = {True: "Nirmala UI", False: "Calibri"}
"""What Windows writes Bangla, and the rest, with; others take their own instead."""
NUMBERS = {
    "count": "#,##0",
    "length": "[h]:mm:ss",
    "share": "0.00%",
    "rate": "#,##0",
    "moment": r"dd\/mm\/yyyy hh:mm:ss",
    "day": r"dd\/mm\/yyyy",
}
BANGLA_NUMBERS = {**NUMBERS, "count": r"[>=10000000]##\,##\,##\,##0;[>=100000]##\,##\,##0;#,##0"}
"""How figures are shown; in Bangla numbers up to a hundred crore have its groups."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands at the foot of each page and in the file's properties. ``dated_utc``: when the file says it is of."""

    title: str
    office: str
    dated_utc: datetime


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """A workbook to be made in a process of its own, so that a large one keeps nobody from probing."""

    tables: Sequence[Table]
    about: Imprint
    lang: Lang


def workbook(some: Sequence[Table], about: Imprint, lang: Lang) -> bytes:
    """Return the tables as a workbook, each on a sheet of its own. Raises CannotRender."""
    try:
        from xlsxwriter import Workbook
    except ImportError:
        said = message("XLSX needs the package XlsxWriter. Expected: pip install 'upazila-monitor[reports]'")
        raise CannotRender(said) from None

    made = io.BytesIO()
    font = {"font_name": FONTS[lang == "bn"], "font_size": 10}
    with Workbook(made, {"in_memory": True, "default_format_properties": font}) as book:
        book.set_properties(
            {
                "title": about.title[:MOST_PROPERTY],
                "author": about.office[:MOST_PROPERTY],
                "created": about.dated_utc.astimezone(UTC).replace(tzinfo=None),
            }
        )
        writer = _Writer(book, some, about, lang)
        for table in some:
            writer.write(table)
    return made.getvalue()


class _Writer:
    """Writes tables into a workbook, of which all must be known: cells of one may be sums of another."""

    def __init__(self, book: "Workbook", some: Sequence[Table], about: Imprint, lang: Lang) -> None:
        self._book = book
        self._tables = {table.key: table for table in some}
        self._about = about
        self._numbers = (
            {key: numeral(shown) for key, shown in BANGLA_NUMBERS.items()} if has_bangla_digits(lang) else NUMBERS
        )
        self._formats: dict[tuple[str, bool], Format] = {}

    def write(self, table: Table) -> None:
        """Write a table onto a new sheet: headings that stay in sight, rows, and below them what they add up to."""
        sheet = self._book.add_worksheet(table.tab)
        last_row, last_column = FIRST_ROW + len(table.rows) - 1, len(table.columns) - 1
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.repeat_rows(0)
        sheet.freeze_panes(FIRST_ROW, 2 if len(table.columns) > 2 else 0)
        sheet.set_footer(f"&L{self._about.title.replace('&', '&&')[:MOST_FOOTER]}&R&P / &N")
        widths = [width(column, [row[at] for row in table.all_rows]) for at, column in enumerate(table.columns)]
        sheet.fit_to_pages(-(-sum(widths) // PAGE_WIDTH), 0)
        if sum(widths) > PAGE_WIDTH:
            sheet.repeat_columns(0, 1)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, widths[at])
            first = next((row[at] for row in table.rows if row[at] is not None), "")
            self._write_text(sheet, 0, at, column.heading, "heading" if isinstance(first, str) else "number_heading")
        sheet.set_row(0, height([column.heading for column in table.columns], widths))
        if table.rows:
            sheet.autofilter(0, 0, last_row, last_column)
        sources = {(source.row, source.key): source for source in table.sources}
        for row, cells in enumerate(table.rows):
            sheet.set_row(row + FIRST_ROW, height(cells, widths))
            for at, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                formula = self._formula(table, column, row + FIRST_ROW, sources.get((row, column.key)))
                self._write_cell(sheet, row + FIRST_ROW, at, cell, formula)
        if table.total is not None:
            for at, (column, cell) in enumerate(zip(table.columns, table.total, strict=True)):
                formula = sum_of(table, column.key) if column.is_summed else ""
                formula = formula or self._formula(table, column, last_row + 1, None)
                self._write_cell(sheet, last_row + 1, at, cell, formula, is_total=True)

    def _formula(self, table: Table, column: Column, row: int, source: Source | None) -> str:
        if source is not None:
            return sum_of(self._tables[source.table], source.column, elsewhere=True)
        return share_of(table, column, row) if column.share_of else ""

    def _write_cell(
        self, sheet: "Worksheet", row: int, at: int, cell: Cell, formula: str, *, is_total: bool = False
    ) -> None:
        match cell:
            case None:
                if is_total:
                    sheet.write_blank(row, at, None, self._format("text", is_total))
                return
            case str():
                self._write_text(sheet, row, at, cell, "text", is_total=is_total)
                return
        kind, value = figure(cell)
        style = self._format(kind, is_total)
        if formula:
            sheet.write_formula(row, at, formula, style, NONE if value is None else value)
        elif value is None:
            self._write_text(sheet, row, at, NONE, "text", is_total=is_total)
        else:
            sheet.write_number(row, at, value, style)

    def _write_text(
        self, sheet: "Worksheet", row: int, at: int, text: str, kind: str, *, is_total: bool = False
    ) -> None:
        if len(text) > MOST_CHARACTERS:
            text = f"{text[: MOST_CHARACTERS - 1]}…"
        if text.startswith("<r>") and text.endswith("</r>"):
            text += " "  # what looks so is taken for markup of a text in several fonts, and written as it is
        if kind == "text" and text.startswith(FORMULA_SIGNS):
            kind = "quoted"
        sheet.write_string(row, at, text, self._format(kind, is_total))

    def _format(self, kind: str, is_total: bool) -> "Format":
        if (kind, is_total) not in self._formats:
            properties: dict[str, Any] = {"valign": "top", "bold": is_total, "top": int(is_total)}
            if kind in self._numbers:
                properties["num_format"] = self._numbers[kind]
            elif kind in {"heading", "number_heading"}:
                properties |= {"bold": True, "bottom": 1, "bg_color": "#E8E8E8", "text_wrap": True}
                properties["align"] = "left" if kind == "heading" else "right"
            else:  # a text that a spreadsheet would take for a formula stays one when somebody edits it
                properties |= {"text_wrap": True, "quote_prefix": kind == "quoted"}
            self._formats[kind, is_total] = self._book.add_format(properties)
        return self._formats[kind, is_total]


def figure(cell: int | date | datetime | Length | Share | Rate) -> tuple[str, float | None]:
    """Return a kind of `NUMBERS`, and the number by which a spreadsheet keeps the figure; None where there is none."""
    match cell:
        case Length():
            return "length", days_of(cell.us)
        case Share():
            return "share", cell.cut
        case Rate():
            return "rate", cell.bps
        case datetime():
            return "moment", days_of((cell.astimezone(DHAKA).replace(tzinfo=None) - EPOCH) // MICROSECOND)
        case date():
            return "day", (cell - EPOCH.date()).days
    return "count", cell


def days_of(length_us: int) -> float:
    """Return the number of days that is nearest to a length."""
    return float(Fraction(length_us, US_PER_DAY))


def sum_of(table: Table, key: str, *, elsewhere: bool = False) -> str:
    """Return the formula that adds a column up; ``elsewhere``: on another sheet."""
    letter = letter_of(table, key)
    tab = "'{}'!".format(table.tab.replace("'", "''")) if elsewhere else ""
    return f"=SUM({tab}{letter}{FIRST_ROW + 1}:{letter}{FIRST_ROW + len(table.rows)})"


def share_of(table: Table, column: Column, row: int) -> str:
    """Return the formula of a share in a row, counted from 0: cut to four places, as it is written everywhere."""
    up, down = (f"{letter_of(table, key)}{row + 1}" for key in column.share_of or ())
    return f'=IF({up}+{down}>0,ROUNDDOWN({up}/({up}+{down})+1E-11,4),"{NONE}")'


def letter_of(table: Table, key: str) -> str:
    """Return the letter of a column; a table has no more than 26."""
    return ascii_uppercase[[column.key for column in table.columns].index(key)]


def height(cells: Sequence[Cell], widths: Sequence[int]) -> int:
    """Return how many points high a row is; not every program finds that out by itself."""
    lines = [-(-len(cell) // (wide - 1)) for cell, wide in zip(cells, widths, strict=True) if isinstance(cell, str)]
    return min(max(1, *lines, 1), MOST_LINES) * LINE_POINTS


def numeral(shown: str) -> str:
    """Return a number's format with Bangla numerals in each of its parts, behind the condition that it has."""
    return ";".join(re.sub(r"^(\[[<>=]+\d+\])?", rf"\1{BANGLA_NUMERALS}", part, count=1) for part in shown.split(";"))


def width(column: Column, cells: Sequence[Cell]) -> int:
    """Return how many characters a column is wide: as its longest text, within bounds."""
    texts = [min(len(column.heading), HEADING_AT_MOST)]
    for cell in cells:
        match cell:
            case str():
                texts.append(len(cell))
            case datetime():
                texts.append(len("dd/mm/yyyy hh:mm:ss"))
            case Length():
                texts.append(len(f"{cell.us // US_PER_HOUR}:00:00"))
            case int():
                texts.append(len(f"{cell:,}"))
    return min(max(NARROWEST, *texts) + 2, WIDEST)
