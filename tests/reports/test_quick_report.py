"""What is counted while somebody waits says what the report will say, and nothing large is counted so."""

from dataclasses import replace

import pytest

from monitor.reports import quick_report, wording
from monitor.reports.monthly import report_of
from monitor.reports.period import month
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import stored_period
from tests.desk import Desk

NOVEMBER = month(2026, 11)


def test_its_figures_are_those_of_the_whole_report(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(hours=3)
    now_utc, scope = desk.clock.utc(), scope_of(desk.office)
    with desk.store.read() as session:
        some = quick_report.quick_period(session, desk.office, NOVEMBER, scope, now_utc)
        everything = stored_period(session, desk.office, NOVEMBER, scope, now_utc)
    quick, whole = quick_report.quick_report(desk.office, some), report_of(desk.office, everything)
    assert quick is not None
    assert quick == replace(whole, earlier=[])
    assert wording.summary(quick, "bn") == wording.summary(whole, "bn")


def test_a_large_office_a_long_period_and_one_to_come_are_not_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope, now_utc = scope_of(desk.office), desk.clock.utc()
    with desk.store.read() as session:
        assert quick_report.quick_period(session, desk.office, month(2026, 12), scope, now_utc) is None
        monkeypatch.setattr(quick_report, "MOST_SITE_DAYS", 30 * len(desk.office.fleet.sites) - 1)
        assert quick_report.quick_period(session, desk.office, NOVEMBER, scope, now_utc) is None
        assert quick_report.quick_report(desk.office, None) is None
