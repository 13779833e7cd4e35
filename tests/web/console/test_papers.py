"""A ticket is a letter and the charter a sheet, as PDF by a button, as far as its reader may see."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.message import message
from monitor.reports.export.faults import CannotRender
from monitor.reports.export.typesetting import Document
from monitor.store.work import Work
from monitor.web.papers import Papers
from tests.reports.export.pdf_text import facts_of, words_of
from tests.web.console.visits import FAR, OFFICER, VIEWER, Visits
from tests.web.desk import Desk


@pytest.fixture
def number(office: Desk) -> str:
    with office.store.write() as session:
        work = Work(session, office.office, office.clock.utc(), "rahim")
        request = Request("citizen:8", "phone", "Rahima", "No line since morning", work.now_utc, site="udc-juniadaha")
        return actions.register(work, request).number


@pytest.fixture
def visits(office: Desk) -> Iterator[Visits]:
    with Visits(office) as made:
        yield made


def test_a_ticket_is_a_letter_with_the_requester_for_an_officer_alone(visits: Visits, number: str) -> None:
    page = visits.get(f"/tickets/{number}").text
    assert f'href="/tickets/{number}/letter"' in page
    letter = visits.get(f"/tickets/{number}/letter")
    assert (letter.status, letter.headers["content-type"]) == (200, "application/pdf")
    assert letter.headers["content-disposition"] == f'attachment; filename="{number}.en.pdf"'
    assert facts_of(letter.content)["Page size"].endswith("(A4)")
    assert {number, "Rahima,", "morning"} <= words_of(letter.content)

    visits.visitor = VIEWER
    seen = words_of(visits.get(f"/tickets/{number}/letter").content)
    assert number in seen
    assert not {"Rahima", "Rahima,", "morning"} & seen
    visits.visitor = FAR
    assert visits.get(f"/tickets/{number}/letter").status == 404
    visits.visitor = replace(OFFICER, session_id=None)
    assert visits.get(f"/tickets/{number}/letter").status == 303, "setting a letter is work: it needs a name"
    assert f'href="/tickets/{number}/letter"' not in visits.get(f"/tickets/{number}").text


def test_the_charter_is_a_sheet_of_either_size(visits: Visits) -> None:
    page = visits.get("/charter?span=month").text
    assert 'href="/charter/sheet?span=month&amp;paper=a4"' in page
    for paper, width in (("a3", "1190"), ("a4", "841")):
        sheet = visits.get(f"/charter/sheet?span=month&paper={paper}")
        assert sheet.headers["content-disposition"] == f'attachment; filename="charter-{paper}.en.pdf"'
        assert facts_of(sheet.content)["Page size"].startswith(width)


def test_why_there_is_no_letter_is_said(office: Desk, number: str) -> None:
    def fails(document: Document) -> bytes:
        raise CannotRender(message("PDF needs the package typst"))

    office.papers = Papers(fails)
    with Visits(office) as visits:
        answer = visits.get(f"/tickets/{number}/letter")
    assert answer.status == 503
    assert "PDF needs the package typst" in answer.text
