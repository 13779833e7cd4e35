"""Each page is about one office: the one that is named, that of the form, the chosen one, the one before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.domain.sample import Verdict
from monitor.store.models import SiteNote, Ticket
from tests.web.console.offices_desk import visited
from tests.web.console.visits import Visits
from tests.web.desk import Desk, office

__all__ = ["office"]


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    with visited(tmp_path) as (found, _):
        yield found


def cookie(header: str) -> str:
    return header.partition(";")[0]


def test_an_office_is_chosen_once_and_its_pages_have_its_sites_alone(visits: Visits) -> None:
    first = visits.get("/sites").text
    assert "/sites/udc-juniadaha" in first
    assert "mirpur.udc" not in first
    chosen = visits.get("/sites?office=mirpur")
    assert "/sites/mirpur.udc" in chosen.text
    assert "udc-juniadaha" not in chosen.text
    assert "Upazila Office, Mirpur" in chosen.text
    visits.cookies = cookie(chosen.headers["set-cookie"])
    again = visits.get("/sites")
    assert "/sites/mirpur.udc" in again.text
    assert "set-cookie" not in again.headers
    # A word that is no office changes nothing.
    assert "/sites/mirpur.udc" in visits.get("/sites?office=nowhere").text


def test_a_link_of_a_letter_leads_to_the_office_that_it_names(visits: Visits) -> None:
    desk = visits.desk
    desk.goes_down("gangni.udc")
    desk.clock.advance(40 * 86_400)
    desk.round("gangni.udc", Verdict.FAILED)
    with desk.store.read() as session:
        (number,) = session.scalars(select(Ticket.number))
    assert number.startswith("GNG-")
    letter = visits.get(f"/tickets/{number}")
    assert letter.status == 200
    assert "Upazila Office, Gangni" in letter.text
    # A site names its office too, and that is kept for the pages that follow.
    page = visits.get("/sites/mirpur.udc")
    assert "Upazila Office, Mirpur" in page.text
    assert cookie(page.headers["set-cookie"]).endswith("=mirpur")
    visits.cookies = cookie(page.headers["set-cookie"])
    assert "Bheramara" in visits.get("/sites/udc-juniadaha").text


def test_a_form_of_a_page_left_open_acts_in_its_own_office(visits: Visits) -> None:
    form = visits.get("/tickets/new?office=mirpur").form("/tickets/new")
    assert form["office"] == "mirpur"
    visits.cookies = "upazila-office=gangni"  # chosen meanwhile in another tab
    fields = {**form, "service": "citizen:8", "way": "phone", "text": "No internet", "asker": "A teacher"}
    answer = visits.post("/tickets/new", fields)
    assert "/tickets/MIR-" in answer.location, answer.text[:2_000]


def test_a_note_belongs_to_its_office_and_another_office_does_not_see_it(visits: Visits) -> None:
    assert visits.post("/sites/mirpur.udc/note", {"text": "Key at the shop"}).status == 303
    with visits.desk.store.read() as session:
        assert [(row.office, row.site) for row in session.scalars(select(SiteNote))] == [("mirpur", "mirpur.udc")]


def test_an_office_that_stands_alone_has_no_word_of_offices(office: Desk) -> None:
    with Visits(office) as visits:
        page = visits.get("/?office=mirpur")
        assert "/offices" not in page.text
        assert 'name="office"' not in page.text
        assert "set-cookie" not in page.headers
        assert visits.get("/offices").status == 404
