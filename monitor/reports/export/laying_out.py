"""Lay a report out in words: which sections, tables and charts it has, in which order. Pure.

A printed table has a limit of rows: what it lacks is in the spreadsheet and in the JSON, and the table says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitor.domain.message import N_
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import digits, number_text
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.reasons import reason_text
from monitor.reports import wording
from monitor.reports.difference_words import difference_texts, names_of
from monitor.reports.export import drawing, operator_page
from monitor.reports.export.pages import Pages, Section, Signature
from monitor.reports.export.site_page import site_page
from monitor.reports.export.tables import accounting, most, outages, table
from monitor.reports.headings import COLUMNS, GROUPED_BY, NOTES, PREPARED
from monitor.reports.operator_scorecard import scorecard_of
from monitor.reports.report import EarlierFigures, GroupFigures, Report, SiteFigures, StageFigures

EARLIER_OF_OPERATOR = ("period", "share", "outages")
"""The first columns of earlier periods: those after them are of the office's own promises."""
MOST_PARTS = 20
"""How many offices' parts are printed; more than a district has would be a book."""
TOO_MANY = N_("Each office's own part is in the spreadsheet and in the JSON of this report.")


def laid_out(report: Report, lang: Lang) -> Pages:
    """Return a report in words; that of one site is a single page."""
    if report.scope.kind == "site" and len(report.sites) == 1:
        return site_page(report, report.sites[0], lang)
    return Pages(
        lang,
        report.office.name(lang),
        wording.title(report, lang),
        wording.scope_text(report.scope, lang),
        wording.edition_text(report, lang),
        _summary(report, lang),
        _numbered([section for section in _sections(report, lang) if section is not None], lang),
        signatures(report, lang),
    )


def _summary(report: Report, lang: Lang) -> str:
    if report.scope.kind == "operator":
        return operator_page.summary(report, scorecard_of(report), lang)
    return wording.summary(report, lang)


def signatures(report: Report, lang: Lang) -> list[Signature]:
    """Return the places to sign, by title."""
    does = [lookup(lang, text) for text in PREPARED]
    return [
        Signature(does[min(place, len(does) - 1)], title.name(lang)) for place, title in enumerate(report.signatures)
    ]


def _numbered(sections: Sequence[Section], lang: Lang) -> list[Section]:
    """Put the number of each annex before its title."""
    annexes = [section for section in sections if section.annex]
    return [section for section in sections if not section.annex] + [
        replace(section, title=tr(lang, "Annex {number}: {title}", number=number, title=section.title))
        for number, section in enumerate(annexes, 1)
    ]


def _sections(report: Report, lang: Lang) -> Iterable[Section | None]:
    if report.scope.kind == "operator":
        yield from _of_operator(report, lang)
        return
    yield from _of_place(report, lang) if report.offices else _of_office(report, lang)
    yield _unseen(report, lang)
    if report.differences:
        names = names_of(report, lang)
        rows = [difference_texts(each, names, lang) for each in report.differences]
        yield _of(report, "differences", lang, rows, annex=True)
    yield Section(wording.heading("notes", lang), paragraphs=[lookup(lang, note) for note in NOTES], annex=True)


def _of_place(report: Report, lang: Lang) -> Iterable[Section | None]:
    """Yield what the offices of a place add up to, then the part of each, which its titles name."""
    yield accounting(report, lang)
    yield _offices(report, lang)
    yield _groups(report, lang)
    yield from _cases(report, lang)
    yield _worst(report, lang)
    yield _earlier(report, lang)
    for part in report.offices.values() if len(report.offices) <= MOST_PARTS else ():
        name = part.office.name(lang)
        yield Section(name, paragraphs=[wording.summary(part, lang)])
        for section in _of_office(part, lang):
            yield section and replace(section, title=tr(lang, "{name}: {title}", name=name, title=section.title))


def _of_office(report: Report, lang: Lang) -> Iterable[Section | None]:
    """Yield what is said of an office alone, and of one among those of a place."""
    yield accounting(report, lang)
    yield _groups(report, lang)
    yield _sites(report, lang)
    yield drawing.times(report, lang)
    yield from _cases(report, lang)
    yield _power(report, lang)
    yield _backbone(report, lang)
    yield _worst(report, lang)
    yield _earlier(report, lang)
    yield outages(report, lang)
    yield _excused(report, lang)


def _cases(report: Report, lang: Lang) -> Iterable[Section | None]:
    yield _of(report, "tickets", lang, [wording.ticket_texts(report, row, lang) for row in report.tickets])
    yield _of(report, "stages", lang, [_stage(row, lang) for row in report.stages])
    yield _of(report, "charter", lang, [wording.charter_texts(row, lang) for row in report.charter])


def _of_operator(report: Report, lang: Lang) -> Iterable[Section | None]:
    """Yield what is sent to an operator: nothing of the office's own tickets and promises."""
    card = scorecard_of(report)
    yield operator_page.opening(report, card, lang)
    yield accounting(report, lang)
    yield operator_page.again(card, lang)
    yield operator_page.late(card, lang)
    yield _sites(report, lang)
    yield drawing.times(report, lang)
    yield _earlier(report, lang)
    yield outages(report, lang)
    yield _excused(report, lang)
    yield _unseen(report, lang)
    yield Section(wording.heading("notes", lang), paragraphs=[lookup(lang, note) for note in NOTES], annex=True)


def _offices(report: Report, lang: Lang) -> Section:
    """Return a row for each office of a place, and one for all of them."""
    shown, note = most("offices", list(report.offices.values()), lambda part: -part.promised.down_us, lang)
    rows = [
        [
            tr(lang, "In all") if part is report else part.office.name(lang),
            number_text(len(part.sites), lang),
            wording.share_text(part.promised.share, lang),
            wording.share_text(part.always.share, lang),
            wording.length_text(part.promised.down_us, lang),
            number_text(len(part.outages), lang),
            *(number_text(count, lang) for count in wording.kept_and_missed(part)),
            *(number_text(count, lang) for count in wording.still_open(part)),
        ]
        for part in (*shown, report)
    ]
    bars = drawing.shares([(part.office.name(lang), part.promised) for part in shown[: drawing.MOST_BARS]], lang)
    left_out = [] if len(report.offices) <= MOST_PARTS else [tr(lang, TOO_MANY)]
    return Section(wording.heading("offices", lang), [table("offices", lang, rows, note=note)], [bars], left_out)


def _groups(report: Report, lang: Lang) -> Section | None:
    if not report.groups:
        return None
    shown, note = most("groups", report.groups, lambda group: -group.promised.down_us, lang)
    unions = [group for group in report.groups if group.by == "union"]
    drawn, _ = most("groups", unions, lambda group: -group.promised.down_us, lang, drawing.MOST_BARS)
    bars = [(wording.group_text(group, lang), group.promised) for group in drawn]
    charts = [drawing.shares(bars, lang)] if bars else []
    rows = [_group(group, lang) for group in shown]
    return Section(wording.heading("groups", lang), [table("groups", lang, rows, note=note)], charts)


def _group(group: GroupFigures, lang: Lang) -> list[str]:
    return [
        lookup(lang, GROUPED_BY[group.by]),
        wording.group_text(group, lang),
        number_text(group.sites, lang),
        wording.share_text(group.promised.share, lang),
        wording.share_text(group.always.share, lang),
        wording.length_text(group.promised.down_us, lang),
        number_text(group.outages, lang),
    ]


def _sites(report: Report, lang: Lang) -> Section:
    shown, note = most("sites", report.sites, lambda site: -site.promised.down_us, lang)
    unions = {site.union: wording.union_text(report, site.union, lang) for site in shown}
    rows = [
        [
            site.name.name(lang),
            wording.kind_text(site.kind, lang),
            unions[site.union],
            site.operator or wording.NONE,
            wording.share_text(site.promised.share, lang),
            wording.share_text(site.always.share, lang),
            wording.length_text(site.promised.down_us, lang),
            number_text(site.outages, lang),
            number_text(site.affected, lang),
        ]
        for site in shown
    ]
    return Section(wording.heading("sites", lang), [table("sites", lang, rows, note=note)])


def _power(report: Report, lang: Lang) -> Section:
    sites = [site for site in report.sites if site.power_us]
    shown, note = most("power", sites, lambda site: -site.power_us, lang)
    said = tr(
        lang,
        "Power cuts are the suspected cause of {length} (hours and minutes) of the time down at all hours, "
        "which is {down}.",
        length=wording.length_text(report.power_us, lang),
        down=wording.length_text(report.always.down_us, lang),
    )
    rows = [
        [
            site.name.name(lang),
            wording.length_text(site.power_us, lang),
            wording.length_text(site.always.down_us, lang),
        ]
        for site in shown
    ]
    tables = [table("power", lang, rows, note=note)] if rows else []
    return Section(wording.heading("power", lang), tables, paragraphs=[said])


def _backbone(report: Report, lang: Lang) -> Section:
    shown, note = most("backbone", report.links, lambda link: -(link.in_p95_bps or 0) / (link.capacity_bps or 1), lang)
    rows = [
        [
            link.name.name(lang),
            link.interface or wording.NONE,
            wording.rate_text(link.capacity_bps, lang),
            wording.rate_text(link.in_p95_bps, lang),
            wording.rate_text(link.out_p95_bps, lang),
            wording.size_text(link.in_octets, lang),
            wording.size_text(link.out_octets, lang),
            wording.day_text(link.full_by, lang),
        ]
        for link in shown
    ]
    tables = [table("backbone", lang, rows, note=note)] if rows else []
    charts = [chart] if (chart := drawing.use(shown, lang)) else []
    return Section(wording.heading("backbone", lang), tables, charts, [wording.history_text(report, lang)])


def _worst(report: Report, lang: Lang) -> Section | None:
    known = {site.site: site for site in report.sites}
    sites: Sequence[SiteFigures] = [known[site] for site in report.worst if site in known]
    if len(report.sites) < 2:
        return None
    rows = [
        [
            site.name.name(lang),
            wording.share_text(site.promised.share, lang),
            wording.length_text(site.promised.down_us, lang),
            number_text(site.outages, lang),
        ]
        for site in sites
    ]
    return _of(report, "worst", lang, rows)


def _earlier(report: Report, lang: Lang) -> Section:
    kept, missed = wording.kept_and_missed(report)
    now = EarlierFigures(report.period, report.promised, len(report.outages), kept, missed)
    only = EARLIER_OF_OPERATOR if report.scope.kind == "operator" else tuple(COLUMNS["earlier"])
    rows = [_period(each, lang)[: len(only)] for each in (now, *report.earlier)]
    return Section(wording.heading("earlier", lang), [table("earlier", lang, rows, only=only)])


def _period(each: EarlierFigures, lang: Lang) -> list[str]:
    name = wording.period_text(each.period, lang)
    if each.promised is None:
        return [name, *[wording.NONE] * 4]
    counts = (number_text(count, lang) for count in (each.outages, each.kept, each.missed))
    return [name, wording.share_text(each.promised.share, lang), *counts]


def _excused(report: Report, lang: Lang) -> Section:
    times = [(site, time) for site in report.sites for time in site.excused]
    shown, note = most("excused", times, lambda each: each[1].begins_utc - each[1].ends_utc, lang)
    rows = [
        [
            site.name.name(lang),
            *wording.stretch_texts(time.begins_utc, time.ends_utc, lang),
            reason_text(time.why, lang),
        ]
        for site, time in shown
    ]
    empty = tr(lang, "There was no such time.")
    return Section(wording.heading("excused", lang), [table("excused", lang, rows, note, empty)], annex=True)


def _unseen(report: Report, lang: Lang) -> Section:
    shown, note = most("unseen", report.unseen, lambda time: time.begins_utc - time.ends_utc, lang)
    rows = [
        [
            wording.unseen_text(time, lang),
            *wording.stretch_texts(time.begins_utc, time.ends_utc, lang),
            reason_text(time.why, lang),
        ]
        for time in shown
    ]
    empty = tr(lang, "The monitor saw everything.")
    return Section(wording.heading("unseen", lang), [table("unseen", lang, rows, note, empty)], annex=True)


def _stage(row: StageFigures, lang: Lang) -> list[str]:
    counts = (row.came, row.in_time, row.late, row.open)
    return [digits(row.level, lang), row.title.name(lang), *(number_text(count, lang) for count in counts)]


def _of(report: Report, key: str, lang: Lang, rows: Sequence[Sequence[str]], *, annex: bool = False) -> Section | None:
    return Section(wording.heading(key, lang), [table(key, lang, rows)], annex=annex) if rows else None
