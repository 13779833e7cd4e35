"""What letters say first, to whom they say what, and that the Bangla half is Bangla."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.cases.complaints import Request, register
from monitor.alerts.channels.base import Letter
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.stored import pack, unpack_case
from monitor.alerts.notices import render
from monitor.alerts.notices.phrases import ACTS, HEADLINES, LABELS, TO_DO
from monitor.alerts.notices.routing import ASKER
from monitor.alerts.notices.wording import words
from monitor.domain.ticket_states import ACTIONS
from monitor.i18n.languages import Lang, lookup
from tests.alerts.cases.asked import ask
from tests.desk import Desk

SITE = "udc-juniadaha"


def a_request(desk: Desk) -> dict[str, Letter]:
    """A teacher asks by e-mail; the letters about it by reader."""
    with desk.store.write() as session:
        key = desk.office.charter.service_for_kind("lab").key
        request = Request(
            key, "email", "Rahima", "No picture", desk.clock.utc(), "r@example.org", "lab-dharampur-girls"
        )
        register(desk.work(session, "an officer"), request)
    return {letter.recipient: letter for letter in desk.send_all()}


def test_the_officers_letter_about_a_new_request_is_not_the_citizens(desk: Desk) -> None:
    told = a_request(desk)
    officers, citizens = render.render(told["responsible"], "en"), render.render(told[ASKER], "en")
    assert officers.subject.startswith("New request: ")
    assert "Please resolve it by" in officers.text
    assert citizens.subject.startswith("Your request is registered: ")
    # A citizen hears whom to ask, and nothing of the office's own workings.
    for said in ("Assistant Programmer", "01922367232", "Upazila Office", "Bheramara"):
        assert f"{said}" in citizens.text.partition("\n-- ")[0]
    for inner in ("upazila-monitor", "lab-dharampur-girls", "How it was counted", "Clause"):
        assert inner not in citizens.text
        assert inner in officers.text
    assert "ফোন: ০১৯২২৩৬৭২৩২" in render.render(told[ASKER], "bn").text


def test_the_subject_about_a_request_begins_with_the_point(desk: Desk) -> None:
    told = a_request(desk)
    for letter in told.values():
        assert render.render(letter).subject.endswith(" [BHR-2026-000001]")
    for entry, headline in HEADLINES.items():
        if entry.endswith(("/asked", "/citizen")):
            assert headline.endswith("{site}")
            assert lookup("bn", headline).endswith("{site}")


def test_what_to_do_stands_before_the_facts_with_the_command_for_it(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    (opened,) = [letter for letter in desk.send_all() if letter.kind == "opened"]
    rendered = render.render(opened, "en")
    for told in (rendered.text, re.sub("<[^>]*>", "", rendered.html)):
        assert told.index("Please find the cause") < told.index("ticket ack BHR-2026-000001") < told.index("Down since")
    assert "ticket ack BHR-2026-000001" in rendered.short


def test_every_headline_has_its_to_do_and_every_command_a_letter() -> None:
    assert set(HEADLINES) == set(TO_DO)
    assert set(ACTS) <= set(HEADLINES)
    assert set(ACTS.values()) <= set(ACTIONS)


def test_where_the_office_has_a_page_a_letter_links_to_the_act_and_to_the_ticket_instead_of_naming_a_command(
    desk: Desk,
) -> None:
    desk.office = replace(desk.office, mail=desk.office.mail.model_copy(update={"page_url": "https://desk.example/"}))
    ask(desk)
    letters = {letter.recipient: render.render(letter, "en") for letter in desk.send_all()}
    link = "https://desk.example/tickets/BHR-2026-000001"
    to_officer = letters["responsible"]
    assert f"    {link}/act/ack\n" in to_officer.text
    assert f'<a href="{link}/act/ack"' in to_officer.html
    assert ">Acknowledge</a>" in to_officer.html
    assert f"{link}/act/ack" in to_officer.short
    assert f"Details: {link}\n" in to_officer.text
    assert "upazila-monitor ticket" not in to_officer.text
    assert "desk.example" not in letters[ASKER].text, "who asked cannot log in"


def test_a_ticket_that_is_reopened_while_its_site_is_up_does_not_say_down_again(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.comes_back("backbone-north")
    desk.wait(hours=1)
    desk.send_all()
    desk.act("BHR-2026-000001", "reopen", "it failed the test")
    reopened = desk.send_all()
    assert {letter.recipient for letter in reopened} == {"responsible", "grievance"}
    for letter in reopened:
        rendered = render.render(letter)
        assert letter.kind == "reopened"
        assert "down again" not in rendered.text
        assert "আবার সংযোগ নেই" not in rendered.text
        assert "The site answers." in rendered.text
        assert "it failed the test" in rendered.text


def test_a_ticket_that_is_resolved_while_its_site_is_down_says_so(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.send_all()
    desk.act("BHR-2026-000001", "resolve", "known, the new line comes on Sunday")
    for letter in desk.send_all():
        assert "resolved, though it is still down" in render.render(letter, "en").subject


@pytest.mark.parametrize("kind", ["stage", "ack_over", "opened"])
def test_no_letter_says_that_a_site_is_down_which_is_up(desk: Desk, kind: str) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    told = {letter.kind: letter for letter in desk.send_all()}["stage"]
    desk.comes_back("backbone-north")
    desk.wait(hours=1)
    later = {letter.kind: letter for letter in desk.send_all()}["resolved"]
    before, after = (unpack_case(letter.kind, letter.facts) for letter in (told, later))
    assert isinstance(after, CaseFacts)
    over = Letter(1, kind, "responsible", "<1@x>", "<1@x>", desk.clock.utc(), 1, pack(after))
    ongoing = Letter(1, kind, "responsible", "<1@x>", "<1@x>", desk.clock.utc(), 1, pack(before))
    assert re.search(r"(is|still|:) down|: down for", render.render(ongoing, "en").subject)
    assert not re.search(r"still down|: down", render.render(over, "en").subject)


@pytest.mark.parametrize("lang", ["bn", "en"])
@pytest.mark.parametrize(
    ("overdue", "hours_ago", "label"), [(True, 1, "was_due"), (True, -1, "due"), (False, 1, "due")]
)
def test_only_what_was_missed_was_due(desk: Desk, overdue: bool, hours_ago: int, label: str, lang: Lang) -> None:
    letter = a_request(desk)["responsible"]
    facts = unpack_case(letter.kind, letter.facts)
    facts = replace(facts, overdue=overdue, deadline=facts.now - timedelta(hours=hours_ago))
    labels = {row.label for row in words(letter.kind, facts, lang).rows}
    assert {lookup(lang, LABELS[name]) for name in ("due", "was_due")} & labels == {lookup(lang, LABELS[label])}
