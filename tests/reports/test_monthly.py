"""The report of a period: its sums are exact, and what happens later does not change it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from monitor.reports.monthly import report_of
from monitor.reports.period import period_of
from monitor.reports.report import NOTHING, Report
from monitor.reports.report_scope import scope_of
from monitor.store.sqlite import Store
from tests.reports.random_histories import Counted, History, Span, fill, histories, office_of
from tests.store.migrated import new_store

MICROSECOND = timedelta(microseconds=1)
NOVEMBER = period_of("month", "2026-11")
LATER = datetime(2027, 1, 20, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    found = new_store(tmp_path_factory.mktemp("state"))
    yield found
    found.close()


def reported(store: Store, history: History) -> Report:
    with store.write() as session:
        fill(session, history)
    office = office_of(history)
    with store.read() as session:
        return report_of(session, office, history.period, scope_of(office), history.now)


def is_counted_right(store: Store, history: History) -> None:
    """Compare every figure of sites, groups and outages with what the pieces add up to."""
    report, counted = reported(store, history), Counted(history, office_of(history))
    for site in report.sites:
        assert site.promised == counted.accounting(site.site, promised=True), site.site
        assert site.always == counted.accounting(site.site, promised=False), site.site
        assert timedelta(microseconds=site.power_us) == counted.power(site.site), site.site
        for each in (site.promised, site.always):
            assert each.up_us + each.down_us + each.unmonitored_us + each.paused_us == each.window_us
    assert report.promised == sum((site.promised for site in report.sites), NOTHING)
    assert report.always == sum((site.always for site in report.sites), NOTHING)
    for by in ("kind", "union"):
        groups = [group for group in report.groups if group.by == by]
        assert sum((group.promised for group in groups), NOTHING) == report.promised
        assert sum((group.always for group in groups), NOTHING) == report.always
        assert sum(group.sites for group in groups) == len(report.sites)
    for outage in report.outages:
        span = Span(outage.started_utc, outage.ended_utc)
        assert timedelta(microseconds=outage.counted_us) == counted.within(outage.site, span)
        assert outage.length_us == ((outage.ended_utc or report.as_of_utc) - outage.started_utc) // MICROSECOND
    assert sum(site.outages for site in report.sites) == len(report.outages)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_every_microsecond_of_a_random_history_is_counted_once(store: Store, history: History) -> None:
    is_counted_right(store, history)


@pytest.mark.long
@pytest.mark.timeout(7_200)
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_every_microsecond_of_ten_thousand_random_histories_is_counted_once(store: Store, history: History) -> None:
    is_counted_right(store, history)
