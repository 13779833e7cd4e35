"""What was registered wrongly: withdrawn, it counts nowhere and troubles nobody; corrected, it is due as it should."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from monitor.alerts.cases.actions import correct
from monitor.alerts.cases.complaints import Request, register
from monitor.alerts.cases.corrections import Correction
from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.facts.briefs import Upazila
from monitor.alerts.notices import render
from monitor.alerts.notices.brief_facts import weekly_facts
from monitor.store import queries
from monitor.store.models import Ticket
from tests.desk import Desk


def ask(desk: Desk, service: str = "citizen:6", site: str | None = None) -> str:
    with desk.store.write() as session:
        request = Request(service, "phone", "রহিমা", "ল্যাব বন্ধ", desk.clock.utc(), "rahima@example.org", site)
        return register(desk.work(session, "an officer"), request).number


def put_right(desk: Desk, number: str, wanted: Correction) -> None:
    with desk.store.write() as session:
        correct(desk.work(session, "an officer"), number, wanted, "a slip of the pen")


def ticket(desk: Desk, number: str) -> queries.TicketView:
    with desk.store.read() as session:
        found = queries.ticket(session, number)
    assert found is not None
    return found


def of_the_week(desk: Desk) -> Upazila:
    """The upazila's part of a weekly brief that is written now."""
    with desk.store.write() as session:
        facts = weekly_facts(desk.work(session), desk.clock.utc())
    return facts.upazilas[0]


def told(desk: Desk, kind: str) -> list[str]:
    return [recipient for each, recipient in desk.notices() if each == kind]


def test_what_is_withdrawn_is_escalated_never_and_those_who_were_told_hear_it(desk: Desk) -> None:
    number = ask(desk)
    desk.send_all()
    desk.act(number, "withdraw", "registered twice")
    assert sorted(told(desk, "withdrawn")) == ["asker", "responsible"]
    desk.wait(days=200)
    assert desk.tickets() == [(number, "withdrawn", 0)]
    assert {kind for kind, _ in desk.notices()} == {"registered", "withdrawn"}


def test_the_letter_about_what_is_withdrawn_promises_nothing_and_the_citizen_may_object(desk: Desk) -> None:
    number = ask(desk)
    desk.send_all()
    desk.act(number, "withdraw", "registered twice")
    told = {letter.recipient: render.render(letter, "en") for letter in desk.send_all()}
    for letter in told.values():
        assert not re.search(r"^(Due|Was due|How it was counted|Grievance stage)", letter.text, re.MULTILINE)
    assert f"If you did make this request, please inform the office, with the number {number}." in told["asker"].text
    assert "Nothing needs to be done about it." in told["responsible"].text


def test_what_is_withdrawn_counts_in_no_record_of_promises(desk: Desk) -> None:
    begins = desk.clock.utc()
    number = ask(desk)
    desk.wait(days=3)  # it is overdue, and stage 1 has it
    with desk.store.read() as session:
        assert [matter.service for matter in queries.cases(session, begins)] == ["citizen:6"]
    before = of_the_week(desk).opened
    desk.act(number, "withdraw", "registered twice")
    with desk.store.read() as session:
        assert queries.cases(session, begins) == []
        assert queries.tickets(session, open_only=True) == []
        assert queries.services_by_office(session) == {}
        assert queries.tickets_by_stage(session) == {}
    assert of_the_week(desk).opened == before - 1


def test_a_settled_request_that_never_was_one_is_withdrawn_from_the_record_too(desk: Desk) -> None:
    begins = desk.clock.utc()
    number = ask(desk)
    desk.wait(hours=1)
    desk.act(number, "resolve", "done")
    desk.act(number, "withdraw", "a test")
    with desk.store.read() as session:
        assert queries.cases(session, begins) == []
    assert ticket(desk, number).resolved_utc is None


def test_another_service_brings_its_own_deadline_from_the_same_date_and_both_letters_tell(desk: Desk) -> None:
    number = ask(desk, "citizen:6")
    before = ticket(desk, number).deadline_utc
    other = next(
        key
        for key, service in desk.office.charter.services.items()
        if service.target != desk.office.charter.services["citizen:6"].target
    )
    twin = ask(desk, other)

    put_right(desk, number, Correction(service=other))

    now = ticket(desk, number)
    assert (now.service, now.deadline_utc) == (other, ticket(desk, twin).deadline_utc)
    assert now.deadline_utc != before
    assert desk.history(number) == ["registered", "corrected", "recounted"]
    assert "asker" in told(desk, "corrected")


def test_a_request_that_is_overdue_under_the_wrong_service_is_not_moved_back_into_time(desk: Desk) -> None:
    number = ask(desk, "citizen:6")
    desk.wait(days=2)
    services = desk.office.charter.services
    later = max(services, key=lambda key: (services[key].target.unit == "working_days", services[key].target.amount))
    with pytest.raises(NotAllowed, match="Withdraw it and register it again"):
        put_right(desk, number, Correction(service=later))
    assert ticket(desk, number).service == "citizen:6"
    assert "corrected" not in desk.history(number)


def test_a_request_about_another_site_is_tied_to_that_site_s_outage(desk: Desk) -> None:
    number = ask(desk, "citizen:8")
    desk.goes_down("udc-juniadaha")
    put_right(desk, number, Correction(site="udc-juniadaha"))
    assert "linked" in desk.history(number)


def test_a_number_is_not_given_again(desk: Desk) -> None:
    first = ask(desk)
    desk.act(first, "withdraw", "a test")
    assert ask(desk) != first
    with desk.store.read() as session:
        assert [t.seq for t in session.scalars(select(Ticket).order_by(Ticket.id))] == [1, 2]
        assert queries.number_like(session, "1", datetime(2026, 11, 24, tzinfo=UTC).year) == first
