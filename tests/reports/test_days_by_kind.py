"""The days of all sites of a kind are the sums of what each site's own figures say."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.domain.day import at_dhaka
from monitor.i18n.formats import DHAKA
from monitor.reports.availability import figures
from monitor.reports.days_by_kind import KindDay, days_by_kind
from monitor.settings.maintenance_section import Maintenance
from monitor.store.database import Store
from monitor.store.models import AffectedSite, Gap, Outage, SiteState, SuppressedOutage
from tests.desk import shipped_office
from tests.store.migrated import new_store

NOW = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
FIRST, COUNT = date(2026, 11, 18), 7


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = new_store(tmp_path)
    yield found
    found.close()


def office_with_planned_work() -> Office:
    weekly = Maintenance(text="x", unions=["chandgram"], days=["sunday"], opens="10:00", closes="12:00")  # type: ignore[arg-type]
    return replace(shipped_office(), maintenance={"weekly": weekly})


def fill(store: Store, office: Office, seed: int) -> None:
    """Outages, sites behind them, silences without an outage and gaps, at random."""
    draw = random.Random(seed)

    def span(longest_h: float = 60) -> tuple[datetime, datetime | None]:
        begins = NOW - timedelta(hours=draw.uniform(0, 24 * 9))
        ends = begins + timedelta(hours=draw.uniform(0.01, longest_h))
        return begins, ends if ends < NOW else None

    with store.write() as session:
        sites = list(office.fleet.sites)
        for id_ in sites[:-1]:  # the last one is not known yet
            known = NOW - timedelta(days=draw.choice([400, 400, 400, draw.uniform(0, 7)]))
            session.add(SiteState(site=id_, state="up", since_utc=known, first_utc=known))
        for id_ in draw.sample(sites[:-1], 8):
            begins, ends = span()
            outage = Outage(
                site=id_,
                service="citizen:8",
                started_utc=begins,
                confirmed_utc=begins,
                ended_utc=ends,
                deadline_utc=begins,
            )
            session.add(outage)
            session.flush()
            behind = draw.choice(sites[:-1])
            session.add(AffectedSite(outage_id=outage.id, site=behind, since_utc=begins, until_utc=ends))
        for id_ in draw.sample(sites[:-1], 5):
            begins, ends = span()
            session.add(SuppressedOutage(site=id_, kind="hours", since_utc=begins, until_utc=ends))
        for _ in range(3):
            begins, ends = span(5)
            session.add(Gap(started_utc=begins, ended_utc=ends))


@pytest.mark.parametrize("seed", range(3))
def test_a_day_of_a_kind_is_the_sum_of_its_sites_figures(store: Store, seed: int) -> None:
    office = office_with_planned_work()
    fill(store, office, seed)
    with store.read() as session:
        found = days_by_kind(session, office, FIRST, COUNT, NOW)
        wanted: dict[str, list[KindDay]] = {kind: [KindDay()] * COUNT for kind in found}
        for id_, site in office.fleet.sites.items():
            for at in range(COUNT):
                day = FIRST + timedelta(days=at)
                begins = at_dhaka(day, datetime.min.time())
                ends = min(at_dhaka(day + timedelta(days=1), datetime.min.time()), NOW)
                mine = figures(session, office, id_, (begins, ends), NOW).promised
                wanted[site.kind][at] += KindDay(mine.up, mine.down, timedelta())
    for kind, days in found.items():
        assert [(day.up, day.down) for day in days] == [(day.up, day.down) for day in wanted[kind]], kind


def test_what_was_not_watched_is_told_apart_and_never_up(store: Store) -> None:
    office = shipped_office()
    known = NOW - timedelta(days=30)
    begins = datetime(2026, 11, 23, 0, 0, tzinfo=DHAKA).astimezone(UTC)
    with store.write() as session:
        for id_, site in office.fleet.sites.items():
            if site.kind == "backbone":
                session.add(SiteState(site=id_, state="up", since_utc=known, first_utc=known))
        session.add(Gap(started_utc=begins, ended_utc=begins + timedelta(hours=6)))
    with store.read() as session:
        found = days_by_kind(session, office, date(2026, 11, 23), 1, NOW)["backbone"]
    sites = sum(site.kind == "backbone" for site in office.fleet.sites.values())
    assert found == [KindDay(timedelta(hours=18) * sites, timedelta(), timedelta(hours=6) * sites)]


def test_a_day_to_come_has_nothing(store: Store) -> None:
    with store.write() as session:
        for id_ in shipped_office().fleet.sites:
            session.add(SiteState(site=id_, state="up", since_utc=NOW, first_utc=NOW))
    with store.read() as session:
        found = days_by_kind(session, shipped_office(), date(2026, 11, 25), 2, NOW)
    assert {day for days in found.values() for day in days} == {KindDay()}
