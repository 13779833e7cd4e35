"""Write tables for spreadsheets (RFC 4180): no cell is a formula to the program that opens them."""

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Begins a table that spreadsheets are to read as UTF-8; without it they take Bangla for garbage."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(headings)
    writer.writerows([no_formula(value) for value in row] for row in rows)
    return lines.getvalue()


def no_formula(value: object) -> object:
    """Return a text that a spreadsheet would take for a formula with a ' before it; everything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
