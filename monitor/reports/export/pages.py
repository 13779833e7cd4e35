"""Define what a printed page is made of: sections of paragraphs, tables and charts, in words. PDF and HTML draw it.

Charts are bars of spans; a place is a fraction of the bar, 0 to 1. What a span shows (`Mark`) is drawn as a pattern
that a grey printer keeps. Who cannot see the bars reads label and figure of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.i18n.languages import Lang


class Mark(StrEnum):
    """What a span of a bar shows."""

    UP = "up"
    DOWN = "down"
    UNMONITORED = "unmonitored"
    PAUSED = "paused"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``width``: its part of the whole; ``number``: its texts stand on the right."""

    heading: str
    width: float
    number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table in words; each row is as long as ``columns``. ``note``: below it. ``empty``: what stands for no rows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    note: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a bar, from and until; ``mark``: what it shows."""

    begins: float
    ends: float
    mark: Mark


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label before it and its figure behind it."""

    label: str
    text: str
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars below one another. ``ticks``: texts along the bars."""

    bars: Sequence[Bar]
    legend: Sequence[tuple[Mark, str]]
    ticks: Sequence[tuple[float, str]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under a title. ``annex``: it stands behind the signatures."""

    title: str
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    paragraphs: Sequence[str] = ()
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign: what the signer does, and the title."""

    does: str
    title: str


@dataclass(frozen=True, slots=True)
class Pages:
    """A report in words, in the order in which it is read. ``made``: up to when it counts, and which edition it is.

    ``link``: an address that is shown as a code for telephones too; ``link_says``: what is found there.
    ``single``: all of it stands on one sheet.
    """

    lang: Lang
    office: str
    title: str
    scope: str
    made: str
    summary: str
    sections: Sequence[Section]
    signatures: Sequence[Signature]
    link: str = ""
    link_says: str = ""
    single: bool = False
