"""The report of one site is one page, whatever happened there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.reasons import Names, ReasonCode, reason
from monitor.i18n.languages import BOTH, Lang
from monitor.reports.export import as_html, as_pdf
from monitor.reports.export.laying_out import laid_out
from monitor.reports.export.site_page import ON_A_PAGE
from monitor.reports.report import ExcusedTime, Report, ReportScope
from tests.reports.example_report import HOUR, OUTAGES, SITES, at, example
from tests.reports.export.page_text import said_on
from tests.reports.export.pdf_text import facts_of, structure_of, text_of, words_of

OUTAGES_IN = {"bn": "বিঘ্ন", "en": "Outages"}
PAGE = "https://status.bheramara.example/"


def report_of_site(place: int) -> Report:
    site = SITES[place]
    return replace(
        example(),
        scope=ReportScope("site", site.site, site.name),
        sites=[site],
        promised=site.promised,
        always=site.always,
        outages=[outage for outage in OUTAGES if site.site in (outage.site, *outage.affected)],
        page=PAGE,
    )


def busy() -> Report:
    """A site with a long name, and more of everything than a page can bear."""
    found = report_of_site(2)
    names = Names("অত্যন্ত দীর্ঘ নামের মাধ্যমিক বালিকা বিদ্যালয় ও কলেজ " * 3, "A school with a very long name " * 4)
    excused = [
        ExcusedTime(at(day), at(day, 5), reason(ReasonCode.OUTSIDE_HOURS, hours="09:00–17:00")) for day in range(1, 29)
    ]
    cause = reason(ReasonCode.UPS_ON_BATTERY, since=at(1))
    outages = [
        replace(
            OUTAGES[1], number=n, site="lab-01", started_utc=at(1) + timedelta(hours=n), counted_us=n * HOUR, why=cause
        )
        for n in range(60)
    ]
    site = replace(found.sites[0], name=names, excused=excused)
    return replace(
        found, scope=replace(found.scope, name=names), sites=[site], outages=outages, charter=[*found.charter] * 9
    )


@pytest.mark.parametrize("lang", BOTH)
def test_even_a_busy_month_is_one_page_and_says_what_it_leaves_out(lang: Lang) -> None:
    pdf = as_pdf.render(busy(), lang)
    assert facts_of(pdf)["Pages"] == "1"
    outages = next(section for section in laid_out(busy(), lang).sections if section.title == OUTAGES_IN[lang]).tables[
        0
    ]
    assert len(outages.rows) == ON_A_PAGE["outages"]
    assert set(outages.note.split()) <= words_of(pdf)


@pytest.mark.parametrize("lang", BOTH)
def test_it_has_the_lab_its_use_the_promises_and_the_way_to_the_public_page(lang: Lang) -> None:
    report = report_of_site(2)
    pdf, pages = as_pdf.render(report, lang), laid_out(report, lang)
    assert {word for text in said_on(pages) for word in text.split() if word.isalnum()} <= words_of(pdf)
    lab = next(section for section in pages.sections if section.paragraphs)
    assert {"en": "17 computers. At least one of them was on for 61:00", "bn": "৬১:০০"}[lang] in lab.paragraphs[0]
    assert PAGE in text_of(pdf).replace("\u200b", "").replace("\n", "")
    assert "Figure" in structure_of(pdf), "the code has its address as a text"
    assert PAGE in as_html.render(report, lang).decode()


def test_without_a_public_page_there_is_no_code_and_without_a_lab_no_lab() -> None:
    report = replace(report_of_site(1), page="")
    pdf = as_pdf.render(report, "en")
    assert "Figure" not in structure_of(pdf)
    assert "<svg xmlns" not in as_html.render(report, "en").decode()
    assert "The computer lab" not in text_of(pdf)


def test_where_the_use_of_the_lab_is_not_known_it_is_said() -> None:
    assert "8 computers. How long they were in use is not known." in " ".join(
        said_on(laid_out(report_of_site(3), "en"))
    )
