"""Define tables of typed cells, which spreadsheets are made of: CSV and XLSX write the same ones.

A cell is a text, a whole number, a day, a time, one of the figures below, or None where there is no figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from monitor.reports.wording import TEN_THOUSANDTHS

US_PER_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Length:
    """How long something lasted, in microseconds."""

    us: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share of 0 to 1, up ÷ (up + down); None when both are zero."""

    value: float | None

    @property
    def cut(self) -> float | None:
        """Return it as it is shown: cut to four places, never rounded up to all of it."""
        return None if self.value is None else int(self.value * TEN_THOUSANDTHS + 1e-7) / TEN_THOUSANDTHS


@dataclass(frozen=True, slots=True)
class Rate:
    """Bits a second."""

    bps: float


Cell: TypeAlias = str | int | date | datetime | Length | Share | Rate | None


class Unit(StrEnum):
    """In what the figures of a column are counted, where a plain number would not say."""

    NONE = ""
    SECONDS = "seconds"
    BITS = "bits a second"
    OCTETS = "octets"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``key``: its name for programs, the same in every language; ``unit``: one of `Unit`.

    ``is_summed``: a spreadsheet adds it up. ``share_of``: keys of the columns of time up and down, for one of shares.
    """

    key: str
    heading: str
    unit: Unit = Unit.NONE
    is_summed: bool = False
    share_of: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a cell's figure comes from: it is the sum of a column of another table."""

    row: int
    key: str
    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``tab``: its name where there is little room, at most 31 characters; each row is as long as ``columns``.

    ``total``: what stands below the rows, None where nothing is added up; ``sources``: cells that are sums of others.
    """

    key: str
    tab: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    sources: Sequence[Source] = ()

    @property
    def all_rows(self) -> Sequence[Sequence[Cell]]:
        """Return the rows with the one below them."""
        return self.rows if self.total is None else (*self.rows, self.total)
