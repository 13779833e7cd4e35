"""How the charter's promises were kept, as Prometheus gets it."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from monitor.charter.office import Office
from monitor.domain.clock import SystemClock
from monitor.domain.sample import Verdict
from monitor.metrics import exposition
from monitor.metrics.sla import Record, SlaSource, record
from monitor.settings.fleet import Fleet
from monitor.store.models import Outage, SiteState
from monitor.store.opening import DATABASE
from monitor.store.queries import Case
from tests.metrics.pages import value
from tests.metrics.three_offices import OFFICES, three_offices
from tests.store.migrated import new_store
from tests.web.desk import Desk

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def matter(started: float, deadline: float, ended: float | None) -> Case:
    return Case("citizen:8", hours_ago(started), hours_ago(deadline), None if ended is None else hours_ago(ended))


def test_a_target_counts_once_where_it_was_decided() -> None:
    cases = [
        matter(10, 2, 3),  # met
        matter(10, 9, 1),  # missed, mended since
        matter(10, 4, None),  # missed, and still there
        matter(10, -4, None),  # under way in its time
        matter(100, 90, 2),  # missed before the window, settled in it
        matter(100, 80, 90),  # all before the window
    ]
    hour_s = 3600
    assert record(cases, hours_ago(24), NOW) == Record(1, 2, (7 * hour_s, 9 * hour_s, 98 * hour_s))


def test_an_outage_misses_its_target_and_costs_availability(office: Desk) -> None:
    for _ in range(4):
        office.round("backbone-north")
    text = office.text()
    assert value(text, "upazila_charter_targets", service="citizen:10", target="missed", window="7d") == 0
    assert value(text, "upazila_charter_availability_ratio", service="citizen:10", window="7d") == 1
    assert (
        value(text, "upazila_charter_time_to_resolve_seconds", service="citizen:10", of="longest", window="7d") is None
    )

    office.goes_down("backbone-north")
    office.clock.advance(30)
    text = office.text()
    assert value(text, "upazila_charter_targets", service="citizen:10", target="missed", window="7d") == 1
    assert value(text, "upazila_charter_targets", service="citizen:8", target="missed", window="7d") == 0
    assert value(text, "upazila_charter_tickets_open", service="citizen:10") == 1
    share = value(text, "upazila_charter_availability_ratio", service="citizen:10", window="7d")
    assert share is not None
    assert 0 < share < 1

    for _ in range(2):
        office.round("backbone-north")
    office.clock.advance(30)
    took_s = value(
        office.text(), "upazila_charter_time_to_resolve_seconds", service="citizen:10", of="median", window="30d"
    )
    assert took_s == pytest.approx(47)


def test_a_promise_missed_in_one_office_shows_in_that_office_alone(tmp_path: Path) -> None:
    with three_offices(tmp_path) as offices:
        offices.know()
        offices.down("mirpur.udc")
        offices.clock.advance(timedelta(days=9).total_seconds())  # a working day
        offices.down("gangni.udc")
        offices.clock.advance(3_600)  # well within its time
        missed = offices.values("upazila_charter_targets", service="citizen:8", target="missed", window="30d")
        assert missed == {"bheramara": 0, "mirpur": 1, "gangni": 0}
        still_open = offices.values("upazila_charter_tickets_open", service="citizen:8")
        assert still_open == {"bheramara": 0, "mirpur": 1, "gangni": 0}
        share = offices.values("upazila_charter_availability_ratio", service="citizen:8", window="7d")
        assert share["bheramara"] == 1
        assert share["mirpur"] == 0
        assert share["gangni"] is not None
        assert 0 < share["gangni"] < 1

        offices.up("gangni.udc")
        offices.clock.advance(30)
        met = offices.values("upazila_charter_targets", service="citizen:8", target="met", window="7d")
        assert met == {"bheramara": 0, "mirpur": 0, "gangni": 1}
        took_s = offices.values(
            "upazila_charter_time_to_resolve_seconds", service="citizen:8", of="longest", window="7d"
        )
        assert (took_s["bheramara"], took_s["mirpur"]) == (None, None)
        assert took_s["gangni"] == pytest.approx(3_600, abs=10)
        # What a kind of site is promised stands beside each office's sites, for the rules to join.
        promised = offices.values("upazila_charter_promise_info", service="citizen:8", kind="udc")
        assert promised == dict.fromkeys(OFFICES, 1)


def test_a_row_of_the_charter_says_its_names_and_what_it_promises(office: Desk) -> None:
    text = office.text()
    assert value(text, "upazila_charter_promise_info", service="citizen:10", kind="backbone") == 1
    assert 'name_en="Support to the Union Digital Centres"' in text


def test_the_count_is_kept_for_ten_seconds(office: Desk) -> None:
    assert value(office.text(), "upazila_charter_tickets_open", service="citizen:10") == 0
    office.goes_down("backbone-north")
    office.clock.mono -= 15_000_000_000  # as long as going down took
    assert value(office.text(), "upazila_charter_tickets_open", service="citizen:10") == 0
    office.clock.advance(10)
    assert value(office.text(), "upazila_charter_tickets_open", service="citizen:10") == 1


def test_a_database_that_does_not_answer_costs_these_figures_only(office: Desk) -> None:
    office.round("backbone-north", Verdict.OK)
    office.store.close()
    (office.store.state / DATABASE).unlink()
    text = office.text()
    assert value(text, "upazila_probe_success", site="backbone-north") == 1
    assert value(text, "upazila_charter_tickets_open", service="citizen:10") is None


def test_the_number_of_series_depends_on_the_charter_alone(office: Desk) -> None:
    one = office.settings.fleet.sites["udc-juniadaha"]
    office.office = replace(office.office, fleet=Fleet({f"site-{number}": one for number in range(500)}))
    with office.store.write() as session:
        for number in range(500):
            started, ended = hours_ago(2), hours_ago(1) if number % 2 else None
            times = {"started_utc": started, "confirmed_utc": started, "deadline_utc": started, "ended_utc": ended}
            session.add(Outage(site=f"site-{number}", service="citizen:8", end_reason="recovered", **times))
            session.add(SiteState(site=f"site-{number}", state="up", since_utc=hours_ago(900)))
    series = sum(line.startswith("upazila_charter_") for line in office.text().splitlines())
    rows = len(office.office.charter.services)
    kinds = 4
    assert rows * 6 <= series <= rows * 12 + kinds


@pytest.mark.long
@pytest.mark.alone
def test_twenty_thousand_sites_are_counted_in_a_second_and_rarely(office: Desk, tmp_path: Path) -> None:
    one = office.settings.fleet.sites["udc-juniadaha"]
    sites = {f"site-{number}": one for number in range(20_000)}
    office.office = replace(office.office, fleet=Fleet(sites))
    store = new_store(tmp_path / "large")
    with store.write() as session:
        for number, site in enumerate(sites):
            since = hours_ago(400) + timedelta(milliseconds=number)
            session.add(SiteState(site=site, state="up", since_utc=since, first_utc=since))
            if number % 10 == 0:
                times = {"started_utc": hours_ago(50), "confirmed_utc": hours_ago(50), "deadline_utc": hours_ago(40)}
                session.add(
                    Outage(site=site, service="citizen:8", ended_utc=hours_ago(30), end_reason="recovered", **times)
                )
    promises = SlaSource(office.live, store, SystemClock())
    began_s = time.process_time()
    promises.ask()()
    assert list(promises.bodies())
    took_s = time.process_time() - began_s
    began_s = time.process_time()
    promises.ask()()
    assert list(promises.bodies())
    again_s = time.process_time() - began_s
    store.close()
    print(f"counting 20,000 sites with 2,000 outages: {took_s:.2f} s of CPU; from what is kept: {again_s * 1e3:.1f} ms")
    assert took_s < 5
    assert again_s < 0.05


async def test_no_page_waits_for_a_count_that_takes_long_while_it_has_the_one_before(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, may_count = SlaSource._count, Event()
    may_count.set()

    def slowly(source: SlaSource, offices: Mapping[str, Office]) -> object:
        assert may_count.wait(60)
        time.sleep(0.2)  # longer than the page takes besides
        office.clock.advance(2)
        return count(source, offices)

    async def targets() -> float | None:
        text = (await office.exposition.page()).body.decode()
        return value(text, "upazila_charter_targets", service="citizen:10", target="missed", window="7d")

    monkeypatch.setattr(SlaSource, "_count", slowly)
    monkeypatch.setattr(exposition, "ASK_WITHIN_S", 60)
    assert await targets() == 0
    office.goes_down("backbone-north")
    office.clock.advance(50)  # the count is old
    may_count.clear()
    assert await asyncio.wait_for(targets(), 30) == 0  # and is shown while another is made
    may_count.set()
    while await targets() == 0:
        office.clock.advance(2)
        await asyncio.sleep(0.01)
    for _ in range(2):
        office.round("backbone-north")
    office.goes_down("backbone-north")
    office.clock.advance(1_000)  # nobody has asked for long: that one is too old to be shown
    assert await targets() == 2
