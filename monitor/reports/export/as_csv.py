"""Render a report as CSV: a zip archive with one file for each table.

Each begins with the mark by which spreadsheets know UTF-8; no cell is a formula to them. Figures are plain: lengths in
seconds, shares between 0 and 1, times in ISO 8601 with their offset.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from monitor.domain.clock import DHAKA
from monitor.domain.csv_text import BYTE_ORDER_MARK, csv_text
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang
from monitor.reports.export.cells import US_PER_SECOND, Cell, Column, Length, Rate, Share, Table, Unit
from monitor.reports.export.sheets import tables
from monitor.reports.report import Report

READABLE = 0o100644 << 16
"""What a zip archive says of a file that everybody may read."""


def render(report: Report, lang: Lang) -> bytes:
    """Return the archive; its files are dated by the report, so that the same report is always the same bytes."""
    return archive(tables(report, lang), report.as_of_utc, lang)


def archive(some: Sequence[Table], dated_utc: datetime, lang: Lang) -> bytes:
    """Return tables as an archive of CSV files, numbered in their order."""
    packed = io.BytesIO()
    dated = dated_utc.astimezone(DHAKA)
    with ZipFile(packed, "w") as file:
        for number, table in enumerate(some, 1):
            entry = ZipInfo(f"{number:02}-{table.key}.csv", dated.timetuple()[:6])
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, READABLE, 3
            file.writestr(entry, text(table, lang).encode())
    return packed.getvalue()


def text(table: Table, lang: Lang) -> str:
    """Return a table as CSV with its mark."""
    headings = [heading(column, lang) for column in table.columns]
    return BYTE_ORDER_MARK + csv_text(headings, ([plain(cell) for cell in row] for row in table.rows))


def heading(column: Column, lang: Lang) -> str:
    """Return the heading of a column, with the unit of its figures."""
    match column.unit:
        case Unit.SECONDS:
            return tr(lang, "{heading} (seconds)", heading=column.heading)
        case Unit.BITS:
            return tr(lang, "{heading} (bits a second)", heading=column.heading)
        case Unit.OCTETS:
            return tr(lang, "{heading} (octets)", heading=column.heading)
    return column.heading


def plain(cell: Cell) -> str | int | float:
    """Return a cell as CSV has it, '' for none."""
    match cell:
        case None:
            return ""
        case Length():
            return seconds_text(cell.us)
        case Share():
            return "" if cell.cut is None else cell.cut
        case Rate():
            return cell.bps
        case datetime():
            return cell.astimezone(DHAKA).isoformat()
        case date():
            return cell.isoformat()
    return cell


def seconds_text(length_us: int) -> str:
    """Write a length in seconds exactly, without empty places: '9000', '0.333333'."""
    whole, rest = divmod(length_us, US_PER_SECOND)
    return f"{whole}.{rest:06}".rstrip("0") if rest else str(whole)
