"""One transaction, many offices: each has its own rules, numbers, letters and history."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.alerts.cases.calendar_orders import orders_by_office
from monitor.alerts.cases.clock import settle
from monitor.alerts.cases.entered import Entered, entered_by
from monitor.alerts.cases.of_offices import Works, runs
from monitor.charter.offices import ALONE, Offices
from monitor.configuration import load_installation
from monitor.domain.reasons import TIMEOUT
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import Affected, Decision, OutageClosed, OutageOpened, SiteChanged, UplinkLost
from monitor.judging.health import State
from monitor.settings.installation import Installation
from monitor.settings.maintenance_section import Maintenance
from monitor.store import ticket_history
from monitor.store.database import Store
from monitor.store.models import AffectedSite, Event, Gap, Notice, Outage, PlannedWork, Ticket
from monitor.store.work import Work
from tests.settings.many_offices import installation as made
from tests.store.migrated import new_store

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
PLAIN = "udc-juniadaha"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return load_installation(made(tmp_path_factory.mktemp("offices")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path)
    yield opened
    opened.close()


def down(site: str) -> tuple[Decision, datetime]:
    return OutageOpened(site, AT, AT, None, TIMEOUT), AT


def write(store: Store, offices: Offices, *batch: tuple[Decision, datetime], at: datetime = AT) -> bool:
    """What the writer does in one transaction."""
    with store.write() as session:
        works = Works(session, offices, at)
        works.store(batch, certain=True)
        return works.do_what_is_due(500)


def test_each_office_opens_its_own_tickets_by_its_own_rules_and_writes_to_its_own_officers(
    store: Store, installation: Installation
) -> None:
    offices = Entered().offices(installation)
    write(store, offices, down("mirpur.udc"), down(PLAIN), down("gangni.udc"), down("mirpur.pop"))
    assert write(store, offices, at=AT + timedelta(days=40))

    with store.read() as session:
        rows = session.scalars(select(Outage).order_by(Outage.id)).all()
        assert [(row.office, row.site) for row in rows] == [
            ("mirpur", "mirpur.udc"),
            ("mirpur", "mirpur.pop"),
            ("bheramara", PLAIN),
            ("gangni", "gangni.udc"),
        ]
        tickets = session.scalars(select(Ticket).order_by(Ticket.number)).all()
        assert [(each.office, each.number[:4]) for each in tickets] == [
            ("bheramara", "BHR-"),
            ("gangni", "GNG-"),
            ("mirpur", "MIR-"),
            ("mirpur", "MIR-"),
        ]
        for key in {(each.office, each.year) for each in tickets}:
            assert min(each.seq for each in tickets if (each.office, each.year) == key) == 1
        for notice in session.scalars(select(Notice)):
            assert notice.ticket is None or notice.ticket.office == notice.office
        found = ticket_history.verify(session)
        assert (found.fault, list(found.heads)) == ("", ["", "bheramara", "gangni", "mirpur"])
    for id_, count in (("bheramara", 1), ("gangni", 1), ("mirpur", 2)):
        with store.of(id_).read() as session:
            assert len(session.scalars(select(Ticket)).all()) == count
            assert {each.office for each in session.scalars(select(Notice))} == {id_}


def test_a_site_behind_another_offices_router_is_its_own_offices_affected_site(
    store: Store, installation: Installation
) -> None:
    offices = Entered().offices(installation)
    write(store, offices, down("mirpur.pop"), (Affected("gangni.udc", "mirpur.pop", AT), AT))
    with store.of("gangni").read() as session:
        assert [row.site for row in session.scalars(select(AffectedSite))] == ["gangni.udc"]
    write(store, offices, (OutageClosed("mirpur.pop", AT + timedelta(hours=1)), AT + timedelta(hours=1)))
    with store.of("gangni").read() as session:
        assert [row.until_utc for row in session.scalars(select(AffectedSite))] == [AT + timedelta(hours=1)]


def test_what_is_about_no_site_is_the_installations(store: Store, installation: Installation) -> None:
    write(store, Entered().offices(installation), (UplinkLost("isp", AT), AT))
    with store.read() as session:
        assert {row.office for row in session.scalars(select(Event))} <= {ALONE}


def test_a_ticket_gets_no_line_of_another_offices_chain(store: Store, installation: Installation) -> None:
    offices = Entered().offices(installation)
    write(store, offices, down("mirpur.udc"))
    write(store, offices, at=AT + timedelta(days=40))
    with store.write() as session:
        ticket, work = session.scalars(select(Ticket)).one(), Work(session, offices.host, AT)
        with pytest.raises(ValueError, match=f"{ticket.number} is a ticket of mirpur, not of ''"):
            ticket_history.record(work, ticket, "comment", "x")


def test_work_that_an_office_plans_is_about_its_own_sites_and_known_to_the_installation(
    store: Store, installation: Installation
) -> None:
    window = Maintenance.from_json(
        {"text": "x", "sites": ["pop"], "begins": AT.isoformat(), "ends": "2026-11-25T04:00Z"}
    )
    for office in ("mirpur", "gangni"):
        with store.of(office).write() as session:
            entry = window.model_dump(mode="json", exclude_defaults=True)
            session.add(PlannedWork(name="cable", entry=entry, actor="x", created_utc=AT))
    with store.read() as session:
        entered = entered_by(session, AT)
        assert orders_by_office(session) == {}
    offices = entered.offices(installation)
    assert entered.plans == {}
    assert {name: list(each.sites) for name, each in offices.host.maintenance.items()} == {
        "mirpur.cable": ["mirpur.pop"],
        "gangni.cable": ["gangni.pop"],
    }
    assert list(offices.office("mirpur").maintenance) == ["mirpur.cable"]
    with store.of("mirpur").read() as session:
        own = entered_by(session, AT)
        assert list(own.plans) == ["cable"]
        # A command for one office knows it as the daemon does.
        found = own.office(installation.offices["mirpur"]).maintenance
        assert {name: list(each.sites) for name, each in found.items()} == {"mirpur.cable": ["mirpur.pop"]}


def test_of_an_office_that_stands_alone_there_is_one_work_which_sees_all(
    store: Store, installation: Installation
) -> None:
    alone = Installation.of(installation.offices["bheramara"])
    offices = Entered().offices(alone)
    assert (offices.several, list(offices.by_id), offices.of_site("mirpur.udc")) == (False, [ALONE], ALONE)
    write(store, offices, down(PLAIN))
    assert write(store, offices, at=AT + timedelta(days=40))
    with store.read() as session:
        assert {each.office for each in session.scalars(select(Ticket))} == {ALONE}
        assert len(list(Works(session, offices, AT).each())) == 1


def test_dates_of_a_wrong_clock_move_once_each_offices_and_the_installations(
    store: Store, installation: Installation
) -> None:
    offices, by = Entered().offices(installation), timedelta(hours=-2)
    write(store, offices, down("mirpur.udc"), down("gangni.udc"), down(PLAIN))
    with store.write() as session:
        session.add(Gap(started_utc=AT, ended_utc=AT + timedelta(minutes=1)))
    with store.write() as session:
        for work in Works(session, offices, AT + timedelta(days=1)).each():
            settle(work, Move(AT - timedelta(seconds=1), by))
    with store.read() as session:
        assert {each.started_utc for each in session.scalars(select(Outage))} == {AT + by}
        assert [each.started_utc for each in session.scalars(select(Gap))] == [AT + by]


SITES = st.sampled_from(["a.1", "a.2", "b.1", "c.1", "plain"])
DECISIONS = st.one_of(
    st.builds(lambda site: SiteChanged(site, State.UP, AT), SITES),
    st.builds(lambda site, root: Affected(site, root, AT), SITES, SITES),
    st.just(UplinkLost("isp", AT)),
)


def office_of(site: str) -> str:
    return site.partition(".")[0] if site else ALONE


def offices_of(decision: Decision) -> set[str]:
    """Return the offices that it is about; all of them if it is about the installation."""
    if isinstance(decision, UplinkLost):
        return {ALONE, "a", "b", "c", "plain"}
    return {office_of(getattr(decision, name)) for name in ("site", "root") if hasattr(decision, name)}


@given(st.lists(DECISIONS, max_size=12))
def test_runs_keep_the_order_of_all_decisions_that_have_an_office_in_common(decisions: list[Decision]) -> None:
    batch = [(decision, AT + timedelta(seconds=number)) for number, decision in enumerate(decisions)]
    found = list(runs(batch, office_of))
    stored = [each for _, run in found for each in run]
    assert sorted(stored, key=lambda each: each[1]) == batch
    assert all(office_of(str(getattr(each[0], "site", ""))) == id_ for id_, run in found for each in run)
    for number, (later, later_utc) in enumerate(stored):
        for earlier, earlier_utc in stored[:number]:
            assert earlier_utc <= later_utc or not offices_of(earlier) & offices_of(later)


def test_states_of_many_offices_in_turn_are_one_run_of_each() -> None:
    batch = [(SiteChanged(f"{'abc'[number % 3]}.{number}", State.UP, AT), AT) for number in range(30)]
    assert [(id_, len(run)) for id_, run in runs(batch, office_of)] == [("a", 10), ("b", 10), ("c", 10)]


def test_sites_behind_another_offices_router_are_one_run_behind_that_of_the_router() -> None:
    router: list[tuple[Decision, datetime]] = [(OutageOpened("a.1", AT, AT, None, TIMEOUT), AT)]
    behind: list[tuple[Decision, datetime]] = [(Affected(f"b.{number}", "a.1", AT), AT) for number in range(9)]
    assert [(id_, len(run)) for id_, run in runs([*router, *behind], office_of)] == [("a", 1), ("b", 9)]
