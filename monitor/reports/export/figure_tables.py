"""Make the tables of a report's figures: where the time went, by site and group; links; what was before. Pure."""

from datetime import timedelta

from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang, lookup
from monitor.reports import wording
from monitor.reports.export.cells import Cell, Length, Rate, Share, Source, Table
from monitor.reports.export.columns import FURTHER, PARTS, accounting_cells, accounting_columns, head, table
from monitor.reports.export.operator_page import summary as operators_summary
from monitor.reports.headings import COLUMNS, GROUPED_BY, HOURS, NOTES, ON_PAPER, PREPARED, TABLES
from monitor.reports.operator_scorecard import scorecard_of
from monitor.reports.report import GroupFigures, Report, SiteFigures


def summary_table(report: Report, lang: Lang) -> Table:
    """Return the report in a few facts."""
    kept, missed = wording.kept_and_missed(report)
    signed = zip(PREPARED, report.signatures, strict=False)
    is_operators = report.scope.kind == "operator"
    said = operators_summary(report, scorecard_of(report), lang) if is_operators else wording.summary(report, lang)
    facts: dict[str, Cell] = {
        tr(lang, "Report"): wording.title(report, lang),
        lookup(lang, TABLES["summary"]): said,
        tr(lang, "Office"): report.office.name(lang),
        tr(lang, "About"): wording.scope_text(report.scope, lang),
        lookup(lang, FURTHER["first"]): report.period.begins,
        lookup(lang, FURTHER["last"]): report.period.ends - timedelta(days=1),
        tr(lang, "Counted up to"): report.as_of_utc,
        tr(lang, "Edition"): report.edition,
        tr(lang, "Sites"): len(report.sites),
        lookup(lang, COLUMNS["groups"]["share"]): Share(report.promised.share),
        lookup(lang, COLUMNS["groups"]["always"]): Share(report.always.share),
        tr(lang, "Outages"): len(report.outages),
        **{lookup(lang, what): name.name(lang) for what, name in signed},
    }
    if not is_operators:
        facts[lookup(lang, COLUMNS["earlier"]["kept"])] = kept
        facts[lookup(lang, COLUMNS["earlier"]["missed"])] = missed
    if report.scope.official:
        facts[tr(lang, "Answers the official service")] = wording.service_text(report, report.scope.official, lang)
    columns = [head("summary", "what", lang), head("summary", "value", lang)]
    return table("summary", columns, map(list, facts.items()), lang)


def accounting_table(report: Report, lang: Lang) -> Table:
    """Return where the time of all sites went, in both sums."""
    columns = [head("accounting", "hours", lang), *accounting_columns(lang)]
    both = {"promised": report.promised, "always": report.always}
    rows = [[lookup(lang, HOURS[hours]), *accounting_cells(found)] for hours, found in both.items()]
    sources = [Source(row, part, "sites", f"{hours}_{part}") for row, hours in enumerate(both) for part in PARTS]
    return table("accounting", columns, rows, lang, sources=sources if report.sites else ())


def offices_table(report: Report, lang: Lang) -> Table:
    """Return the sums of each office of a place; below them those of all."""
    counts = ("outages", "kept", "missed", "open", "staged")
    columns = [
        head("offices", "id", lang),
        head("offices", "name", lang),
        head("offices", "sites", lang, is_summed=True),
        *accounting_columns(lang, "promised", is_summed=True),
        *accounting_columns(lang, "always", is_summed=True),
        *(head("offices", key, lang, is_summed=True) for key in counts),
    ]

    def row(id_: str, name: str | None, part: Report) -> list[Cell]:
        return [
            id_,
            name,
            len(part.sites),
            *accounting_cells(part.promised),
            *accounting_cells(part.always),
            len(part.outages),
            *wording.kept_and_missed(part),
            *wording.still_open(part),
        ]

    rows = [row(id_, part.office.name(lang), part) for id_, part in report.offices.items()]
    return table("offices", columns, rows, lang, row(tr(lang, "In all"), None, report))


def groups_table(report: Report, lang: Lang) -> Table:
    """Return the sums of each group of sites."""
    columns = [
        *(head("groups", key, lang) for key in ("by", "name", "sites")),
        *accounting_columns(lang, "promised"),
        *accounting_columns(lang, "always"),
        head("groups", "outages", lang),
    ]

    def row(group: GroupFigures) -> list[Cell]:
        return [
            lookup(lang, GROUPED_BY[group.by]),
            wording.group_text(group, lang),
            group.sites,
            *accounting_cells(group.promised),
            *accounting_cells(group.always),
            group.outages,
        ]

    return table("groups", columns, map(row, report.groups), lang)


def sites_table(report: Report, lang: Lang) -> Table:
    """Return where each site's time went; below it, the sums."""
    columns = [
        head("sites", "id", lang),
        *(head("sites", key, lang) for key in ("name", "kind", "union", "operator")),
        *accounting_columns(lang, "promised", is_summed=True),
        *accounting_columns(lang, "always", is_summed=True),
        *(head("sites", key, lang, is_summed=True) for key in ("outages", "affected", "power", "workstations", "used")),
    ]

    def row(site: SiteFigures, part: Report) -> list[Cell]:
        return [
            site.site,
            site.name.name(lang),
            wording.kind_text(site.kind, lang),
            wording.union_text(part, site.union, lang) if site.union else None,
            site.operator or None,
            *accounting_cells(site.promised),
            *accounting_cells(site.always),
            site.outages,
            site.affected,
            Length(site.power_us),
            site.workstations,
            None if site.used_us is None else Length(site.used_us),
        ]

    sites = report.sites
    total: list[Cell] = [
        tr(lang, "In all"),
        *[None] * 4,
        *accounting_cells(report.promised),
        *accounting_cells(report.always),
        sum(site.outages for site in sites),
        sum(site.affected for site in sites),
        Length(report.power_us),
        sum(site.workstations for site in sites),
        Length(sum(site.used_us or 0 for site in sites)),
    ]
    rows = [row(site, part) for part in report.offices.values() or (report,) for site in part.sites]
    return table("sites", columns, rows, lang, total if sites else None)


def power_table(report: Report, lang: Lang) -> Table:
    """Return the sites that were down without power."""
    columns = [
        head("power", "id", lang),
        head("power", "name", lang),
        head("power", "length", lang, is_summed=True),
        head("power", "down", lang, is_summed=True),
    ]
    some = [site for site in report.sites if site.power_us]
    rows: list[list[Cell]] = [
        [site.site, site.name.name(lang), Length(site.power_us), Length(site.always.down_us)] for site in some
    ]
    lengths = (sum(site.power_us for site in some), sum(site.always.down_us for site in some))
    total: list[Cell] = [tr(lang, "In all"), None, *map(Length, lengths)]
    return table("power", columns, rows, lang, total if some else None)


def backbone_table(report: Report, lang: Lang) -> Table:
    """Return the use of each link."""
    columns = [head("backbone", key, lang) for key in ("id", *COLUMNS["backbone"])]
    rows: list[list[Cell]] = [
        [
            link.site,
            link.name.name(lang),
            link.interface,
            *(None if bps is None else Rate(bps) for bps in (link.capacity_bps, link.in_p95_bps, link.out_p95_bps)),
            link.in_octets,
            link.out_octets,
            link.full_by,
        ]
        for link in report.links
    ]
    return table("backbone", columns, rows, lang)


def worst_table(report: Report, lang: Lang) -> Table:
    """Return the sites that were down longest."""
    columns = [head("worst", key, lang) for key in ("id", *COLUMNS["worst"])]
    known = {site.site: site for site in report.sites}
    rows: list[list[Cell]] = [
        [site.site, site.name.name(lang), Share(site.promised.share), Length(site.promised.down_us), site.outages]
        for site in (known[id_] for id_ in report.worst)
    ]
    return table("worst", columns, rows, lang)


def earlier_table(report: Report, lang: Lang) -> Table:
    """Return earlier periods; without figures where nothing is stored. An operator's have no promises of the office."""
    records = () if report.scope.kind == "operator" else ("kept", "missed")
    columns = [head("earlier", key, lang) for key in ("period", "first", "last", "share", "outages", *records)]
    rows: list[list[Cell]] = []
    for row in report.earlier:
        figures: list[Cell] = [None] * (2 + len(records))
        if row.promised is not None:
            figures = [Share(row.promised.share), row.outages, *(getattr(row, key) for key in records)]
        last = row.period.ends - timedelta(days=1)
        rows.append([wording.period_text(row.period, lang), row.period.begins, last, *figures])
    return table("earlier", columns, rows, lang)


def differences_table(report: Report, lang: Lang) -> Table:
    """Return what differs from the last edition."""
    columns = [head("differences", key, lang) for key in COLUMNS["differences"]]
    return table("differences", columns, ([row.path, row.before, row.after] for row in report.differences), lang)


def notes_table(report: Report, lang: Lang) -> Table:
    """Return how it is counted."""
    notes = [*(lookup(lang, note) for note in NOTES if note != ON_PAPER), wording.history_text(report, lang)]
    notes.append(tr(lang, "Times are those of the office's clock, six hours ahead of UTC."))
    return table("notes", [head("notes", "note", lang)], ([note] for note in notes), lang)
