"""What citizens and offices ask for: every row of the charter, from registration to the last stage."""

from dataclasses import replace

import pytest

from monitor.alerts.notices import render
from monitor.charter.office import Office
from monitor.domain.tracking_code import shown
from monitor.i18n.formats import DHAKA
from tests.alerts.cases.asked import ask, kinds_to
from tests.desk import Desk

ROWS = [*(f"citizen:{number}" for number in range(1, 11)), *(f"official:{number}" for number in range(1, 5))]


@pytest.mark.parametrize("service", ROWS)
def test_every_row_of_the_charter_can_be_asked_for_and_climbs_the_chain_when_nobody_settles_it(
    desk: Desk, service: str
) -> None:
    number = ask(desk, service)
    assert desk.tickets() == [(number, "open", 0)]
    desk.wait(days=20)
    assert desk.tickets() == [(number, "open", 1)]
    desk.wait(days=40)
    assert desk.tickets() == [(number, "open", 2)]
    for kind in ("registered", "breach"):
        assert kind in kinds_to(desk, "responsible")
    assert kinds_to(desk, "asker") == ["registered"]


def test_an_official_request_has_three_working_days(desk: Desk) -> None:
    ask(desk, "official:1")  # Tuesday 24 November 2026: Wednesday, Thursday, and after the weekend Sunday
    with desk.store.read() as session:
        from sqlalchemy import select

        from monitor.store.models import Ticket

        due = session.scalars(select(Ticket.deadline_utc)).one().astimezone(DHAKA)
    assert f"{due:%Y-%m-%d %H:%M}" == "2026-11-29 17:00"


def test_the_officer_is_warned_at_opening_on_the_last_day_once(desk: Desk) -> None:
    ask(desk)  # at 10:00 on Tuesday, due on Wednesday at 17:00
    desk.wait(hours=22)
    assert "due_today" not in kinds_to(desk, "responsible")
    desk.wait(hours=1)
    desk.wait(hours=1)
    assert kinds_to(desk, "responsible").count("due_today") == 1


def test_a_warning_that_comes_too_late_is_not_given(desk: Desk) -> None:
    ask(desk)
    desk.wait(days=2)
    assert "due_today" not in kinds_to(desk, "responsible")


def test_settling_it_in_time_ends_it_and_tells_the_asker(desk: Desk) -> None:
    number = ask(desk)
    desk.act(number, "resolve", "done")
    desk.wait(days=200)
    assert desk.tickets() == [(number, "resolved", 0)]
    assert kinds_to(desk, "asker") == ["registered", "resolved"]


def test_a_complaint_and_the_outage_of_its_site_know_of_each_other_and_the_asker_hears_of_its_end_once(
    desk: Desk,
) -> None:
    complaint = ask(desk, "citizen:10", "backbone-north")
    desk.goes_down("backbone-north")
    desk.look()
    assert "linked" in desk.history(complaint)
    assert "linked" in desk.history("BHR-2026-000002")
    desk.comes_back("backbone-north")
    desk.wait(minutes=5)
    assert "restored" not in kinds_to(desk, "asker")
    desk.wait(minutes=6)
    desk.wait(minutes=6)
    assert kinds_to(desk, "asker").count("restored") == 1


def test_a_complaint_that_comes_in_during_an_outage_is_tied_to_it_too(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    assert "linked" in desk.history(ask(desk, "citizen:8", "udc-juniadaha"))


def test_both_histories_say_once_that_a_complaint_and_an_outage_belong_together(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    complaint = ask(desk, "citizen:8", "udc-juniadaha")  # before the outage has a ticket, and again when it gets one
    desk.wait(days=5)
    (of_outage,) = (number for number, _, _ in desk.tickets() if number != complaint)
    assert desk.history(complaint).count("linked") == 1
    assert desk.history(of_outage).count("linked") == 1


def test_waiting_stops_the_time_only_where_the_charter_says_so(desk: Desk, office: Office) -> None:
    services = dict(office.charter.services)
    services["citizen:9"] = replace(services["citizen:9"], waiting_pauses=True)
    desk.office = replace(office, charter=replace(office.charter, services=services))
    pausing, running = ask(desk, "citizen:9"), ask(desk, "citizen:8")
    for number in (pausing, running):
        desk.act(number, "wait", "for a spare part")
    desk.clock.advance(3_600)
    for number in (pausing, running):
        desk.act(number, "start")
    assert "paused" in desk.history(pausing)
    assert "paused" not in desk.history(running)


def test_what_waits_past_its_deadline_is_not_overdue_where_waiting_stops_the_time(desk: Desk, office: Office) -> None:
    services = dict(office.charter.services)
    services["citizen:9"] = replace(services["citizen:9"], waiting_pauses=True)
    desk.office = replace(office, charter=replace(office.charter, services=services))
    number = ask(desk, "citizen:9")
    desk.act(number, "wait", "for a spare part")
    desk.wait(days=100)
    assert desk.tickets() == [(number, "waiting", 0)]

    # Its time goes on where it stopped: it is not overdue yet when the work begins, and is in the end.
    desk.act(number, "start")
    desk.look()
    assert desk.tickets() == [(number, "in_progress", 0)]
    desk.wait(days=10)
    assert desk.tickets() == [(number, "in_progress", 1)]
    desk.act(number, "wait", "for another")
    desk.wait(days=100)
    assert desk.tickets() == [(number, "waiting", 1)]


def test_a_stage_that_asks_first_waits_for_a_person(desk: Desk, office: Office) -> None:
    first = replace(office.charter.stages[0], ask_first=True)
    desk.office = replace(office, charter=replace(office.charter, stages=(first, *office.charter.stages[1:])))
    number = ask(desk)
    desk.wait(days=100)
    desk.look()
    assert desk.tickets() == [(number, "open", 0)]
    assert kinds_to(desk, "responsible").count("ask") == 1
    desk.act(number, "raise", "it is beyond me")
    assert desk.tickets() == [(number, "open", 1)]
    assert kinds_to(desk, "grievance") == ["stage"]


def test_the_operator_of_a_line_is_late_by_his_own_clock_and_it_is_noted_once(desk: Desk, office: Office) -> None:
    sites = dict(office.fleet.sites)
    sites["backbone-north"] = replace(sites["backbone-north"], operator="Example Fibre Ltd.")
    desk.office = replace(office, fleet=replace(office.fleet, sites=sites))
    desk.goes_down("backbone-north")
    desk.wait(hours=5)
    assert "operator_late" not in desk.history("BHR-2026-000001")
    desk.wait(hours=2)
    desk.wait(hours=2)
    assert desk.history("BHR-2026-000001").count("operator_late") == 1


def test_every_letter_to_everyone_can_be_written_and_carries_the_head_of_the_history(desk: Desk) -> None:
    ask(desk, "citizen:6", "lab-juniadaha-girls")
    desk.goes_down("backbone-north")
    seen = set()
    for _ in range(120):
        desk.wait(days=1, hours=1)
        for letter in desk.send_all():
            rendered = render.render(letter)
            assert "{" not in rendered.text
            assert len(letter.facts["head"]) == 64
            assert letter.facts["head"] in rendered.text
            seen.add(letter.kind)
    assert {"registered", "opened", "breach", "stage"} <= seen


def test_who_asks_gets_a_code_to_follow_the_request_by_and_the_officers_letter_does_not_show_it(desk: Desk) -> None:
    ask(desk)
    with desk.store.read() as session:
        from sqlalchemy import select

        from monitor.store.models import Ticket

        code = shown(session.scalars(select(Ticket.code)).one())
    assert len(code) == 9
    letters = {letter.recipient: render.render(letter, "bn").text for letter in desk.send_all()}
    assert f"কোড: {code}" in letters["asker"]
    assert code not in letters["responsible"]


def test_an_outage_has_no_code(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=10)
    with desk.store.read() as session:
        from sqlalchemy import select

        from monitor.store.models import Ticket

        assert session.scalars(select(Ticket.code)).one() == ""
