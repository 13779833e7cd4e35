"""What a ticket was at an earlier time: a finished period's report does not change by what is done afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.alerts.cases import actions
from monitor.alerts.cases.actions import register
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.refusals import Refused
from monitor.domain.clock import VirtualClock
from monitor.reports.export.document import document
from monitor.reports.monthly import report_of
from monitor.reports.period import Period, days, month
from monitor.reports.report import Report, TicketFigures
from monitor.reports.report_scope import scope_of
from monitor.reports.sla_record import record
from monitor.reports.stored_period import stored_period
from monitor.store import board_state
from monitor.store.models import Heartbeat
from tests.desk import Desk, shipped_office
from tests.store.migrated import new_store

Steps = Sequence[tuple[float, tuple[str, int]]]
SITES = ("backbone-bheramara", "lab-juniadaha-girls")
SERVICES = ("citizen:8", "official:1", "citizen:1")
BEGINS = datetime(2026, 11, 1, 18, tzinfo=UTC)  # the 2nd begins in Dhaka, a Monday
ACTS = ("ack", "start", "wait", "resolve", "close", "reopen", "raise", "comment")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.01, 1, 5, 26, 24 * 8, 24 * 35]),  # hours until then
        st.one_of(
            st.sampled_from([("down", 0), ("down", 1), ("up", 0), ("up", 1), ("request", 0), ("request", 1)]),
            st.tuples(st.sampled_from(ACTS), st.integers(0, 5)),
        ),
    ),
    min_size=2,
    max_size=10,
)


def desk_at(folder: str) -> Desk:
    return Desk(shipped_office(), new_store(Path(folder)), VirtualClock(BEGINS))


def play(desk: Desk, steps: Steps) -> None:
    """Does each step when its time has come; what cannot be done then is passed over."""
    for hours, (what, which) in steps:
        desk.wait(hours=hours)
        try:
            do(desk, what, which)
        except Refused:
            continue
        desk.look()


def do(desk: Desk, what: str, which: int) -> None:
    match what:
        case "down":
            desk.goes_down(SITES[which])
        case "up":
            desk.comes_back(SITES[which])
        case "request":
            asked = Request(SERVICES[which], "phone", "x", "y", desk.clock.utc() - timedelta(minutes=1))
            with desk.store.write() as session:
                register(desk.work(session, "an officer"), asked)
        case _:
            numbers = [number for number, _, _ in desk.tickets()]
            if numbers:
                with desk.store.write() as session:
                    actions.act(desk.work(session, "an officer"), numbers[which % len(numbers)], what, "done")


def report(desk: Desk, period: Period) -> Report:
    with desk.store.read() as session:
        stored = stored_period(session, desk.office, period, scope_of(desk.office), desk.clock.utc())
    return report_of(desk.office, stored)


def ended(desk: Desk) -> Period:
    """The days up to the next midnight, which the clock is turned to."""
    now = desk.clock.utc()
    midnight = BEGINS + timedelta(days=(now - BEGINS).days + 1)
    desk.wait(seconds=(midnight - now).total_seconds())
    last = (BEGINS + timedelta(hours=6)).date() + timedelta(days=(midnight - BEGINS).days - 1)
    return days((BEGINS + timedelta(hours=6)).date(), last)


def does_not_change(before: Steps, after: Steps) -> None:
    with TemporaryDirectory() as folder:
        desk = desk_at(folder)
        play(desk, before)
        period = ended(desk)
        first = report(desk, period)
        assert first.as_of_utc == desk.clock.utc()
        desk.wait(hours=1)
        play(desk, after)
        desk.wait(days=40)
        assert document(report(desk, period)) == document(first)
        desk.store.close()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, STEPS)
def test_what_is_done_after_a_period_changes_nothing_of_its_report(before: Steps, after: Steps) -> None:
    does_not_change(before, after)


@pytest.mark.long
@pytest.mark.timeout(7_200)
@settings(max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, STEPS)
def test_what_is_done_after_a_period_changes_nothing_of_its_report_whatever_it_is(before: Steps, after: Steps) -> None:
    does_not_change(before, after)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_the_charters_record_is_that_of_its_page(steps: Steps) -> None:
    with TemporaryDirectory() as folder:
        desk = desk_at(folder)
        play(desk, steps)
        period = ended(desk)
        found = report(desk, period)
        with desk.store.read() as session:
            wanted = record(session, desk.office, period.window, desk.clock.utc())
        services = {each.service: (each.kept, each.missed, each.open, each.median_s) for each in found.charter}
        for key, each in wanted.services.items():
            assert services[key] == (each.kept, each.missed, each.open_now, each.typical_s), key
        stages = [(each.level, each.came, each.in_time, each.late, each.open) for each in found.stages]
        assert stages == [(each.level, each.came, each.in_time, each.late, each.open_now) for each in wanted.stages]
        desk.store.close()


def figures_of(found: Report, service: str) -> TicketFigures:
    return next(each for each in found.tickets if each.service == service)


def test_a_ticket_is_counted_as_by_hand(tmp_path: Path) -> None:
    desk = desk_at(str(tmp_path))
    play(
        desk,
        [
            (34, ("request", 1)),  # on Tuesday at ten
            (2, ("ack", 0)),
            (6, ("resolve", 0)),
            (1, ("reopen", 0)),
            (1, ("request", 1)),
            (1, ("resolve", 1)),
        ],
    )
    found = figures_of(report(desk, ended(desk)), "official:1")
    assert (found.opened, found.resolved, found.open, found.reopened) == (2, 1, 1, 1)
    assert (found.acknowledge_s, found.resolve_s) == (2 * 3_600, 3_600)


def test_a_request_that_waits_is_not_missed_while_its_time_stands_still(tmp_path: Path) -> None:
    desk = desk_at(str(tmp_path))
    stops = "official:1"
    pausing = replace(desk.office.charter.services[stops], waiting_pauses=True)
    services = {**desk.office.charter.services, stops: pausing}
    desk.office = replace(desk.office, charter=replace(desk.office.charter, services=services))
    with desk.store.write() as session:
        register(desk.work(session, "x"), Request(stops, "phone", "x", "y", desk.clock.utc()))
    play(desk, [(30, ("wait", 0)), (24 * 60, ("comment", 0))])
    (row,) = (each for each in report(desk, ended(desk)).charter if each.service == stops)
    assert (row.kept, row.missed, row.open) == (0, 0, 1)
    desk.store.close()


def test_nobody_saw_anything_after_the_last_word_of_a_daemon_that_runs_no_more(tmp_path: Path) -> None:
    desk = desk_at(str(tmp_path))
    last = BEGINS + timedelta(days=9)
    with desk.store.write() as session:
        session.add(Heartbeat(at_utc=last, boot_id="x", boot_ns=1))
    desk.clock.advance(timedelta(days=60).total_seconds())
    found = report(desk, month(2026, 11))
    (unseen,) = found.unseen
    assert (unseen.begins_utc, unseen.ends_utc) == (last, month(2026, 11).window[1])
    with desk.store.write() as session:
        board_state.note_gap(session, last, desk.clock.utc(), timedelta())
        session.get_one(Heartbeat, "").at_utc = desk.clock.utc()
    assert document(report(desk, month(2026, 11))) == document(found), "as when it runs again and stores the gap"
    desk.store.close()


def test_a_ticket_that_was_opened_after_the_period_is_none_of_its_outage_yet() -> None:
    does_not_change([(0.01, ("down", 0)), (0.01, ("down", 1))], [])
