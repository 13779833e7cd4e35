"""Labs of which no workstation answers for a week are noted, once a week."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from sqlalchemy import select

from monitor.alerts import timeline
from monitor.alerts.office import Office
from monitor.judging.decisions import LabSeen, SiteChanged
from monitor.judging.states import State
from monitor.settings.fleet import Device, Fleet
from monitor.settings.load import load
from monitor.store.models import Event
from monitor.store.session import open_store

T0 = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
SHIPPED = Path(__file__).resolve().parents[2] / "config"


def test_a_lab_without_a_workstation_for_a_week_is_noted_once_a_week(tmp_path: Path) -> None:
    office = Office.of(load(SHIPPED))
    lab = next(site for site in office.fleet.sites.values() if site.kind == "lab")
    stations = tuple(
        Device(f"{lab.id}/pc{n}", lab.id, f"pc{n}", IPv4Address("127.0.0.2"), role="workstation") for n in range(3)
    )
    office = replace(office, fleet=Fleet({lab.id: replace(lab, devices=(*lab.devices, *stations))}))
    store = open_store(tmp_path)
    with store.write() as session:
        timeline.apply(session, SiteChanged(lab.id, State.UP, T0))
        timeline.apply(session, LabSeen(lab.id, T0 + timedelta(days=2)))
    noted = []
    for day in range(30):
        with store.write() as session:
            if timeline.note_unused_labs(session, office, T0 + timedelta(days=day)):
                noted.append(day)
    with store.read() as session:
        texts = list(session.scalars(select(Event.text)))
    store.close()

    assert noted == [9, 16, 23]
    assert texts[0] == "none of 3 workstations for 7 days"
