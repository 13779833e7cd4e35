"""Who heard of a ticket, and who would: the answer that an officer can check."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from monitor.alerts.channels.email import EmailRecipient
from monitor.reports.notification_trace import Hearing, explain
from monitor.store.models import Ticket
from tests.desk import Desk


def explained(desk: Desk) -> list[Hearing]:
    with desk.store.read() as session:
        return explain(session, desk.office, session.scalars(select(Ticket)).one(), desk.clock.utc())


def test_what_was_told_stands_there_with_its_proof_and_what_is_to_come_with_its_reason(desk: Desk) -> None:
    chief = EmailRecipient(email="chief@example.org", stages=(2,))
    desk.office = replace(desk.office, recipients={"chief": chief})
    desk.goes_down("backbone-north")
    desk.look()
    desk.send_all()
    found = explained(desk)
    told = [(each.notice, each.recipient, each.state, each.proof) for each in found if each.state != "foreseen"]
    assert told == [
        ("opened", "responsible", "sent", "250 ok"),
        ("stage", "grievance", "sent", "250 ok"),
    ]
    name = desk.office.charter.service("citizen:10").name_en
    assert [str(each.why) for each in found[:2]] == [
        f"answers for the service '{name}' (charter)",
        "holds stage 1 of the grievance chain (charter, clause 4)",
    ]
    ahead = {(each.notice, each.recipient): each for each in found if each.state == "foreseen"}
    assert ahead["stage", "appeal"].why == "holds stage 2 of the grievance chain (charter, clause 4)"
    assert ahead["stage", "chief"].why == "[recipients.chief] of monitor.toml"
    assert ahead["stage", "chief"].address == "chief@example.org"
    assert all(each.at_utc > desk.clock.utc() for each in ahead.values())


def test_what_it_foresees_comes_true(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.send_all()
    ahead = [each for each in explained(desk) if each.state == "foreseen"]
    told: list[tuple[str, str]] = []
    for _ in range(240):
        desk.wait(days=1)
        told += [(letter.kind, letter.recipient) for letter in desk.send_all()]
    # Reminders of stages that were passed over by a long absence are not owed; here nobody was absent.
    assert told == [(each.notice, each.recipient) for each in ahead]


def test_foreseen_notices_that_can_wait_are_foreseen_for_office_hours(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    for each in explained(desk):
        if each.state == "foreseen":
            assert desk.office.calendar.is_open(each.at_utc), each


def test_a_dead_letter_says_why(desk: Desk) -> None:
    from monitor.alerts.notices import outbox

    desk.goes_down("backbone-north")
    desk.look()
    letter = desk.lease()
    assert letter is not None
    with desk.store.write() as session:
        outbox.mark_dead(desk.work(session).at(desk.clock.utc() + timedelta(seconds=1)), letter, "550 no such user")
    (dead,) = [each for each in explained(desk) if each.state == "dead"]
    assert dead.proof == "550 no such user"
