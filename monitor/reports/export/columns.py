"""Name the columns that spreadsheets have, and make the cells of an accounting."""

from collections.abc import Iterable, Mapping, Sequence

from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup
from monitor.reports.export.cells import US_PER_SECOND, Cell, Column, Length, Share, Source, Table, Unit
from monitor.reports.headings import COLUMNS, HOURS
from monitor.reports.report import Accounting

TABS = {
    "summary": N_("Summary"),
    "accounting": N_("Time"),
    "offices": N_("Offices"),
    "groups": N_("Groups"),
    "sites": N_("Sites"),
    "tickets": N_("Tickets"),
    "stages": N_("Stages"),
    "charter": N_("Charter"),
    "power": N_("Power"),
    "backbone": N_("Links"),
    "worst": N_("Down longest"),
    "again": N_("Again and again"),
    "earlier": N_("Earlier"),
    "outages": N_("Outages"),
    "excused": N_("Not counted"),
    "unseen": N_("Not seen"),
    "differences": N_("Differences"),
    "notes": N_("Notes"),
}
"""The names of the tables of `TABLES` where there is little room."""

FURTHER = {
    "id": N_("Key"),
    "first": N_("First day"),
    "last": N_("Last day"),
    "service": N_("Service"),
    "over": N_("Past the operator's limit"),
    "late": N_("Outages beyond the limit"),
    "affected": N_("Sites behind it"),
    "notified": N_("Who was notified"),
    "power": N_("Down without power"),
    "workstations": N_("Workstations"),
    "used": N_("In use"),
    "what": N_("What"),
    "value": N_("Value"),
    "note": N_("How it is counted"),
}
"""Headings of columns that only spreadsheets have room for."""

UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("length", "counted", "over", "down", "power", "used"), Unit.SECONDS),
    **dict.fromkeys(("acknowledge", "resolve", "median"), Unit.SECONDS),
    **dict.fromkeys(("capacity", "in", "out"), Unit.BITS),
    **dict.fromkeys(("octets_in", "octets_out"), Unit.OCTETS),
}
"""The units of columns, by their keys."""
PARTS = ("up", "down", "unmonitored", "paused", "window")
UP_AND_DOWN = ("up", "down")


def table(
    key: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    lang: Lang,
    total: Sequence[Cell] | None = None,
    sources: Sequence[Source] = (),
) -> Table:
    """Return a table with its tab's name."""
    return Table(key, lookup(lang, TABS[key]), columns, list(rows), total, sources)


def head(table: str, key: str, lang: Lang, *, is_summed: bool = False) -> Column:
    """Return a column by its heading in `COLUMNS`; one of `FURTHER` where that has none."""
    text = COLUMNS.get(table, {}).get(key) or FURTHER[key]
    return Column(key, lookup(lang, text), UNITS.get(key, Unit.NONE), is_summed)


def accounting_columns(lang: Lang, hours: str = "", *, is_summed: bool = False) -> list[Column]:
    """Return the columns of an accounting; ``hours``: a key of `HOURS`, where a table has two of them."""
    before = f"{lookup(lang, HOURS[hours])}: " if hours else ""
    prefix = f"{hours}_" if hours else ""

    def column(part: str, share_of: tuple[str, str] | None = None) -> Column:
        heading = before + lookup(lang, COLUMNS["accounting"][part])
        unit = Unit.NONE if share_of else Unit.SECONDS
        return Column(prefix + part, heading, unit, is_summed and share_of is None, share_of)

    up, down = (prefix + part for part in UP_AND_DOWN)
    return [*(column(part) for part in PARTS), column("share", (up, down))]


def accounting_cells(found: Accounting) -> list[Cell]:
    """Return up, down, unmonitored, paused, window and the share."""
    lengths = (found.up_us, found.down_us, found.unmonitored_us, found.paused_us, found.window_us)
    return [*map(Length, lengths), Share(found.share)]


def lasting(seconds: float | None) -> Length | None:
    """Return a length in seconds as a cell."""
    return None if seconds is None else Length(round(seconds * US_PER_SECOND))
