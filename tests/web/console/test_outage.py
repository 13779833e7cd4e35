"""Telling the public of an outage, and letting it count against nobody, each on one screen that says what it does."""

from collections.abc import Iterator

import pytest

from monitor.store.models import Act, Outage
from tests.web.console.visits import FAR, OFFICER, PROGRAMMER, VIEWER, Visits
from tests.web.desk import Desk

HERE = "/outages/1"


@pytest.fixture
def visits(office: Desk) -> Iterator[Visits]:
    office.goes_down("udc-juniadaha")
    with Visits(office) as made:
        yield made


def stored(visits: Visits) -> Outage:
    with visits.desk.store.read() as session:
        return session.get_one(Outage, 1)


def test_an_officer_tells_the_public_and_takes_it_back(visits: Visits) -> None:
    page = visits.get(HERE)
    assert "nobody but officers sees it" in page.text, "where there is no public page, that is said before"
    done = visits.post(f"{HERE}/note", {**page.form(f"{HERE}/note"), "text": "দল রওনা হয়েছে"})
    assert (done.status, done.location, done.toast) == (303, HERE, "The public page says so now")
    assert stored(visits).note == "দল রওনা হয়েছে"
    again = visits.get(HERE)
    assert "<blockquote>দল রওনা হয়েছে</blockquote>" in again.text
    visits.post(f"{HERE}/note", {"version": again.form(f"{HERE}/note")["version"], "text": ""})
    assert stored(visits).note == ""


def test_who_was_slower_loses_no_word_and_sees_both_versions(visits: Visits) -> None:
    drawn = visits.get(HERE).form(f"{HERE}/note")
    visits.post(f"{HERE}/note", {**drawn, "text": "first"})
    late = visits.post(f"{HERE}/note", {**drawn, "text": "second, typed for minutes"})
    assert late.status == 409
    assert "second, typed for minutes" in late.text
    assert stored(visits).note == "first"
    # The way back leads to the form.
    assert visits.get(f"{HERE}/note").status == 200


def test_only_a_programmer_lets_it_count_against_nobody_and_sees_before_what_that_does(visits: Visits) -> None:
    assert "A programmer may let it count against nobody." in visits.get(HERE).text
    assert visits.post(f"{HERE}/excuse", {"why": "announced", "version": "1"}).status == 403
    visits.visitor = PROGRAMMER
    page = visits.get(HERE)
    assert "It opens no ticket, and is in no record of promises kept." in page.text
    done = visits.post(f"{HERE}/excuse", {**page.form(f"{HERE}/excuse"), "why": "It was announced"})
    assert (done.status, stored(visits).excuse, stored(visits).excused_by) == (303, "It was announced", "karim")
    back = visits.get(HERE).form(f"{HERE}/excuse")
    assert visits.post(f"{HERE}/excuse", back).status == 303
    assert stored(visits).excuse == ""
    with visits.desk.store.read() as session:
        assert [(act.kind, act.actor, act.via) for act in session.query(Act)] == [
            ("outage.excuse", "karim", "console")
        ] * 2


def test_a_viewer_reads_and_writes_nothing_and_who_is_elsewhere_does_not_know_of_it(visits: Visits) -> None:
    visits.visitor = VIEWER
    page = visits.get(HERE)
    assert page.status == 200
    assert "<textarea" not in page.text
    assert visits.post(f"{HERE}/note", {"text": "x", "version": "1"}).status == 403
    visits.visitor = FAR
    assert visits.get(HERE).status == visits.post(f"{HERE}/note", {"text": "x", "version": "1"}).status == 404
    assert stored(visits).note == ""


def test_a_note_that_is_no_sentence_is_refused_and_not_lost(visits: Visits) -> None:
    refused = visits.post(f"{HERE}/note", {"text": "…", "version": "1"})
    assert refused.status == 422
    long = visits.post(f"{HERE}/note", {"text": "x" * 600, "version": "1"})
    assert (long.status, "x" * 600 in long.text) == (422, True)


@pytest.mark.parametrize("id_", ["2", "0", "x", "-1", "1e3", "99999999999", "%E0%A7%A7"])
def test_an_outage_that_never_was_is_not_found(visits: Visits, id_: str) -> None:
    assert visits.get(f"/outages/{id_}").status == 404


def test_now_and_the_site_lead_there(visits: Visits) -> None:
    visits.visitor = OFFICER
    for page in ("/", "/sites/udc-juniadaha"):
        assert f'href="{HERE}"' in visits.get(page).text
