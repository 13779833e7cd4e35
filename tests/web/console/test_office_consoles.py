"""Each page is about one office: the one that is named, that of the form, the chosen one, the one before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases import editions, report_schedule
from monitor.alerts.cases.editions import Wanted
from monitor.alerts.cases.report_schedule import MonthlyReport
from monitor.alerts.notices.lease import lease_next
from monitor.alerts.notices.render import render
from monitor.domain.edition_states import EditionState
from monitor.domain.roles import Role
from monitor.domain.sample import Verdict
from monitor.judging.snmp import SnmpState
from monitor.settings.installation import Installation
from monitor.settings.reports_section import Reports
from monitor.store.models import SiteNote, Ticket
from monitor.store.work import Work
from monitor.web.console.stream import concerns
from tests.told import said
from tests.web.console.offices_desk import SEES, SITE, OfficesDesk, marks_of, visited, with_a_ticket_each, with_people
from tests.web.console.visits import OFFICER, Visits
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
    # One that is not there is not there; as a kept choice it is none.
    assert visits.get("/sites?office=nowhere").status == 404
    visits.cookies = "upazila-office=nowhere"
    assert "/sites/udc-juniadaha" in visits.get("/sites").text


def test_an_address_with_two_offices_leads_to_neither_and_chooses_none(visits: Visits) -> None:
    refused = visits.get("/sites?office=mirpur&office=gangni")
    assert refused.status == 400
    assert "office: is given twice, with two values. Expected one" in refused.text
    assert "set-cookie" not in refused.headers
    # What a page takes several of is no fault.
    visits.desk.goes_down("mirpur.udc")
    visits.visitor = OFFICER
    assert visits.get("/maintenance/new?site=mirpur.udc&site=mirpur.pop&office=mirpur").status == 200


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


@pytest.mark.parametrize("chosen", ["", *SITE, "nowhere"])
def test_the_link_to_a_report_in_a_letter_opens_it_whichever_office_its_reader_has_chosen(
    visits: Visits, chosen: str
) -> None:
    desk = visits.desk
    mirpur = desk.live.offices.office("mirpur")
    home = mirpur.mail.model_copy(update={"page_url": "https://ict.example.org/"})
    mirpur = replace(mirpur, mail=home, reports=Reports(recipients=("responsible",)))
    with desk.store.of("mirpur").write() as session:
        work = Work(session, mirpur, desk.clock.utc())
        asked = editions.ask(work, Wanted("month", "2026-10", date(2026, 10, 1)), occasion="month-2026-10")
        asked.state, asked.number = EditionState.MADE, 1
        report_schedule.enqueue_letters(work, MonthlyReport.of_office(mirpur), asked.id, {"en": "October 2026"})
        letter = lease_next(work, "email")
    assert letter is not None
    (link,) = re.findall(r"https://ict\.example\.org(/\S+)", render(letter, "en").text)
    if chosen:
        visits.cookies = f"upazila-office={chosen}"
    page = visits.get(link)
    assert page.status == 200, link
    assert "Upazila Office, Mirpur" in page.text
    # Without the office it would be there for those alone who are in it.
    assert visits.get(link.partition("?")[0]).status == (200 if chosen == "mirpur" else 404)


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


@dataclass(frozen=True)
class Busy:
    """The three offices, each with a ticket."""

    visits: Visits
    installation: Installation
    numbers: dict[str, str]

    def as_of(self, node: str, role: Role = Role.PROGRAMMER) -> Visits:
        self.visits.visitor, self.visits.cookies = replace(OFFICER, node=node, role=role), ""
        return self.visits


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    with visited(tmp_path_factory.mktemp("offices")) as (visits, installation):
        assert isinstance(visits.desk, OfficesDesk)
        with_people(visits.desk, installation)
        yield Busy(visits, installation, with_a_ticket_each(visits.desk))


def notes(busy: Busy) -> list[tuple[str, str]]:
    with busy.visits.desk.store.read() as session:
        return [(row.office, row.text) for row in session.scalars(select(SiteNote).order_by(SiteNote.id))]


@pytest.mark.parametrize("node", SEES)
def test_a_user_of_a_place_reads_and_changes_the_offices_below_it_and_no_other(busy: Busy, node: str) -> None:
    visits = busy.as_of(node)
    for id_, site in SITE.items():
        mine = id_ in SEES[node]
        for path in (f"/sites?office={id_}", f"/sites/{site}", f"/tickets/{busy.numbers[id_]}"):
            assert visits.get(path).status == (200 if mine else 404), (node, path)
        visits.cookies = ""
        answer = visits.post(f"/sites/{site}/note", {"text": f"by somebody at {node}:", "office": id_})
        assert answer.status == (303 if mine else 404), (node, id_)
        assert ((id_, f"by somebody at {node}:") in notes(busy)) == mine
        asked = {"service": "citizen:8", "way": "phone", "text": "No internet", "asker": "A teacher", "office": id_}
        answer = visits.post("/tickets/new", asked)
        assert answer.status == (303 if mine else 404), (node, id_)
        comment = {"text": f"by somebody at {node}:", "office": id_, "action": "comment"}
        assert visits.post(f"/tickets/{busy.numbers[id_]}/comment", comment).status != 303 or mine


@pytest.mark.parametrize("node", SEES)
def test_a_form_of_an_office_elsewhere_acts_in_no_other_one_instead(busy: Busy, node: str) -> None:
    visits = busy.as_of(node)
    for id_ in SITE.keys() - SEES[node]:
        with visits.desk.store.read() as session:
            before = len(session.scalars(select(Ticket.id)).all())
        asked = {"service": "citizen:8", "way": "phone", "text": "No internet", "asker": "A teacher", "office": id_}
        assert visits.post("/tickets/new", asked).status == 404
        with visits.desk.store.read() as session:
            assert len(session.scalars(select(Ticket.id)).all()) == before


@pytest.mark.parametrize("node", SEES)
def test_the_tree_of_offices_begins_at_ones_own_place(busy: Busy, node: str) -> None:
    visits = busy.as_of(node)
    shown = visits.get("/offices")
    assert shown.status == (200 if SEES[node] else 404)
    assert {id_ for id_ in SITE if f"/?office={id_}" in shown.text} == SEES[node]
    below = {"": {"khulna", "kushtia", "meherpur"}, "khulna": {"khulna", "kushtia", "meherpur"}}.get(node, {node})
    for place in ("khulna", "kushtia", "meherpur", *SITE):
        seen = place in below or place in SEES[node]
        assert visits.get(f"/offices/{place}").status == (200 if seen else 404), (node, place)


@pytest.mark.parametrize("node", SEES)
def test_who_is_for_the_whole_sees_the_acts_that_concern_it_and_nobody_else_does(busy: Busy, node: str) -> None:
    """Such as users who were added by command: no office's chain has them."""
    visits = busy.as_of(node, Role.ADMIN)
    if SEES[node]:
        assert "user-khulna" not in visits.get("/audit").text
        page = visits.get("/audit?of=whole&verify=1").text
        assert ("user-khulna" in page) is (node == "")
        assert ('name="of"' in page) is (node == "")
        assert "The history is not whole" not in page
        assert ("user-khulna" in visits.post("/audit/export", {"of": "whole"}).text) is (node == "")


@pytest.mark.parametrize(
    "node", ["mirpur", "gone", *(pytest.param(each, marks=pytest.mark.long) for each in ("meherpur", "kushtia"))]
)
def test_no_page_that_can_be_reached_has_anything_of_offices_elsewhere(busy: Busy, node: str) -> None:
    visits = busy.as_of(node, Role.ADMIN)
    foreign = set().union(*(marks_of(busy.installation, id_) for id_ in SITE.keys() - SEES[node]))
    ahead, seen = ["/", "/me", "/health", "/audit", "/users", "/tokens", "/offices", "/calendar", "/public"], set[str]()
    while ahead:
        path = ahead.pop()
        page = visits.get(path)
        assert page.status in {200, 303, 404}, path
        found = {mark for mark in foreign if mark in page.content.decode("utf-8", "replace")}
        assert not found, (path, found)
        links = {
            unescape(each)
            for each in re.findall(r'(?:href|hx-get)="(/[^"#]*)', page.content.decode("utf-8", "replace"))
        }
        links |= {page.location} if page.location.startswith("/") else set()
        for link in links:
            kind = re.sub(r"[0-9]+", "0", link.partition("?")[0])
            if kind not in seen and not link.startswith(("/static", "/api", "/metrics")):
                seen.add(kind)
                ahead.append(link)
    assert len(seen) > 10


def test_an_open_page_is_not_told_of_what_changes_elsewhere(busy: Busy) -> None:
    live, installation = busy.visits.desk.live, busy.installation
    console = replace(busy.visits.console, installation_of=lambda: installation)
    assert live is console.live

    def told(node: str) -> set[str]:
        visitor = replace(OFFICER, node=node)
        names = [(id_, f"site:{site}") for id_, site in SITE.items()]
        names += [(id_, f"ticket:{number}") for id_, number in busy.numbers.items()]
        assert concerns(console, visitor, "users")
        return {id_ for id_, name in names if concerns(console, visitor, name)}

    assert {node: told(node) for node in SEES} == SEES


def test_the_monitors_own_page_says_to_a_part_nothing_of_the_whole(busy: Busy) -> None:
    whole, part = busy.as_of("").get("/health"), busy.as_of("mirpur").get("/health")
    assert "/health/copy" in whole.text
    assert "/health/copy" not in part.text
    assert busy.as_of("mirpur").post("/health/copy", {}).status == 403


def test_what_a_mail_server_said_of_any_offices_letters_is_for_the_whole_alone(busy: Busy) -> None:
    busy.visits.desk.live.mail_trouble = {"email": "mail.example.org: refused rahim@example.org"}
    assert "rahim@example.org" in busy.as_of("").get("/health").text
    page = busy.as_of("kushtia").get("/health").text
    assert "rahim@example.org" not in page


def test_devices_that_are_not_read_are_those_of_the_office_alone(busy: Busy) -> None:
    for site in SITE.values():
        busy.visits.desk.live.snmp[f"{site}/gateway"] = SnmpState("silent", said("no answer"))
    page = busy.as_of("mirpur").get("/health").text
    assert f"{SITE['mirpur']}/gateway" in page
    assert not [site for office, site in SITE.items() if office != "mirpur" and f"{site}/gateway" in page]


def test_an_office_that_stands_alone_has_no_word_of_offices(office: Desk) -> None:
    with Visits(office) as visits:
        page = visits.get("/?office=mirpur")
        assert "/offices" not in page.text
        assert 'name="office"' not in page.text
        assert "set-cookie" not in page.headers
        assert visits.get("/offices").status == 404
