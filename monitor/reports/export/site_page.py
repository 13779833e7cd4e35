"""Lay the report of one site out on a single page, for the head of a school or who runs a centre. Pure."""

from monitor.domain.message import N_
from monitor.i18n.catalogue import tr, trn
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.reasons import reason_text
from monitor.reports import wording
from monitor.reports.export import drawing
from monitor.reports.export.pages import Pages, Section
from monitor.reports.export.tables import accounting, most, outage_texts, table
from monitor.reports.headings import COLUMNS
from monitor.reports.report import Report, SiteFigures

OUTAGES = ("began", "ended", "length", "counted", "cause", "kept", "ticket")
"""The columns that a page has room for."""
CHARTER = ("name", "target", "kept", "missed", "open", "last_missed")
ON_A_PAGE = {"outages": 8, "excused": 3, "charter": 6}
"""How many rows each table of the page has at most."""
LAB = N_("The computer lab")
PROMISED = N_("What was promised, and kept")


def site_page(report: Report, site: SiteFigures, lang: Lang) -> Pages:
    """Return the page of a site: its time, its lab, each outage, what was promised and kept."""
    found = [
        accounting(report, lang),
        drawing.times(report, lang),
        _lab(site, lang) if site.workstations else None,
        _outages(report, lang),
        _excused(site, lang) if site.excused else None,
        _kept(report, lang),
    ]
    about = [wording.kind_text(site.kind, lang), wording.union_text(report, site.union, lang), site.operator]
    return Pages(
        lang,
        report.office.name(lang),
        tr(lang, "{site}: {period}", site=site.name.name(lang), period=wording.period_text(report.period, lang)),
        " · ".join(text for text in about if text and text != wording.NONE),
        wording.edition_text(report, lang),
        wording.summary(report, lang),
        [section for section in found if section is not None],
        (),
        report.page,
        tr(lang, "How the connections are now, and how to complain:"),
        single=True,
    )


def _lab(site: SiteFigures, lang: Lang) -> Section:
    count = trn(lang, "The lab has {count} computer.", "The lab has {count} computers.", site.workstations)
    if site.used_us is None:
        used = tr(lang, "How long they were in use is not known.")
    else:
        length = wording.length_text(site.used_us, lang)
        used = tr(lang, "At least one of them was on for {length} (hours and minutes).", length=length)
    return Section(lookup(lang, LAB), paragraphs=[f"{count} {used}"])


def _outages(report: Report, lang: Lang) -> Section:
    shown, note = most("outages", report.outages, lambda outage: -outage.counted_us, lang, ON_A_PAGE["outages"])
    rows = [[outage_texts(outage, lang)[column] for column in OUTAGES] for outage in shown]
    empty = tr(lang, "No outage in this time.")
    return Section(tr(lang, "Outages"), [table("outages", lang, rows, note, empty, OUTAGES)])


def _excused(site: SiteFigures, lang: Lang) -> Section:
    shown, note = most(
        "excused", site.excused, lambda time: time.begins_utc - time.ends_utc, lang, ON_A_PAGE["excused"]
    )
    rows = [
        [*wording.stretch_texts(time.begins_utc, time.ends_utc, lang), reason_text(time.why, lang)] for time in shown
    ]
    only = ("began", "ended", "length", "why")
    return Section(wording.heading("excused", lang), [table("excused", lang, rows, note, only=only)])


def _kept(report: Report, lang: Lang) -> Section:
    concerned = [row for row in report.charter if row.kept or row.missed or row.open]
    places = [list(COLUMNS["charter"]).index(column) for column in CHARTER]
    rows = [[wording.charter_texts(row, lang)[place] for place in places] for row in concerned]
    empty = tr(lang, "No promise of the charter fell due.")
    return Section(lookup(lang, PROMISED), [table("charter", lang, rows[: ON_A_PAGE["charter"]], "", empty, CHARTER)])
