"""Read the first sheet of a workbook of Excel or LibreOffice (xlsx, xls, ods), by python-calamine."""

from collections.abc import Iterator
from datetime import date, time
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from monitor.domain.message import message

ZIP = b"PK\x03\x04"
MOST_UNPACKED = 200_000_000
MOST_COLUMNS = 200


class WorkbookFault(Exception):
    """It cannot be read; the text says why, in the reader's words."""


def workbook_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the number, from 1, and the cells of each row with anything in it. Raises WorkbookFault."""
    from python_calamine import CalamineError, CalamineWorkbook  # slow to import, and only needed here

    _refuse_bombs(content)
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
        if sheet.width > MOST_COLUMNS:
            raise WorkbookFault(message("it has {count:,} columns", count=sheet.width))
        above = 0 if sheet.start is None else sheet.start[0]
        for number, row in enumerate(sheet.iter_rows(), above + 1):
            cells = [_text(cell) for cell in row]
            if any(cells):
                yield number, cells
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise WorkbookFault(str(error)) from None


def _refuse_bombs(content: bytes) -> None:
    """Refuse an archive that says it unpacks to more than MOST_UNPACKED."""
    if content.startswith(ZIP):
        try:
            with ZipFile(BytesIO(content)) as archive:
                unpacked = sum(each.file_size for each in archive.infolist())
        except (BadZipFile, ValueError, NotImplementedError) as error:
            raise WorkbookFault(str(error)) from None
        if unpacked > MOST_UNPACKED:
            raise WorkbookFault(message("it unpacks to {count:,} bytes", count=unpacked))


def _text(cell: object) -> str:
    """Return a cell as a person would type it: 24 for the number 24.0, a date in ISO 8601."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
