"""Measure texts in columns of a terminal, as terminals do, and have rich measure alike.

A terminal (glibc's wcwidth, xterm, VTE, tmux) gives spacing vowel signs of Bangla a column of their own, as it gives
each consonant of a conjunct one; rich gives such signs none, so that its columns would not stand below each other.
"""

import unicodedata
from functools import cache

from rich import cells

_RICH = vars(cells)
_table_of_rich = _RICH["load_cell_table"]


def width(text: str) -> int:
    """Return how many columns a text takes in a line of a terminal."""
    fit_rich()
    return cells.cell_len(text)


def fit_rich() -> None:
    """Have rich measure as `width` says, in all that this process prints from now on."""
    if _RICH["load_cell_table"] is not _table:
        _RICH["load_cell_table"] = _table
        cells.get_character_cell_size.cache_clear()
        cells.cached_cell_len.cache_clear()


@cache
def _table(unicode_version: str = "auto") -> cells.CellTable:
    """Return rich's table without the spacing marks among what it says takes no column."""
    of_rich: cells.CellTable = _table_of_rich(unicode_version)
    widths = list[tuple[int, int, int]]()
    for first, last, columns in of_rich.widths:
        if columns:
            widths.append((first, last, columns))
        else:
            widths += [(code, code, 0) for code in range(first, last + 1) if unicodedata.category(chr(code)) != "Mc"]
    return of_rich._replace(widths=widths)
