"""What the calendar has done: once a night, and when the office opens."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.alerts.cases import outages
from monitor.alerts.cases.entered import Entered
from monitor.configuration import load_installation
from monitor.domain.clock import VirtualClock
from monitor.judging.board import Board
from monitor.judging.decisions import SiteChanged
from monitor.judging.distrust import Distrust
from monitor.judging.health import Rules, State
from monitor.runtime.calendar_jobs import CalendarJobs
from monitor.runtime.jobs import Jobs, last_night
from monitor.runtime.leases import SoleHolder
from monitor.runtime.live import RuntimeState
from monitor.runtime.office_in_force import OfficeInForce
from monitor.settings.notices_section import Notices
from monitor.settings.offices_file import Tree
from monitor.store.database import Store
from monitor.store.models import Edition, LoginAttempt, Notice
from monitor.store.work import Work
from tests.lab.waiting import until
from tests.runtime.built import settings_of, state_of
from tests.settings.many_offices import installation as installation_in
from tests.store.migrated import new_store

OPENS = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # nine on a Tuesday morning in Dhaka
READERS = Notices(morning=("responsible",), weekly=())


@dataclass
class Office:
    """A shipped office that has been watched for a day, an hour before it opens."""

    store: Store

    def __post_init__(self) -> None:
        self.clock = VirtualClock(OPENS - timedelta(hours=1))
        settings = replace(settings_of(notices=READERS), directory=self.store.state / "config")
        self.live = state_of(self.clock, settings.fleet, Board(settings.fleet, Rules()))
        self.live.office = replace(self.live.office, notices=READERS)
        in_force = OfficeInForce(self.clock, settings, Entered(), self.live, Distrust())
        jobs = Jobs(self.store, self.live, in_force, lambda: "sound", SoleHolder())
        self.calendar = CalendarJobs(self.clock.utc, jobs.all_of_them(), SoleHolder())
        yesterday = OPENS - timedelta(days=1)
        with self.store.write() as session:
            outages.apply(Work(session, self.live.office, yesterday), SiteChanged("office-ict", State.UP, yesterday))
        asyncio.run(self.calendar.open())

    def briefs(self, after: timedelta = timedelta(0)) -> list[str]:
        """To whom which brief is owed, after a look so long after it opened."""
        self.clock.advance((OPENS + after - self.clock.utc()).total_seconds())
        self.calendar.look()
        until(lambda: not self.calendar._under_way, "the end of the jobs", 20)
        with self.store.read() as session:
            return list(session.scalars(select(Notice.key).order_by(Notice.id)))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(new_store(tmp_path))
    yield made
    asyncio.run(made.calendar.close())
    made.store.close()


def test_the_morning_brief_is_owed_once_from_the_opening_of_the_office_on(office: Office) -> None:
    owed = ["morning-20261124/morning/responsible"]
    minutes = (-20, 0, 1, 20)
    assert [office.briefs(timedelta(minutes=each)) for each in minutes] == [[], owed, owed, owed]


def test_a_reader_whom_a_new_configuration_names_gets_the_brief_of_the_day(office: Office) -> None:
    office.briefs()
    notices = Notices(morning=("responsible", "cell"), weekly=())
    office.live.office = replace(office.live.office, notices=notices)
    office.calendar.reconfigure(settings_of(notices=notices))
    owed = office.briefs(timedelta(minutes=5))
    assert owed == [f"morning-20261124/morning/{reader}" for reader in ("responsible", "cell")]


def test_a_database_that_cannot_be_used_yet_delays_a_brief_and_is_not_told_once_more(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.store.waiting = "database is locked"
    assert office.briefs() == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    office.store.waiting = ""
    assert len(office.briefs(timedelta(minutes=1))) == 1


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 24, 19, 6, tzinfo=UTC), datetime(2026, 11, 23, 19, 7, tzinfo=UTC)),
        (datetime(2026, 11, 24, 19, 7, tzinfo=UTC), datetime(2026, 11, 24, 19, 7, tzinfo=UTC)),
        (datetime(2026, 11, 25, 0, 0, tzinfo=UTC), datetime(2026, 11, 24, 19, 7, tzinfo=UTC)),
    ],
)
def test_the_night_falls_due_at_one_in_the_morning_in_dhaka(now: datetime, night: datetime) -> None:
    assert last_night(now) == night


def test_the_night_forgets_failed_log_ins_that_count_no_longer(office: Office) -> None:
    office.briefs()  # the daemon runs since before the night
    with office.store.write() as session:
        session.add(LoginAttempt(at_utc=office.clock.utc(), name_hash=b"n" * 32, address="192.0.2.7"))
    office.briefs(timedelta(hours=16, minutes=7))  # one in the morning, and some minutes
    with office.store.read() as session:
        assert list(session.scalars(select(LoginAttempt.id))) == []


@dataclass
class ThreeOffices:
    """Three offices that were watched for long, on a Sunday morning, with the calendar of their daemon."""

    store: Store
    live: RuntimeState
    calendar: CalendarJobs

    def stored(self) -> list[tuple[str, str]]:
        """Look; each notice that goes out by itself, with its office."""
        self.calendar.look()
        until(lambda: not self.calendar._under_way, "the end of the jobs", 20)
        with self.store.read() as session:
            rows = session.execute(select(Notice.office, Notice.key).where(Notice.folded_into.is_(None)))
            return sorted((row.office, row.key) for row in rows)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[ThreeOffices]:
    installation = load_installation(installation_in(tmp_path))
    store = new_store(tmp_path)
    clock = VirtualClock(datetime(2026, 11, 29, 3, 5, tzinfo=UTC))
    live = state_of(clock, installation.host.fleet, Board(installation.host.fleet, Rules()))
    live.offices = Entered().offices(installation)
    before = clock.utc() - timedelta(days=20)
    for id_, site in {"bheramara": "udc-juniadaha", "mirpur": "mirpur.udc", "gangni": "gangni.udc"}.items():
        with store.of(id_).write() as session:
            outages.apply(Work(session, live.offices.office(id_), before), SiteChanged(site, State.UP, before))
    in_force = OfficeInForce(clock, installation.host, Entered(), live, Distrust(), installation)
    jobs = Jobs(store, live, in_force, lambda: "sound", SoleHolder())
    calendar = CalendarJobs(clock.utc, jobs.all_of_them(), SoleHolder())
    asyncio.run(calendar.open())
    yield ThreeOffices(store, live, calendar)
    asyncio.run(calendar.close())
    store.close()


MORNINGS = [(id_, "morning-20261129/morning/responsible") for id_ in ("bheramara", "gangni", "mirpur")]


def test_the_offices_of_one_programmer_send_one_weekly_brief(three: ThreeOffices) -> None:
    shared = ("bheramara", "weekly-20261129-khulna/weekly/grievance")
    assert three.stored() == sorted([*MORNINGS, shared])
    three.calendar.reconfigure(settings_of())
    assert three.stored() == sorted([*MORNINGS, shared])


def test_an_office_in_which_a_brief_fails_keeps_no_other_from_its_own(
    three: ThreeOffices, caplog: pytest.LogCaptureFixture
) -> None:
    mirpur = three.live.offices.office("mirpur")
    # No configuration can be like this: a fault of the program, in the office that comes before Gangni.
    broken = replace(mirpur, fleet=None)  # type: ignore[arg-type]
    three.live.offices = replace(three.live.offices, others={**three.live.offices.others, "mirpur": broken})
    assert [office for office, key in three.stored() if key.startswith("morning")] == ["bheramara", "gangni"]
    assert "briefs failed" in caplog.text
    three.live.offices = replace(three.live.offices, others={**three.live.offices.others, "mirpur": mirpur})
    assert [each for each in three.stored() if each[1].startswith("morning")] == MORNINGS


def test_the_report_of_a_district_that_wants_one_is_asked_for_once_on_the_first_working_day(
    three: ThreeOffices,
) -> None:
    nodes = three.live.tree.nodes
    monthly = {id_: replace(nodes[id_], monthly_report=True) for id_ in ("kushtia", "meherpur")}
    three.live.tree = Tree({**nodes, **monthly})
    assert isinstance(three.live.clock, VirtualClock)
    three.live.clock.advance(2 * 86_400)  # the first of December, a Tuesday
    for _ in range(2):
        three.stored()
        three.calendar.reconfigure(settings_of())
    of_place = select(Edition.office, Edition.scope_id, Edition.period_code).where(Edition.scope_kind == "place")
    with three.store.read() as session:
        # Meherpur has one office, whose own report says it all.
        assert [tuple(row) for row in session.execute(of_place)] == [("", "kushtia", "2026-11")]
