"""Availability out of what is stored: outages, gaps, planned work and hours of service."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from monitor.alerts.cases import outages
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.judging.decisions import Affected, OutageClosed, OutageOpened, SiteChanged, UplinkBack
from monitor.judging.health import State
from monitor.reports.availability import Figures, figures
from monitor.settings.maintenance_section import Maintenance
from monitor.store.models import Gap, Outage, SiteState
from monitor.store.work import Work
from tests.places import SHIPPED
from tests.reports.reported import shares
from tests.store.migrated import new_store
from tests.told import said

DAY = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Tuesday the 24th begins in Dhaka
LINK, BEHIND = "backbone-bheramara", "backbone-north"


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


@pytest.fixture(scope="module")
def office() -> Office:
    return Office.of(load(SHIPPED))


def found(tmp_path: Path, office: Office, site: str, *decisions: object, days: int = 1) -> Figures:
    store = new_store(tmp_path)
    try:
        with store.write() as session:
            for decision in (SiteChanged(site, State.UP, at(-100)), *decisions):
                outages.apply(Work(session, office, DAY), decision)  # type: ignore[arg-type]
        with store.read() as session:
            return figures(session, office, site, (DAY, at(24 * days)), at(1_000))
    finally:
        store.close()


def hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


def test_a_link_is_promised_at_all_hours(tmp_path: Path, office: Office) -> None:
    figure = found(
        tmp_path,
        office,
        LINK,
        OutageOpened(LINK, at(2), at(2.1), None, said("timeout")),
        OutageClosed(LINK, at(5)),
        UplinkBack("main", at(4), at(6)),
    )

    assert [hours(span) for span in (figure.promised.up, figure.promised.down)] == [20, 2]
    assert [hours(span) for span in (figure.promised.unmonitored, figure.promised.paused)] == [2, 0]
    assert figure.promised == figure.always
    assert figure.promised.share == pytest.approx(20 / 22)


def test_a_lab_is_promised_in_school_hours_only(tmp_path: Path, office: Office) -> None:
    lab = next(site.id for site in office.fleet.sites.values() if site.kind == "lab")
    figure = found(
        tmp_path,
        office,
        lab,
        OutageOpened(lab, at(15), at(15.1), None, said("timeout")),
        OutageClosed(lab, at(20)),
        days=7,
    )

    school = 5 * 6  # five days of six hours
    assert hours(figure.promised.window) == hours(figure.always.window) == 7 * 24
    assert hours(figure.promised.paused) == 7 * 24 - school
    assert hours(figure.promised.down) == 1  # 15:00 to 16:00
    assert hours(figure.always.down) == 5


def test_who_was_silent_behind_another_was_down_too(tmp_path: Path, office: Office) -> None:
    figure = found(
        tmp_path,
        office,
        BEHIND,
        OutageOpened(LINK, at(2), at(2.1), None, said("timeout")),
        Affected(BEHIND, LINK, at(2.5)),
        OutageClosed(LINK, at(5)),
    )

    assert hours(figure.always.down) == 2.5


def test_what_was_before_a_site_was_known_and_what_has_not_come_yet_is_unmonitored(
    tmp_path: Path, office: Office
) -> None:
    store = new_store(tmp_path)
    with store.write() as session:
        outages.apply(Work(session, office, DAY), SiteChanged(LINK, State.UP, at(6)))
        outages.apply(Work(session, office, DAY), SiteChanged(LINK, State.DEGRADED, at(9)))
    with store.read() as session:
        figure = figures(session, office, LINK, (DAY, at(24)), at(12)).always
        unknown = figures(session, office, BEHIND, (DAY, at(24)), at(12)).always
    store.close()

    assert (hours(figure.up), hours(figure.unmonitored)) == (6, 18)
    assert (hours(unknown.unmonitored), unknown.share) == (24, None)


MOMENTS = st.integers(0, 24 * 6).map(lambda tenths: at(tenths / 6))


@settings(max_examples=25, deadline=None)
@given(
    spans=st.lists(st.tuples(st.sampled_from([LINK, BEHIND, "udc-juniadaha"]), MOMENTS, MOMENTS), max_size=5),
    gap=st.tuples(MOMENTS, MOMENTS),
    known=st.dictionaries(st.sampled_from([LINK, BEHIND, "udc-juniadaha", "lab-dharampur-girls"]), MOMENTS),
)
def test_the_share_of_all_sites_at_once_is_the_share_of_each(
    office: Office,
    spans: list[tuple[str, datetime, datetime]],
    gap: tuple[datetime, datetime],
    known: dict[str, datetime],
) -> None:
    work = Maintenance(text="cable", sites=[LINK], begins=at(3), ends=at(4))
    planned = replace(office, maintenance={"cable": work})
    window, now = (at(1), at(20)), at(19)
    with TemporaryDirectory() as folder:
        store = new_store(Path(folder))
        with store.write() as session:
            for site, first_utc in known.items():
                session.add(SiteState(site=site, state="up", since_utc=first_utc, first_utc=first_utc))
            last = set[str]()  # of whom an outage lasts: the database takes no second one
            for site, one, other in spans:
                begins, ends = sorted([one, other])
                if ends >= now:
                    if site in last:
                        continue
                    last.add(site)
                times = {"started_utc": begins, "confirmed_utc": begins, "deadline_utc": begins}
                session.add(Outage(site=site, service="citizen:10", ended_utc=ends if ends < now else None, **times))
            session.add(Gap(started_utc=min(gap), ended_utc=max(gap), reason=said("a crash")))
        with store.read() as session:
            one_by_one = {site: figures(session, planned, site, window, now).promised.share for site in known}
            at_once = shares(session, planned, window, now)
        store.close()
    assert at_once == pytest.approx({site: share for site, share in one_by_one.items() if share is not None})


def test_the_shares_of_a_fleet_are_counted_without_an_object_of_each_site(tmp_path: Path, office: Office) -> None:
    made: list[object] = []

    def note(state: object, _: object) -> None:
        made.append(state)

    store = new_store(tmp_path)
    event.listen(SiteState, "load", note)
    try:
        with store.write() as session:
            session.add_all(SiteState(site=site, state=State.UP, since_utc=DAY) for site in office.fleet.sites)
        with store.read() as session:
            assert set(shares(session, office, (DAY, at(24)), at(1_000))) == set(office.fleet.sites)
            assert made == []
    finally:
        event.remove(SiteState, "load", note)
        store.close()
