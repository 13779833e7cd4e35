"""Make the tables of a report for spreadsheets: typed cells under headings in a language. Pure."""

from monitor.i18n.languages import Lang
from monitor.reports.export import event_tables, figure_tables
from monitor.reports.export.cells import Table
from monitor.reports.headings import TABLES
from monitor.reports.report import Report

MAKERS = {
    "summary": figure_tables.summary_table,
    "accounting": figure_tables.accounting_table,
    "offices": figure_tables.offices_table,
    "groups": figure_tables.groups_table,
    "sites": figure_tables.sites_table,
    "tickets": event_tables.tickets_table,
    "stages": event_tables.stages_table,
    "charter": event_tables.charter_table,
    "power": figure_tables.power_table,
    "backbone": figure_tables.backbone_table,
    "again": event_tables.again_table,
    "worst": figure_tables.worst_table,
    "earlier": figure_tables.earlier_table,
    "outages": event_tables.outages_table,
    "excused": event_tables.excused_table,
    "unseen": event_tables.unseen_table,
    "differences": figure_tables.differences_table,
    "notes": figure_tables.notes_table,
}
OF_OPERATOR = ("summary", "accounting", "again", "sites", "worst", "earlier", "outages", "excused", "unseen", "notes")
"""The tables of what is sent to an operator: nothing of the office's own tickets and promises."""


def tables(report: Report, lang: Lang) -> list[Table]:
    """Return the tables of a report, in the order in which every format has them; an operator's has its own.

    A place's has the rows of all its offices, one office after the other, and a table of the offices.
    """
    keys = OF_OPERATOR if report.scope.kind == "operator" else tuple(TABLES)
    return [MAKERS[key](report, lang) for key in keys if key != "offices" or report.offices]
