"""From a missed target to a resolved ticket, on a clock that the test turns."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from textwrap import dedent

import pytest
from sqlalchemy import Connection, Table

from monitor.alerts.cases import outages
from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.notices.render import render
from monitor.domain import ticket_states
from monitor.domain.states import EndReason
from monitor.judging.decisions import OutageClosed, OutageOpened
from monitor.store import added_rows, many_rows, new_rows, work
from tests.desk import Desk
from tests.places import SHIPPED
from tests.told import said


def test_an_outage_within_its_target_opens_no_ticket(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(hours=6)
    assert desk.tickets() == []


def test_a_centre_is_due_at_the_closing_of_the_next_working_day(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")  # Tuesday 24 November 2026, 10:00 in Dhaka
    assert desk.outages()[0].deadline_utc == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)  # Wednesday 17:00


def test_a_missed_target_opens_one_ticket_and_tells_the_officer_and_stage_one(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=2)
    desk.look()
    desk.look()
    assert desk.tickets() == [("BHR-2026-000001", "open", 1)]
    assert desk.notices() == [("opened", "responsible"), ("stage", "grievance")]


@contextmanager
def most_added_at_once() -> Iterator[Counter[str]]:
    """Yield how many rows of each table one statement adds at most, counted until the end."""
    at_once: Counter[str] = Counter()
    insert = many_rows.insert_rows

    def note(connection: Connection, table: Table, rows: Sequence[many_rows.Row]) -> None:
        at_once[table.name] = max(at_once[table.name], len(rows))
        insert(connection, table, rows)

    with pytest.MonkeyPatch.context() as patched:
        for each in (added_rows, new_rows):
            patched.setattr(each, "insert_rows", note)
        yield at_once


def test_a_storm_is_stored_in_portions_since_a_server_ends_a_transaction_that_is_silent_too_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PORTION", 5)
    for site in desk.office.fleet.sites:
        desk.goes_down(site)
    with most_added_at_once() as at_once:
        desk.wait(days=3)
    assert len(desk.tickets()) == len(desk.office.fleet.sites) > 10
    # An opened ticket has one notice; one that has reached its stage has another, written in a portion of its own.
    assert (at_once["tickets"], at_once["notices"]) == (5, 5)


def test_thousands_of_outages_that_begin_at_once_are_stored_in_portions_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PORTION", 5)
    now, sites = desk.clock.utc(), list(desk.office.fleet.sites)
    opened = [(OutageOpened(site, now, now, None, said("timeout")), now) for site in sites]
    with most_added_at_once() as at_once, desk.store.write() as session:
        outages.apply_all(desk.work(session), opened)
    assert at_once["outages"] == 5 < len(sites)


def test_the_backbone_is_promised_at_every_hour_so_its_ticket_opens_at_confirmation(desk: Desk) -> None:
    desk.goes_down("backbone-bheramara")
    desk.look()
    assert len(desk.tickets()) == 1


def test_a_recovery_before_the_deadline_leaves_no_ticket(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(hours=3)
    desk.comes_back("udc-juniadaha")
    desk.wait(days=30)
    assert desk.tickets() == []


def test_a_target_missed_while_the_daemon_was_away_still_gets_its_ticket(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.clock.advance(2 * 86_400)
    desk.comes_back("udc-juniadaha")  # the first thing seen after the restart: it answers again
    desk.look()
    assert desk.tickets()[0][:2] == ("BHR-2026-000001", "open")
    desk.wait(minutes=11)
    assert desk.tickets()[0][1] == "resolved"


def test_a_recovery_that_lasts_resolves_the_ticket_and_tells_everyone_who_was_told(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.comes_back("backbone-north")
    desk.wait(minutes=9)
    assert desk.tickets()[0][1] == "open"
    desk.wait(minutes=2)
    assert desk.tickets()[0][1] == "resolved"
    assert desk.notices()[2:] == [("resolved", "responsible"), ("resolved", "grievance")]


def test_a_relapse_during_the_hold_stays_one_ticket_and_tells_nobody_again(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.comes_back("backbone-north")
    desk.wait(minutes=5)
    desk.goes_down("backbone-north")
    desk.wait(minutes=30)
    assert [state for _, state, _ in desk.tickets()] == ["open"]
    assert len(desk.notices()) == 2
    assert desk.history("BHR-2026-000001")[-1] == "down_again"


def test_down_again_within_a_day_reopens_the_ticket_and_later_makes_a_new_one(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    desk.wait(hours=5)
    desk.goes_down("backbone-north")
    desk.look()
    assert [state for _, state, _ in desk.tickets()] == ["open"]
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    desk.wait(hours=30)
    desk.goes_down("backbone-north")
    desk.look()
    assert [number for number, _, _ in desk.tickets()] == ["BHR-2026-000001", "BHR-2026-000002"]
    # Each kind is told once per occasion: opened, stage, resolved ×2 each, reopened, and the new ticket.
    kinds = [kind for kind, _ in desk.notices()]
    assert (kinds.count("reopened"), kinds.count("resolved"), kinds.count("opened")) == (2, 4, 2)


def test_a_site_taken_out_of_the_configuration_ends_its_outage_for_that_reason(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.decide(OutageClosed("backbone-north", desk.clock.utc(), EndReason.REMOVED))
    assert desk.outages()[0].end_reason == "removed"


def test_the_chain_is_climbed_month_by_month_each_stage_told_once(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    for _ in range(400):
        desk.wait(days=1)
    assert desk.tickets() == [("BHR-2026-000001", "open", 3)]
    assert [notice for notice in desk.notices() if notice[0] == "stage"] == [
        ("stage", "grievance"),
        ("stage", "appeal"),
        ("stage", "cell"),
    ]
    # Each holder is reminded three working days before his time is over, and on its last day.
    assert [notice for notice in desk.notices() if notice[0].startswith("lapses")] == [
        (kind, holder) for holder in ("grievance", "appeal", "cell") for kind in ("lapses_soon", "lapses_today")
    ]


def test_numbers_have_no_gaps_and_begin_anew_each_year(desk: Desk) -> None:
    for site in ("backbone-north", "backbone-south"):
        desk.goes_down(site)
    desk.look()
    desk.wait(days=60)
    desk.goes_down("backbone-bheramara")
    desk.look()
    assert [number for number, _, _ in desk.tickets()] == ["BHR-2026-000001", "BHR-2026-000002", "BHR-2027-000001"]


def test_people_move_a_ticket_along_and_every_step_is_in_its_history(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    for action in ("ack", "start", "wait", "start", "comment", "resolve", "close", "reopen"):
        desk.act("BHR-2026-000001", action, "words")
    assert desk.tickets()[0][1] == "open"
    assert desk.history("BHR-2026-000001") == [
        "opened",
        "stage",
        *("ack", "start", "wait", "start", "comment", "resolved", "close", "reopened"),
    ]


def test_what_a_person_reopened_stays_open_though_the_site_answers(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    desk.act("BHR-2026-000001", "reopen", "the teachers still have no connection")
    desk.wait(days=3)
    assert desk.tickets()[0][1] == "open"
    desk.goes_down("backbone-north")
    desk.comes_back("backbone-north")
    desk.wait(minutes=11)
    assert desk.tickets()[0][1] == "resolved"


def test_a_ticket_refuses_what_its_state_does_not_allow_and_says_why(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    with pytest.raises(NotAllowed, match="is open; 'close' needs it to be resolved"):
        desk.act("BHR-2026-000001", "close")
    with pytest.raises(NotAllowed, match="no ticket BHR-2026-000009"):
        desk.act("BHR-2026-000009", "ack")


def test_the_drawing_of_the_states_names_exactly_the_states_and_actions_of_the_code() -> None:
    drawing = (ticket_states.__doc__ or "").split("::")[1].split("``comment`` and")[0]
    words = set(re.findall(r"[a-z_]{2,}", drawing))
    assert words == {*ticket_states.TicketState, *ticket_states.ACTIONS} - {"comment", "raise"}


def test_the_documentation_draws_the_same_states() -> None:
    """One drawing, in the code and in docs/tickets.md."""
    drawing = (ticket_states.__doc__ or "").split("::\n\n")[1].split("\n\n``comment``")[0]
    assert dedent(drawing) in (SHIPPED.parent / "docs" / "tickets.md").read_text(encoding="utf-8")


def test_a_service_that_leaves_the_charter_stops_nothing_that_is_under_way(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=2)
    rest = {key: service for key, service in desk.office.charter.services.items() if key != "citizen:8"}
    desk.office = replace(desk.office, charter=replace(desk.office.charter, services=rest))
    desk.goes_down("backbone-north")
    for _ in range(40):
        desk.wait(days=1)
        for letter in desk.send_all():
            assert "{" not in render(letter).text
    # Both matters climb the chain; the one without a row of its own says that it has none.
    assert {stage for _, _, stage in desk.tickets()} == {2}
    desk.comes_back("udc-juniadaha")
    desk.wait(minutes=11)
    assert "no longer in the charter" in render(desk.send_all()[0]).text
