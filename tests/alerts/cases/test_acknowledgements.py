"""Acknowledgements with an end: what nobody works on comes back, and no clock waits for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.cases import acknowledgements, actions
from monitor.alerts.cases.refusals import NotAllowed
from monitor.settings.acknowledged_section import Acknowledged
from monitor.store.work import Work
from tests.desk import Desk

LINK, NUMBER = "backbone-north", "BHR-2026-000001"


def acknowledge(desk: Desk, hours: float) -> None:
    now = desk.clock.utc()
    with desk.store.write() as session:
        actions.act(
            Work(session, desk.office, now, "an officer"), NUMBER, "ack", "", until_utc=now + timedelta(hours=hours)
        )


def test_an_acknowledgement_that_runs_out_opens_the_ticket_again_and_says_so(desk: Desk) -> None:
    desk.goes_down(LINK)
    desk.look()
    acknowledge(desk, 4)
    desk.wait(hours=3)
    assert desk.tickets()[0][1] == "acknowledged"
    desk.wait(hours=1)
    assert desk.tickets()[0][1] == "open"
    assert [kind for kind, _ in desk.notices()].count("ack_over") == 1
    desk.wait(hours=1)
    assert [kind for kind, _ in desk.notices()].count("ack_over") == 1

    acknowledge(desk, 1)
    desk.wait(hours=1)
    assert [kind for kind, _ in desk.notices()].count("ack_over") == 2


def test_one_that_is_worked_on_runs_out_quietly(desk: Desk) -> None:
    desk.goes_down(LINK)
    desk.look()
    acknowledge(desk, 4)
    desk.act(NUMBER, "start")
    desk.wait(hours=5)
    assert desk.tickets()[0][1] == "in_progress"
    assert "ack_over" not in desk.history(NUMBER)


def test_a_stage_is_raised_although_it_is_acknowledged(desk: Desk) -> None:
    desk.goes_down(LINK)
    desk.look()
    assert desk.tickets()[0][2] == 1
    acknowledge(desk, 24 * 100)
    desk.wait(days=40)
    assert desk.tickets()[0][1:] == ("acknowledged", 2)


def test_what_the_configuration_says_is_known_is_acknowledged_by_itself_until_then(desk: Desk) -> None:
    until = desk.clock.utc() + timedelta(hours=2)
    known = {"road-works": Acknowledged(text="the road is dug up", until=until, sites=[LINK])}
    desk.office = replace(desk.office, acknowledged=known)
    desk.goes_down(LINK)
    desk.look()
    desk.look()
    assert desk.tickets()[0][1] == "acknowledged"
    assert desk.history(NUMBER).count("ack") == 1
    desk.wait(hours=2)
    assert desk.tickets()[0][1] == "open"
    assert desk.history(NUMBER).count(acknowledgements.RAN_OUT) == 1


def test_an_acknowledgement_is_taken_back_without_a_letter_and_only_while_it_stands(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.act(NUMBER, "ack")
    before = desk.notices()
    desk.act(NUMBER, "unack", "the wrong ticket")
    assert desk.tickets()[0][1] == "open"
    assert desk.history(NUMBER)[-2:] == ["ack", "unack"]
    assert desk.notices() == before
    with pytest.raises(NotAllowed):
        desk.act(NUMBER, "unack")
    # One that had an end does not end a second time.
    with desk.store.write() as session:
        soon = desk.clock.utc() + timedelta(hours=1)
        actions.act(desk.work(session, "an officer"), NUMBER, "ack", until_utc=soon)
        actions.act(desk.work(session, "an officer"), NUMBER, "unack")
    desk.wait(hours=2)
    assert "ack_over" not in desk.history(NUMBER)
