"""The report of a period: its sums are exact, and what happens later does not change it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import delete

from benchmarks import report
from monitor.domain.clock import DHAKA
from monitor.reports.availability import figures_within, times_of
from monitor.reports.days_by_kind import days_by_kind
from monitor.reports.fleet_times import accounting
from monitor.reports.monthly import report_of
from monitor.reports.period import month, period_of
from monitor.reports.report import NOTHING
from monitor.reports.report_scope import scope_of
from monitor.reports.site_strips import day_shares
from monitor.reports.stored_period import stored_period
from monitor.store.database import Store
from monitor.store.models import AffectedSite, Gap, Outage, SiteState, SuppressedOutage
from tests.desk import shipped_office
from tests.places import ROOT
from tests.reports.random_histories import Counted, History, Span, histories, office_of
from tests.reports.reported import reported, shares
from tests.store.migrated import new_store

MICROSECOND = timedelta(microseconds=1)
NOVEMBER = period_of("month", "2026-11")
LATER = datetime(2027, 1, 20, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    found = new_store(tmp_path_factory.mktemp("state"))
    yield found
    found.close()


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


def is_one_rule(store: Store, history: History) -> None:
    """Compare what every other reader counts with what the report says of the same time."""
    report, office = reported(store, history), office_of(history)
    window = report.period.window[0], report.as_of_utc
    first, last = (at.astimezone(DHAKA).date() for at in (window[0], window[1] - MICROSECOND))
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    sums = {site.site: site for site in report.sites}
    with store.read() as session:
        for id_, site in sums.items():
            times = times_of(session, office, id_, window, history.now)
            found = figures_within(times, window)
            assert (accounting(found.promised), accounting(found.always)) == (site.promised, site.always), id_
            strip = day_shares(times, days, history.now)
            blind = sum((day.times.unmonitored for day in strip), timedelta())
            assert blind == found.always.unmonitored, id_
        kinds = days_by_kind(session, office, first, len(days), history.now)
        if history.now == window[1]:
            told = shares(session, office, window, history.now)
            for id_, site in sums.items():
                share = site.promised.share
                assert told.get(id_) == (None if share is None else pytest.approx(share, abs=1e-9)), id_
    for kind, each in kinds.items():
        mine = [site.promised for site in report.sites if site.kind == kind]
        assert sum((day.up for day in each), timedelta()) == sum(site.up_us for site in mine) * MICROSECOND
        assert sum((day.down for day in each), timedelta()) == sum(site.down_us for site in mine) * MICROSECOND


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_page_metrics_commands_and_public_strips_count_by_the_reports_rule(store: Store, history: History) -> None:
    is_one_rule(store, history)


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


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("sites", "outages", "seconds"), [(30, 60, 3), (20_000, 3_000, 60)])
def test_a_month_is_reported_in_its_time_and_memory(tmp_path: Path, sites: int, outages: int, seconds: float) -> None:
    report.fill(tmp_path, sites, outages)
    words = [sys.executable, "-m", "benchmarks.report", "measure", str(tmp_path), str(sites)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    took = dict(re.findall(r"^(configuration|reading|report|JSON|memory) +([\d.]+) ", done.stdout, re.MULTILINE))
    assert sum(float(took[step]) for step in ("configuration", "reading", "report", "JSON")) <= seconds, done.stdout
    assert float(took["memory"]) <= 500, done.stdout


def test_nothing_is_compared_with_a_period_of_which_nothing_is_stored(store: Store) -> None:
    office, now, known = shipped_office(), LATER, datetime(2026, 10, 1, tzinfo=UTC)
    with store.write() as session:
        for table in (AffectedSite, Outage, SuppressedOutage, Gap, SiteState):
            session.execute(delete(table))
        session.add(SiteState(site="office-ict", state="up", since_utc=known, first_utc=known))
    with store.read() as session:
        stored = stored_period(session, office, month(2026, 11), scope_of(office), now)
    found, kept = report_of(office, stored), report_of(office, stored, kept_since_utc=now)
    assert [each.promised is not None for each in found.earlier] == [True, False, False, False]
    assert all(each.promised is None for each in kept.earlier)
