"""A ticket's page: what it tells, what it says before each act, and that nobody loses words to somebody faster."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.domain.ticket_states import ACTIONS
from monitor.store.models import Act, Ticket
from monitor.web.console.ticket import closing_today, local_time, until_of
from tests.desk import shipped_office
from tests.web.console.cases import COMPLAINT, NAME, OUTAGE, PHONE, WORDS, late, wait
from tests.web.console.visits import FAR, OFFICER, PROGRAMMER, VIEWER, Page, Visits
from tests.web.desk import Desk

HERE = f"/tickets/{COMPLAINT}"


@pytest.fixture
def visits(office: Desk) -> Iterator[Visits]:
    late(office)
    with Visits(office) as made:
        yield made


def stored(visits: Visits, number: str = COMPLAINT) -> Ticket:
    with visits.desk.store.read() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert ticket.events is not None
        return ticket


def act(visits: Visits, action: str, page: Page | None = None, **fields: str) -> Page:
    """Fill in the form of an act as it was drawn, and send it."""
    drawn = page or visits.get(f"{HERE}/act/{action}")
    return visits.post(f"{HERE}/act/{action}", {**drawn.form(f"{HERE}/act/{action}"), **fields})


def test_the_page_has_the_ladder_the_count_the_story_the_letters_and_the_facts(visits: Visits) -> None:
    page = visits.get(HERE)
    assert page.status == 200
    for each in ("time is over", "it is here now", "1st working day", "Stage 1", NAME, WORDS, PHONE, OUTAGE):
        assert each in page.text
    assert f'href="tel:{PHONE}"' in page.text
    assert "Letters to come" in page.text
    assert "letterhead" in page.text


def test_lines_are_filtered_by_who_tells_them(visits: Visits) -> None:
    assert 'class="e person' not in visits.get(f"{HERE}?lines=letter").text
    assert 'class="e letter' in visits.get(f"{HERE}?lines=letter").text
    assert 'class="e person' in visits.get(f"{HERE}?lines=anything").text


@pytest.mark.parametrize(
    ("part", "begins"), [("now", '<div id="now"'), ("history", '<section class="card" id="history"')]
)
def test_parts_that_are_fetched_again_by_themselves_hold_no_form_in_which_somebody_may_be_typing(
    visits: Visits, part: str, begins: str
) -> None:
    page = visits.get(f"{HERE}?part={part}&lines=letter")
    assert page.text.lstrip().startswith(begins)
    assert "<form" not in page.text
    assert "<textarea" not in page.text
    assert visits.get(f"{HERE}?part=nothing").status == 404


def test_a_viewer_reads_what_happened_without_requesters_and_has_nothing_to_press(visits: Visits) -> None:
    visits.visitor = VIEWER
    page = visits.get(HERE)
    assert page.status == 200
    for hidden in (NAME, WORDS, PHONE, "rahima@example.org", "/act/"):
        assert hidden not in page.text
    assert visits.get(f"{HERE}/act/ack").status == 403


def test_who_is_of_elsewhere_gets_the_same_answer_as_for_a_number_that_does_not_exist(visits: Visits) -> None:
    visits.visitor = FAR
    for path in (HERE, f"{HERE}/act/ack", f"{HERE}/slip", f"/tickets/print?n={COMPLAINT}"):
        assert visits.get(path).status == 404
    assert visits.post(f"{HERE}/act/ack", {}).status == 404
    assert visits.post(f"{HERE}/note", {"text": "all is well"}).status == 404
    visits.visitor = OFFICER
    assert visits.get("/tickets/BHR-2026-009999").status == 404
    assert visits.post("/tickets/BHR-2026-009999/act/ack", {}).status == 404
    assert visits.get(f"{HERE}/act/explode").status == 404


def test_looking_at_an_act_as_a_letter_links_to_it_does_nothing(visits: Visits) -> None:
    before = stored(visits).version
    page = visits.get(f"{HERE}/act/ack")
    assert "No time and no stage stops." in page.text
    assert "Nobody gets a letter now." in page.text
    assert stored(visits).version == before


@pytest.mark.parametrize("action", ACTIONS)
def test_every_act_that_is_allowed_is_done_from_its_form_and_every_other_says_why_not(
    visits: Visits, action: str
) -> None:
    visits.visitor = PROGRAMMER
    page = visits.get(f"{HERE}/act/{action}")
    assert page.status == 200
    if action in {"close", "reopen", "unack"}:
        assert "for this it would have to be" in page.text
        assert visits.post(f"{HERE}/act/{action}", {"text": "now"}).status == 409
        return
    before = stored(visits)
    done = act(visits, action, page, text="করা হয়েছে")
    assert (done.status, done.location) == (303, HERE)
    assert COMPLAINT in done.toast
    after = stored(visits)
    assert after.version > before.version
    assert after.state == (ACTIONS[action].leads_to or before.state)
    assert any(event.text == "করা হয়েছে" and event.actor == "karim" for event in after.events)


def test_before_it_is_raised_its_next_holder_is_named_who_gets_a_letter_and_an_officer_may_not(visits: Visits) -> None:
    visits.visitor = OFFICER
    assert visits.get(f"{HERE}/act/raise").status == 403
    assert visits.post(f"{HERE}/act/raise", {"text": "now"}).status == 403
    assert "Only a programmer or an administrator may do this." in visits.get(HERE).text
    visits.visitor = PROGRAMMER
    page = visits.get(f"{HERE}/act/raise")
    assert "Stage 2 begins now" in page.text
    assert "Gets a letter: " in page.text


def test_what_was_done_must_be_written_and_what_was_typed_stays(visits: Visits) -> None:
    page = act(visits, "resolve", text="")
    assert (page.status, "Write what was done." in page.text) == (422, True)
    page = act(visits, "ack", text="আমি দেখছি", until="time", until_time="soon")
    assert page.status == 422
    assert "আমি দেখছি" in page.form(f"{HERE}/act/ack")["text"]
    page = act(visits, "ack", until="time", until_time="2020-01-01T10:00")
    assert (page.status, "is past" in page.text) == (422, True)
    assert stored(visits).state == "open"


def test_until_tomorrow_means_until_the_office_opens_next(visits: Visits) -> None:
    done = act(visits, "ack", until="tomorrow", text="কাল সকালে যাব")
    assert "acknowledged until" in done.toast
    ticket = stored(visits)
    opens = visits.desk.office.calendar.next_opening(visits.desk.clock.utc() + timedelta(hours=15))
    assert (ticket.state, ticket.acknowledged_until_utc) == ("acknowledged", opens)


def test_of_two_officers_at_once_one_wins_and_the_other_sees_both_versions_and_keeps_the_words(visits: Visits) -> None:
    drawn = visits.get(f"{HERE}/act/resolve")
    act(visits, "ack", text="I take it")
    late_one = act(visits, "resolve", drawn, text="কেবল বদলানো হয়েছে")
    assert late_one.status == 409
    assert stored(visits).state == "acknowledged"
    for each in ("What you saw", "What it is now", "I take it", "acknowledged"):
        assert each in late_one.text
    fields = late_one.form(f"{HERE}/act/resolve")
    assert fields["text"] == "কেবল বদলানো হয়েছে"
    assert act(visits, "resolve", late_one).status == 303
    assert stored(visits).state == "resolved"


def test_words_for_an_act_that_somebody_made_impossible_are_not_lost(visits: Visits) -> None:
    drawn = visits.get(f"{HERE}/act/start")
    act(visits, "resolve", text="done already")
    page = act(visits, "start", drawn, text="আমি যাচ্ছি")
    assert page.status == 409
    assert "আমি যাচ্ছি" in page.text
    assert "for this it would have to be" in page.text


def test_a_comment_is_written_whatever_happened_meanwhile(visits: Visits) -> None:
    drawn = visits.get(f"{HERE}/act/comment")
    act(visits, "ack")
    assert act(visits, "comment", drawn, text="ফোন করা হয়েছে").status == 303
    assert "ফোন করা হয়েছে" in visits.get(HERE).text


def test_a_comment_for_everyone_is_the_public_note_too_and_the_note_is_changed_and_taken_back(visits: Visits) -> None:
    act(visits, "comment", text="ভেতরের কথা")
    assert stored(visits).public_note == ""
    act(visits, "comment", text="যন্ত্রাংশ আসছে", everyone="yes")
    assert stored(visits).public_note == "যন্ত্রাংশ আসছে"
    for text, said in (("কাল ঠিক হবে", "Everyone can read it now."), ("", "taken back")):
        form = visits.get(HERE).form(f"{HERE}/note")
        done = visits.post(f"{HERE}/note", {**form, "text": text})
        assert (done.status, said in done.toast) == (303, True)
        assert stored(visits).public_note == text
    assert visits.post(f"{HERE}/note", {"text": "late", "version": "1"}).status == 409


def test_what_is_done_here_is_recorded_with_who_and_from_where(visits: Visits) -> None:
    act(visits, "ack")
    with visits.desk.store.read() as session:
        recorded = session.scalars(select(Act).where(Act.about == COMPLAINT)).all()
    assert [(each.kind, each.actor, each.via, each.address) for each in recorded] == [
        ("ticket.ack", "rahim", "console", "127.0.0.1")
    ]


def test_the_chain_is_checked_from_here(visits: Visits) -> None:
    assert "nothing altered" in visits.get(f"{HERE}?verify=yes").text
    visits.visitor = VIEWER
    assert "nothing altered" not in visits.get(f"{HERE}?verify=yes").text


def test_an_outages_ticket_shows_what_was_observed(visits: Visits) -> None:
    page = visits.get(f"/tickets/{OUTAGE}")
    assert "What was observed" in page.text
    assert COMPLAINT in page.text
    assert "Requested by" not in page.text


def test_a_resolved_ticket_can_be_opened_again_and_says_what_that_restarts(visits: Visits) -> None:
    act(visits, "resolve", text="done")
    wait(visits.desk, hours=1)
    page = visits.get(f"{HERE}/act/reopen")
    assert "Stage 1 begins again with its full time" in page.text
    assert act(visits, "reopen", page).status == 303


def test_an_end_is_an_hour_todays_closing_the_next_opening_or_a_time() -> None:
    office = shipped_office()
    now = local_time("now", "2026-11-24T10:00")
    chosen = {
        until: until_of(office, {"until": until, "until_time": "২০২৬-১১-২৬T12:30"}.get, now)
        for until in ("", "hour", "today", "tomorrow", "time")
    }
    assert chosen == {
        "": None,
        "hour": local_time("", "2026-11-24T11:00"),
        "today": local_time("", "2026-11-24T17:00"),
        "tomorrow": local_time("", "2026-11-25T09:00"),
        "time": local_time("", "2026-11-26T12:30"),
    }
    assert closing_today(office, local_time("", "2026-11-27T10:00")) is None
