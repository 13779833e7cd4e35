"""Make the tables of what happened: outages, times that do not count, tickets, the charter's record. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from monitor.i18n.catalogue import tr
from monitor.i18n.formats import list_text
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.reasons import reason_text
from monitor.reports import wording
from monitor.reports.export.cells import Cell, Column, Length, Table
from monitor.reports.export.columns import head, lasting, table
from monitor.reports.headings import COLUMNS
from monitor.reports.operator_scorecard import scorecard_of
from monitor.reports.report import OutageFigures, Report


def tickets_table(report: Report, lang: Lang) -> Table:
    """Return the tickets of each service."""
    counts = ("opened", "resolved", "open", "reopened")
    columns = [
        head("tickets", "service", lang),
        *(head("tickets", key, lang, is_summed=True) for key in counts),
        *(head("tickets", key, lang) for key in ("acknowledge", "resolve")),
    ]
    rows: list[list[Cell]] = [
        [
            wording.service_text(report, row.service, lang),
            *(getattr(row, key) for key in counts),
            lasting(row.acknowledge_s),
            lasting(row.resolve_s),
        ]
        for row in report.tickets
    ]
    return table("tickets", columns, rows, lang, _counted(report.tickets, columns, lang))


def stages_table(report: Report, lang: Lang) -> Table:
    """Return what each stage of the grievance chain did."""
    counts = ("came", "in_time", "late", "open")
    columns = [
        *(head("stages", key, lang) for key in ("level", "title")),
        *(head("stages", key, lang, is_summed=True) for key in counts),
    ]
    rows = [[row.level, row.title.name(lang), *(getattr(row, key) for key in counts)] for row in report.stages]
    return table("stages", columns, rows, lang)


def charter_table(report: Report, lang: Lang) -> Table:
    """Return the record of each row of the charter."""
    counts = ("kept", "missed", "open")
    columns = [
        *(head("charter", key, lang) for key in ("id", "name", "target")),
        *(head("charter", key, lang, is_summed=True) for key in counts),
        *(head("charter", key, lang) for key in ("median", "last_missed")),
    ]
    rows: list[list[Cell]] = [
        [
            row.service,
            row.name.name(lang),
            row.target.name(lang),
            *(getattr(row, key) for key in counts),
            lasting(row.median_s),
            row.last_missed or None,
        ]
        for row in report.charter
    ]
    return table("charter", columns, rows, lang, _counted(report.charter, columns, lang))


def _counted(rows: Sequence[object], columns: Sequence[Column], lang: Lang) -> Sequence[Cell] | None:
    """Return the row below a table whose columns that are added up are called as the figures' fields."""
    sums = [sum(getattr(row, column.key) for row in rows) if column.is_summed else None for column in columns]
    return [tr(lang, "In all"), *sums[1:]] if rows else None


def outages_table(report: Report, lang: Lang) -> Table:
    """Return every outage."""
    keys = [*COLUMNS["outages"], "over", "affected", "notified"]
    keys[1:1] = ["id"]
    keys[3:3] = ["operator", "service"]
    lengths = {"length", "counted", "over"}
    columns = [
        Column("operator", lookup(lang, COLUMNS["sites"]["operator"]))
        if key == "operator"
        else head("outages", key, lang, is_summed=key in lengths)
        for key in keys
    ]

    def row(outage: OutageFigures) -> list[Cell]:
        return [
            outage.number,
            outage.site,
            outage.name.name(lang),
            outage.operator or None,
            wording.service_text(report, outage.service, lang),
            outage.started_utc,
            outage.ended_utc or wording.ended_text(outage, lang),
            Length(outage.length_us),
            Length(outage.counted_us),
            wording.cause_text(outage, lang),
            outage.deadline_utc,
            wording.promise_text(outage, lang),
            outage.ticket or None,
            Length(outage.over_us),
            list_text(outage.affected, lang) or None,
            wording.notices_text(outage.notices, lang) or None,
        ]

    sums = {key: sum(getattr(outage, f"{key}_us") for outage in report.outages) for key in lengths}
    total: list[Cell] = [Length(sums[column.key]) if column.is_summed else None for column in columns]
    total[0] = tr(lang, "In all")
    return table("outages", columns, map(row, report.outages), lang, total if report.outages else None)


def again_table(report: Report, lang: Lang) -> Table:
    """Return the sites of an operator that failed again and again."""
    columns = [
        *(head("outages", key, lang) for key in ("id", "name")),
        head("sites", "outages", lang),
        *(head("outages", key, lang) for key in ("late", "length", "over")),
    ]
    rows: list[list[Cell]] = [
        [each.site, each.name.name(lang), each.outages, each.late, Length(each.length_us), Length(each.over_us)]
        for each in scorecard_of(report).offenders
    ]
    return table("again", columns, rows, lang)


def excused_table(report: Report, lang: Lang) -> Table:
    """Return the times without an answer that are no outage."""
    columns = [head("excused", key, lang) for key in ("id", *COLUMNS["excused"])]
    rows: list[list[Cell]] = [
        [
            site.site,
            site.name.name(lang),
            time.begins_utc,
            time.ends_utc,
            _between(time.ends_utc - time.begins_utc),
            reason_text(time.why, lang) or None,
        ]
        for site in report.sites
        for time in site.excused
    ]
    return table("excused", columns, rows, lang)


def unseen_table(report: Report, lang: Lang) -> Table:
    """Return what the monitor did not see."""
    columns = [head("unseen", key, lang) for key in COLUMNS["unseen"]]
    rows: list[list[Cell]] = [
        [
            wording.unseen_text(time, lang),
            time.begins_utc,
            time.ends_utc,
            _between(time.ends_utc - time.begins_utc),
            reason_text(time.why, lang) or None,
        ]
        for time in report.unseen
    ]
    return table("unseen", columns, rows, lang)


def _between(length: timedelta) -> Length:
    return Length(length // timedelta(microseconds=1))
