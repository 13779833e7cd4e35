"""The page Calendar: months and years with the reason of each day, and orders whose effects are seen first."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.cases.calendar_orders import orders_in_force
from monitor.settings.calendar_order import OrderedChange
from tests.web.signed_in import SignedIn
from tests.web.world import World, world

ORDER = {
    "what": "closed",
    "date": "2026-12-08",
    "en": "The moon",
    "order": "42",
    "dated": "2026-11-01",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("calendar")) as made:
        yield made


def in_force(office: World) -> tuple[OrderedChange, ...]:
    with office.desk.store.read() as session:
        return orders_in_force(session)


def test_a_month_says_of_each_day_why_it_is_closed(office: World) -> None:
    page = SignedIn(office, "viewer").get("/calendar?month=2026-12&lang=en").text
    assert '<td class="holiday" title="Victory Day (general holiday)"><b>16</b>' in page
    assert page.count('<td class="open') == 22
    assert "22 working days" in page


@pytest.mark.parametrize("asked", ["month=2026-13", "month=x", "year=99999", "year=0", "month=0001-01", "month="])
def test_a_month_that_there_is_not_is_this_month(office: World, asked: str) -> None:
    answer = SignedIn(office, "viewer").get(f"/calendar?{asked}&lang=en")
    assert answer.status == 200
    assert "November 2026" in answer.text


def test_a_year_has_twelve_months_and_says_what_is_an_estimate(office: World) -> None:
    page = SignedIn(office, "viewer").get("/calendar?year=2027&lang=bn").text
    assert page.count('<table class="month small">') == 12
    assert "holiday estimated" in page
    assert "২০২৭ সালের সরকারি ছুটির তালিকা আসেনি" in page


def test_an_order_is_seen_first_entered_by_confirming_and_undone_by_another(office: World) -> None:
    someone = SignedIn(office, "programmer")
    tried = someone.get("/calendar/order", **ORDER, lang="en")
    assert tried.status == 200
    assert "It moves" in tried.text
    assert "The moon (order 42 of 01/11/2026)" in tried.text
    assert in_force(office) == ()

    version = re.findall(r'name="version" value="(\d+)"', tried.text)[0]
    done = someone.post("/calendar/order", **ORDER, version=version)
    assert (done.status, done.headers["location"]) == (303, "/calendar?month=2026-12")
    assert [order.en for order in in_force(office)] == ["The moon"]

    # Whoever looked before that order cannot enter one by what they saw.
    assert someone.post("/calendar/order", **{**ORDER, "date": "2026-12-09"}, version=version).status == 409

    undo = {"what": "undo", "undoes": "1", "order": "43", "dated": "2026-11-02"}
    version = re.findall(r'name="version" value="(\d+)"', someone.get("/calendar/order", **undo).text)[0]
    assert someone.post("/calendar/order", **undo, version=version).status == 303
    assert in_force(office) == ()
    listed = someone.get("/calendar?lang=en").text
    assert "undone by 2" in listed


def test_the_page_names_who_gets_a_letter_by_an_order_that_moves_deadlines(office: World) -> None:
    today = office.desk.clock.utc().date()
    span = {"date": "", "first": str(today), "last": str(today + timedelta(days=90))}
    page = SignedIn(office, "programmer").get("/calendar/order", **{**ORDER, **span}, lang="en").text
    named = page.partition("Who gets a letter about it")[2].partition("</ul>")[0]
    officer = office.desk.office.charter.officer("responsible")
    assert officer.name("en") in named
    assert page.count("Nobody: no deadline") == 0


def test_what_is_wrong_is_said_in_the_form_and_what_was_typed_stays(office: World) -> None:
    answer = SignedIn(office, "programmer").get("/calendar/order", **{**ORDER, "date": "2026-02-30"}, lang="en")
    assert answer.status == 422
    assert "&#39;2026-02-30&#39; is not a date" in answer.text
    assert 'value="The moon"' in answer.text


def test_an_order_of_whoever_is_in_charge_of_one_union_is_refused(office: World) -> None:
    before = in_force(office)
    answer = SignedIn(office, "far-programmer").post("/calendar/order", **ORDER)
    assert answer.status == 403
    assert in_force(office) == before


def test_the_calendar_is_given_out_as_a_file(office: World, tmp_path: Path) -> None:
    answer = SignedIn(office, "programmer").get("/calendar/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="calendar.toml"'
    assert answer.text.startswith('rule = "first-day-excluded"\n')
