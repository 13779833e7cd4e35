"""What has happened to a ticket: people, the monitor and letters in one line of time."""

import pytest

from monitor.reports.notification_trace import explain
from monitor.reports.ticket_timeline import FATES, Teller, TimelineEntry, reader_name, timeline
from monitor.store.ticket_rows import numbered
from tests.alerts.cases.asked import ask
from tests.desk import Desk


def told(desk: Desk, number: str, *, personal: bool = True) -> list[TimelineEntry]:
    with desk.store.read() as session:
        ticket = numbered(session, number)
        assert ticket is not None
        hearings = explain(session, desk.office, ticket, desk.clock.utc())
        return timeline(ticket.events, hearings, personal=personal)


def test_letters_stand_among_what_people_and_the_monitor_did_with_what_became_of_them(desk: Desk) -> None:
    number = ask(desk)
    desk.send_all()
    desk.wait(minutes=5)
    desk.act(number, "ack", "on my way")
    desk.wait(days=2)
    found = told(desk, number)
    assert [(line.teller, line.kind) for line in found[:4]] == [
        (Teller.PERSON, "registered"),
        (Teller.LETTER, "registered"),
        (Teller.LETTER, "registered"),
        (Teller.PERSON, "ack"),
    ]
    assert {line.state for line in found if line.teller is Teller.LETTER} <= FATES.keys()
    assert [line.kind for line in found if line.late and line.teller is Teller.MONITOR] == ["breach", "stage"]
    assert found[1].proof == "250 ok"


def test_who_may_not_know_requesters_reads_neither_their_words_nor_those_of_people_who_answer_them(desk: Desk) -> None:
    number = ask(desk)
    desk.act(number, "comment", "the teacher's number is 01711")
    assert any("01711" in line.remark for line in told(desk, number))
    for line in told(desk, number, personal=False):
        assert not line.remark
        assert "শিক্ষক" not in str(line.said)


def test_readers_are_called_by_their_office_and_never_by_an_address(desk: Desk) -> None:
    assert "example.org" not in str(reader_name(desk.office, "asker", "en"))
    assert str(reader_name(desk.office, "grievance", "en")) != "grievance"
    assert reader_name(desk.office, "chief", "en") == "chief"


@pytest.mark.parametrize("personal", [True, False])
def test_a_letter_that_was_only_written_to_a_file_is_not_said_to_have_been_taken_by_a_server(
    desk: Desk, personal: bool
) -> None:
    number = ask(desk)
    while (letter := desk.lease()) is not None:
        desk.sent(letter, "file BHR-2026-000001.registered.responsible.eml")
    letters = [line for line in told(desk, number, personal=personal) if line.teller is Teller.LETTER]
    assert [FATES[line.state] for line in letters] == ["written to a file {at}: it reached nobody"] * 2
