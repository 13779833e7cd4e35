"""What is stored of a period is read at once, and nobody waits while it is counted."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.alerts.cases.edition_jobs import MadeReport
from monitor.reports import edition_process, monthly
from monitor.reports.period import fiscal, month
from monitor.reports.report import Report
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import NotBegun, earlier_periods, stored_period
from monitor.settings.public_section import Public
from monitor.store.opening import DATABASE
from monitor.web.public import open_data
from tests.desk import Desk
from tests.reports.editions import job_of


def writes(desk: Desk) -> None:
    """Write without any patience; raises OperationalError when somebody reads."""
    with closing(sqlite3.connect(desk.store.state / DATABASE, timeout=0)) as database, database:
        assert database.execute("PRAGMA journal_mode").fetchone() != ("wal",)
        database.execute("UPDATE site_states SET since_utc = since_utc")


class Counting:
    """Counts a report, and writes to the database meanwhile."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.times = desk, 0

    def __call__(self, *words: object, **named: object) -> Report:
        writes(self.desk)
        self.times += 1
        return monthly.report_of(*words, **named)  # type: ignore[arg-type]


def test_a_writer_does_not_wait_while_an_edition_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    counting, job = Counting(desk), job_of(desk)
    monkeypatch.setattr(edition_process, "report_of", counting)
    assert isinstance(edition_process.make(job), MadeReport)
    assert counting.times == 1


def test_a_writer_does_not_wait_while_open_data_are_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(desk)
    monkeypatch.setattr(open_data, "report_of", counting)
    open_data.OpenData().files(desk.store, desk.office, Public(), desk.clock.utc())
    assert counting.times == 12


def test_a_reader_of_the_rollback_journal_does_make_a_writer_wait(desk: Desk) -> None:
    with desk.store.read() as session:
        stored_period(session, desk.office, month(2026, 11), scope_of(desk.office), desk.clock.utc())
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            writes(desk)


def test_what_is_stored_later_is_not_in_it(desk: Desk) -> None:
    scope, now_utc = scope_of(desk.office), desk.clock.utc()
    with desk.store.read() as session:
        stored = stored_period(session, desk.office, month(2026, 11), scope, now_utc)
    before = monthly.report_of(desk.office, stored)
    desk.goes_down(next(iter(desk.office.fleet.sites)))
    assert monthly.report_of(desk.office, stored) == before


def test_of_a_site_the_outages_and_tickets_of_others_are_not_read(desk: Desk) -> None:
    site, other = list(desk.office.fleet.sites.values())[:2]
    desk.goes_down(site.id)
    desk.goes_down(other.id)
    desk.wait(hours=9)
    with desk.store.read() as session:
        scope = scope_of(desk.office, "site", site.id)
        found = stored_period(session, desk.office, month(2026, 11), scope, desk.clock.utc())
    assert [each.id for each in found.sites] == [site.id]
    assert {row.site for row in found.stored.outages} == {site.id}
    assert {row.site for row in found.stored.tickets} == {site.id}


def test_what_has_not_begun_is_no_report(desk: Desk) -> None:
    ahead = month(2026, 12)
    with desk.store.read() as session, pytest.raises(NotBegun):
        stored_period(session, desk.office, ahead, scope_of(desk.office), ahead.window[0])
    with desk.store.read() as session:
        begun = ahead.window[0] + timedelta.resolution
        assert stored_period(session, desk.office, ahead, scope_of(desk.office), begun).stored.rows.window[1] == begun


def test_three_periods_before_are_compared_and_that_of_the_year_before_each_once() -> None:
    assert [each.code for each in earlier_periods(month(2026, 2))] == ["2026-01", "2025-12", "2025-11", "2025-02"]
    assert [each.code for each in earlier_periods(fiscal(2026))] == ["2025-26", "2024-25", "2023-24"]
