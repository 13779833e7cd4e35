"""Labs of which no workstation answers for a week are noted, once a week."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from sqlalchemy import select

from monitor.alerts.cases import events
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.judging.decisions import SiteChanged, WorkstationSeen
from monitor.judging.health import State
from monitor.settings.fleet import Device, Fleet
from monitor.store.models import Event, SiteState
from monitor.store.work import Work
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.told import words

T0 = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


def lab_office() -> tuple[Office, str]:
    """An office with one lab of three workstations."""
    office = Office.of(load(SHIPPED))
    lab = next(site for site in office.fleet.sites.values() if site.kind == "lab")
    stations = tuple(
        Device(f"{lab.id}/pc{n}", lab.id, f"pc{n}", IPv4Address("127.0.0.2"), role="workstation") for n in range(3)
    )
    office = replace(office, fleet=Fleet({lab.id: replace(lab, devices=(*lab.devices, *stations))}))
    return office, lab.id


def nights(tmp_path: Path, began: datetime, seen: datetime, days: int) -> tuple[list[int], list[str]]:
    """On which of so many days the lab was noted, and the texts."""
    office, lab = lab_office()
    store = new_store(tmp_path)
    with store.write() as session:
        events.apply(Work(session, office, began), SiteChanged(lab, State.UP, began))
        events.apply(Work(session, office, began), WorkstationSeen(lab, seen))
    noted = []
    for day in range(days):
        with store.write() as session:
            if events.note_unused_labs(Work(session, office, began + timedelta(days=day))):
                noted.append(day)
    with store.read() as session:
        texts = [words(one) for one in session.scalars(select(Event.reason))]
    store.close()
    return noted, texts


def test_a_lab_without_a_workstation_for_a_week_is_noted_once_a_week(tmp_path: Path) -> None:
    noted, texts = nights(tmp_path, T0, T0 + timedelta(days=2), 30)
    assert noted == [9, 16, 23]
    assert texts[0] == "none of 3 workstations for 7 days"


def test_a_week_of_holidays_is_no_week_of_classes(tmp_path: Path) -> None:
    before_eid = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)  # holidays from the 17th to the 23rd
    noted, _ = nights(tmp_path, before_eid, before_eid, 20)
    assert noted
    assert noted[0] > 9


def test_a_site_is_known_since_the_first_of_the_states_that_are_stored_at_once(tmp_path: Path) -> None:
    office, lab = lab_office()
    store = new_store(tmp_path)
    states = [SiteChanged(lab, State.UP, T0), SiteChanged(lab, State.DEGRADED, T0 + timedelta(days=9))]
    with store.write() as session:
        events.store_states(Work(session, office, T0 + timedelta(days=10)), {lab: states})
    with store.read() as session:
        row = session.get_one(SiteState, lab)
        assert (row.state, row.since_utc, row.first_utc) == ("degraded", T0 + timedelta(days=9), T0)
    store.close()
