"""The lab's configurations are sound, write to no real person, and lie in the lab to the last address."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from monitor.configuration import load
from monitor.settings.load import Settings
from tests.lab.fleet import many_sites, shipped_sites, write_config
from tests.lab.network import HOSTS4, HOSTS6


def written(folder: Path, sites: str) -> Settings:
    write_config(folder / "config", sites=sites, listen="127.0.0.1:9786", target_s=8)
    return load(folder / "config")


@pytest.mark.parametrize("sites", [shipped_sites(), many_sites(500)], ids=["shipped", "500 sites"])
def test_every_address_lies_in_the_lab(tmp_path: Path, sites: str) -> None:
    addresses = [ip_address(str(device.address)) for device in written(tmp_path, sites).fleet.devices.values()]

    lab = [ip_network(HOSTS4), ip_network(HOSTS6)]
    assert len(addresses) >= 30
    assert all(any(address in network for network in lab) for address in addresses)


def test_500_sites_have_every_kind_both_families_and_parents(tmp_path: Path) -> None:
    fleet = written(tmp_path, many_sites(500)).fleet

    assert len(fleet.sites) == 500
    assert {site.kind for site in fleet.sites.values()} == {"backbone", "udc", "lab"}
    assert {ip_address(str(device.address)).version for device in fleet.devices.values()} == {4, 6}
    assert sum(site.parent is not None for site in fleet.sites.values()) == 495


def test_no_drill_writes_to_a_person(tmp_path: Path) -> None:
    settings = written(tmp_path, shipped_sites())

    addresses = [officer.email for officer in settings.charter.officers.values()]
    assert addresses == [f"{role}@office.example" for role in settings.charter.officers]


def test_every_service_is_promised_around_the_clock_and_due_in_seconds(tmp_path: Path) -> None:
    charter = written(tmp_path, shipped_sites()).charter

    promised = [service for service in charter.citizen if service.site_kinds]
    assert len(promised) == 4
    assert {service.hours for service in promised} == {"always"}
    assert {str(service.target) for service in promised} == {"{ seconds = 8 }"}
