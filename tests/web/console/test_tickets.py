"""The lists of tickets: what stands in them for whom, acts on several at once, and the table that is taken away."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import select

from monitor.store.models import Act, Ticket
from tests.web.console.cases import CENTRE, COMPLAINT, NAME, OUTAGE, PHONE, WORDS, late, register
from tests.web.console.visits import FAR, OFFICER, VIEWER, Visits
from tests.web.desk import Desk


@pytest.fixture
def visits(office: Desk) -> Iterator[Visits]:
    late(office)
    with Visits(office) as made:
        yield made


def states(visits: Visits) -> dict[str, str]:
    with visits.desk.store.read() as session:
        return {ticket.number: ticket.state for ticket in session.scalars(select(Ticket))}


def version(visits: Visits, number: str) -> int:
    with visits.desk.store.read() as session:
        return session.scalars(select(Ticket.version).where(Ticket.number == number)).one()


def test_the_list_has_each_ticket_with_its_place_its_state_and_how_long_it_has(visits: Visits) -> None:
    page = visits.get("/tickets")
    assert page.status == 200
    for each in (COMPLAINT, OUTAGE, f"/sites/{CENTRE}", "stage 1", "working days left", WORDS):
        assert each in page.text
    assert "No ticket is waiting" in visits.get("/tickets?tab=waiting").text
    assert COMPLAINT in visits.get("/tickets?tab=late").text
    assert COMPLAINT not in visits.get("/tickets?tab=stages&stage=2").text


def test_a_viewer_reads_no_requesters_words_and_gets_no_boxes_to_tick(visits: Visits) -> None:
    visits.visitor = VIEWER
    page = visits.get("/tickets?q=%E0%A6%B0%E0%A6%B9%E0%A6%BF%E0%A6%AE%E0%A6%BE")
    assert COMPLAINT not in page.text
    page = visits.get("/tickets")
    assert COMPLAINT in page.text
    for hidden in (NAME, WORDS, PHONE, "checkbox"):
        assert hidden not in page.text


def test_who_is_of_elsewhere_sees_none_and_can_act_on_none(visits: Visits) -> None:
    visits.visitor = FAR
    assert COMPLAINT not in visits.get("/tickets").text
    done = visits.post("/tickets", {"do": "ack", "pick": f"{COMPLAINT}@{version(visits, COMPLAINT)}"})
    assert (done.status, COMPLAINT in done.toast) == (303, True)
    assert states(visits)[COMPLAINT] == "open"


def test_fifty_stand_on_a_page_and_the_next_page_goes_on_where_it_ends(visits: Visits) -> None:
    for _ in range(55):
        register(visits.desk)
    first = visits.get("/tickets")
    assert first.text.count("data-row") == 50
    link = first.text.partition('href="/tickets?tab=all&amp;after=')[2].partition('"')[0]
    second = visits.get(f"/tickets?tab=all&after={link}")
    assert second.text.count("data-row") == 7
    assert visits.get("/tickets?after=nonsense").status == 200


def test_those_that_are_ticked_are_acknowledged_and_what_changed_meanwhile_is_named(visits: Visits) -> None:
    old = version(visits, OUTAGE) - 1
    picked = [("pick", f"{COMPLAINT}@{version(visits, COMPLAINT)}"), ("pick", f"{OUTAGE}@{old}")]
    done = visits.post("/tickets", [*picked, ("do", "ack"), ("tab", "late")])
    assert (done.status, done.location) == (303, "/tickets?tab=late")
    assert done.toast == f"1 ticket acknowledged. Not possible, or changed meanwhile: {OUTAGE}"
    assert states(visits) == {COMPLAINT: "acknowledged", OUTAGE: "open"}


def test_a_comment_goes_into_each_whatever_happened_meanwhile_and_not_without_words(visits: Visits) -> None:
    picked = [("pick", f"{number}@1") for number in (COMPLAINT, OUTAGE)]
    assert visits.post("/tickets", [*picked, ("do", "comment"), ("text", "")]).status == 422
    done = visits.post("/tickets", [*picked, ("do", "comment"), ("text", "লাইনম্যান আসছেন")])
    assert done.toast == "The comment stands in 2 tickets."
    assert "লাইনম্যান আসছেন" in visits.get(f"/tickets/{OUTAGE}").text


def test_the_part_that_is_fetched_again_by_itself_holds_no_text_in_which_somebody_may_be_typing(visits: Visits) -> None:
    page = visits.get("/tickets?tab=late&part=list")
    assert page.text.lstrip().startswith('<div id="list"')
    assert "<textarea" not in page.text


def test_nothing_ticked_and_nothing_known_do_nothing(visits: Visits) -> None:
    assert "tick the tickets first" in visits.post("/tickets", {"do": "ack"}).toast
    assert visits.post("/tickets", {"do": "close", "pick": f"{COMPLAINT}@1"}).status == 404
    assert visits.post("/tickets", {"do": "ack", "pick": COMPLAINT}, csrf="forged").status == 403
    assert states(visits) == {COMPLAINT: "open", OUTAGE: "open"}


def test_those_that_are_ticked_are_printed_each_as_a_letter(visits: Visits) -> None:
    picked = [("pick", f"{number}@1") for number in (COMPLAINT, OUTAGE)]
    sent = visits.post("/tickets", [*picked, ("do", "print")])
    page = visits.get(sent.location)
    assert page.text.count("letterhead") == 2
    assert page.text.count("signature") == 2
    assert visits.get(f"/tickets/print?n={COMPLAINT}&n=BHR-2026-009999").status == 404
    assert visits.get("/tickets/print").status == 404


@pytest.mark.parametrize("personal", ["", "yes"])
def test_the_table_of_the_list_is_taken_away_with_names_only_when_asked_and_that_is_written_down(
    visits: Visits, personal: str
) -> None:
    page = visits.post("/tickets/export", {"tab": "late", "personal": personal})
    assert page.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(page.text.removeprefix("\ufeff"))))
    assert [row["Ticket"] for row in rows] == [COMPLAINT, OUTAGE]
    assert (NAME in page.text, WORDS in page.text) == (bool(personal), bool(personal))
    with visits.desk.store.read() as session:
        act = session.scalars(select(Act).where(Act.kind == "tickets.export")).one()
    assert (act.actor, act.via) == ("rahim", "console")
    assert act.after == {"filter": {"tab": "late"}, "rows": 2, "personal": bool(personal)}


def test_the_table_is_a_workbook_too_with_real_times_and_without_a_formula(visits: Visits) -> None:
    form = {"tab": "late", "personal": "yes", "format": "xlsx"}
    page = visits.post("/tickets/export", form)
    assert page.headers["content-disposition"].endswith('.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(page.content)).worksheets[0]
    heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    found = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [row["Ticket"] for row in found] == [COMPLAINT, OUTAGE]
    assert all(isinstance(row["Received"], datetime) and isinstance(row["Stage"], int) for row in found)
    assert NAME in {row["From"] for row in found}
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_a_viewer_gets_the_table_without_names_even_if_asked_for(visits: Visits) -> None:
    visits.visitor = VIEWER
    page = visits.post("/tickets/export", {"tab": "all", "personal": "yes"})
    assert (page.status, NAME in page.text) == (200, False)


def test_in_bangla_the_list_has_no_english_words_and_bangla_digits(visits: Visits) -> None:
    visits.visitor = replace(OFFICER, lang="bn")
    assert "কার্যদিবস বাকি" in visits.get("/tickets").text
