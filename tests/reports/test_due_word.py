"""How long a ticket has, in a few words."""

from dataclasses import replace

from monitor.reports.due_word import DueWord, due_word
from monitor.store.ticket_rows import numbered
from tests.alerts.cases.asked import ask
from tests.desk import Desk


def word(desk: Desk, number: str) -> DueWord:
    with desk.store.read() as session:
        ticket = numbered(session, number)
        assert ticket is not None
        return due_word(desk.office, ticket, desk.clock.utc())


def test_days_are_left_then_today_is_the_last_then_it_is_late_and_then_a_stage_has_it(desk: Desk) -> None:
    number = ask(desk)  # at 10:00 on Tuesday, due on Wednesday at 17:00
    assert (str(word(desk, number).words), word(desk, number).look) == ("1 working day left", "")
    desk.wait(hours=23)
    assert (str(word(desk, number).words), word(desk, number).look) == ("today is the last day", "warn")
    desk.clock.advance(9 * 3600)
    assert (str(word(desk, number).words), word(desk, number).look) == ("late", "down")
    desk.look()
    assert str(word(desk, number).words).startswith("stage 1: ")
    desk.act(number, "resolve", "done")
    assert str(word(desk, number).words).endswith(" late")


def test_what_waits_while_its_time_is_stopped_says_so(desk: Desk) -> None:
    services = desk.office.charter.services
    pausing = {**services, "citizen:8": replace(services["citizen:8"], waiting_pauses=True)}
    desk.office = replace(desk.office, charter=replace(desk.office.charter, services=pausing))
    number = ask(desk)
    desk.act(number, "wait", "for a part")
    assert str(word(desk, number).words) == "its time is stopped"


def test_what_was_settled_in_time_says_so_and_what_was_withdrawn_promises_nothing(desk: Desk) -> None:
    number = ask(desk)
    desk.act(number, "resolve", "done")
    assert str(word(desk, number).words) == "in time"
    desk.act(number, "withdraw", "a slip")
    assert str(word(desk, number).words) == "withdrawn"
