"""Write a list of tickets as a table for a spreadsheet: CSV in words, XLSX with real times and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.csv_text import csv_text
from monitor.i18n.catalogue import render as rendered
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import moment_text
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.terms import TICKET_STATES
from monitor.reports.due_word import DueWord
from monitor.reports.export.cells import Cell, Column, Table
from monitor.reports.export.workbook import Imprint, Spreadsheet
from monitor.settings.fleet import Site
from monitor.store.ticket_list import ListedTicket
from monitor.web.console.rendering import site_name
from monitor.web.console.ticket_filters import source_text


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the list, its site if it is known here, and how long it has."""

    ticket: ListedTicket
    site: Site | None
    due: DueWord


def as_csv(rows: Sequence[Row], lang: Lang, *, personal: bool) -> str:
    """Return the tickets as CSV in the words of a language; with who asked, and what, only if ``personal``."""
    names = [column.heading for column in _columns(lang, personal=personal)]
    return csv_text(names, ([_said(cell, lang) for cell in _cells(row, lang, personal=personal)] for row in rows))


def as_spreadsheet(rows: Sequence[Row], about: Imprint, lang: Lang, *, personal: bool) -> Spreadsheet:
    """Return the same as a workbook to be made, with real times and numbers; no text becomes a formula."""
    cells = [_cells(row, lang, personal=personal) for row in rows]
    return Spreadsheet([Table("tickets", tr(lang, "Tickets"), _columns(lang, personal=personal), cells)], about, lang)


def _columns(lang: Lang, *, personal: bool) -> list[Column]:
    found = [
        Column("number", tr(lang, "Ticket")),
        Column("service", tr(lang, "Service")),
        Column("site", tr(lang, "Site")),
        Column("source", tr(lang, "How it came")),
        Column("state", tr(lang, "State")),
        Column("stage", tr(lang, "Stage")),
        Column("received", tr(lang, "Received")),
        Column("due", tr(lang, "Due")),
        Column("left", tr(lang, "Time left")),
        Column("resolved", tr(lang, "Resolved on")),
    ]
    return [*found, Column("asker", tr(lang, "From")), Column("text", tr(lang, "Subject"))] if personal else found


def _cells(row: Row, lang: Lang, *, personal: bool) -> list[Cell]:
    ticket = row.ticket
    cells: list[Cell] = [
        ticket.number,
        ticket.service,
        site_name(lang, row.site) if row.site else ticket.site or "",
        source_text(ticket.source, lang),
        lookup(lang, TICKET_STATES[ticket.state]),
        ticket.stage,
        ticket.event_utc,
        ticket.deadline_utc,
        rendered(row.due.words, lang),
        ticket.resolved_utc,
    ]
    return [*cells, ticket.asker, ticket.text] if personal else cells


def _said(cell: Cell, lang: Lang) -> object:
    if cell is None:
        return ""
    return moment_text(cell, lang) if isinstance(cell, datetime) else cell
