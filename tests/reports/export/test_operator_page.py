"""The report that is sent to an operator: its own links, its limit, who was notified; nothing of the office's own."""

from dataclasses import replace

import pytest

from monitor.i18n.languages import languages, lookup
from monitor.reports.export import as_html, as_xlsx
from monitor.reports.export.as_pdf import render as as_pdf
from monitor.reports.export.columns import TABS
from monitor.reports.export.laying_out import laid_out
from monitor.reports.headings import TABLES
from tests.reports.example_report import HOUR, OUTAGES, operator_report
from tests.reports.export.page_text import said_on
from tests.reports.export.pdf_text import text_of
from tests.reports.export.workbooks import sheets

INTERNAL = ("tickets", "stages", "charter", "power", "groups")


def test_it_says_in_a_sentence_how_many_outages_were_beyond_the_limit_and_by_how_long() -> None:
    assert laid_out(operator_report(), "en").summary == (
        "3 sites: up for 98.64% of service hours, 3 outages; "
        "2 outages beyond the operator's limit, by 2:01 (hours and minutes) in all."
    )


def test_each_outage_beyond_the_limit_says_by_how_long_and_who_was_notified_when() -> None:
    (late,) = [section for section in laid_out(operator_report(), "en").sections if "beyond" in section.title]
    (table,) = late.tables
    assert [row[0] for row in table.rows] == ["101", "102"]
    first = table.rows[0]
    assert first[4:6] == ["8:00", "2:00"]
    assert first[7] == ("ICT officer of the upazila at 02/11/2026 12:03 (e-mail), Fiber@Home at 02/11/2026 18:00 (SMS)")


@pytest.mark.parametrize("lang", languages())
def test_nothing_of_the_offices_own_promises_and_tickets_is_in_it(lang: str) -> None:
    titles = [section.title for section in laid_out(operator_report(), lang).sections]
    for key in INTERNAL:
        assert lookup(lang, TABLES[key]) not in titles
    tabs = list(sheets(as_xlsx.render(operator_report(), lang)))
    assert len(tabs) == 10
    assert not {lookup(lang, TABS[key]) for key in INTERNAL} & set(tabs)
    assert all("12,345" not in text and "১২,৩৪৫" not in text for text in said_on(laid_out(operator_report(), lang)))


def test_the_workbook_has_the_sites_that_failed_again_and_again() -> None:
    outages = [replace(OUTAGES[0], number=number) for number in range(3)]
    made = as_xlsx.render(replace(operator_report(), outages=outages), "en")
    (row,) = sheets(made)["Again and again"][1:]
    assert [row[column].value for column in "ABCD"] == ["pop-bheramara", "Bheramara PoP (backbone)", 3, 3]
    assert [row[column].us for column in "EF"] == [24 * HOUR, 6 * HOUR]
    assert sheets(as_xlsx.render(operator_report(), "en"))["Again and again"][1:] == []


def test_it_can_be_sent_as_pdf_and_as_html() -> None:
    said = " ".join(text_of(as_pdf(operator_report(), "en")).replace("\u200b", "").split())
    assert "To Fiber@Home: this is what Upazila office, Bheramara, Kushtia measured" in said
    assert "Please answer with the cause of each outage" in said
    assert b"Fiber@Home" in as_html.render(operator_report(), "bn")
