"""Copies are restored for a try: those that cannot be are found."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.settings.storage_section import Place
from monitor.store.retention import back_up
from tests.doctor.installation import Installation


@pytest.fixture
def office(office: Installation) -> Installation:
    office.has_run()
    return office


def copied(office: Installation, days_ago: int) -> Path:
    at_utc = office.clock.now_utc - timedelta(days=days_ago)
    made = back_up(Place(office.state), office.state / "backups", at_utc, 7)
    assert made is not None
    os.utime(made, (at_utc.timestamp(), at_utc.timestamp()))
    return made


def spoil(copy: Path) -> None:
    with copy.open("r+b") as file:
        file.seek(3 * 4_096)
        file.write(b"\xa5" * 40_960)


def test_a_copy_of_last_night_that_can_be_restored_is_well(office: Installation) -> None:
    copied(office, 1)
    assert office.found("backups") == ["ok", "same-disk"]
    assert list(office.state.glob(".restoring-*")) == [], "nothing is left of the try"


def test_before_the_first_night_a_copy_is_missed(office: Installation) -> None:
    assert office.found("backups") == ["none"]


def test_a_copy_of_last_week_is_too_old(office: Installation) -> None:
    copied(office, 7)
    assert office.found("backups")[0] == "old"


def test_a_newest_copy_that_is_damaged_is_told_from_a_good_one_before_it(office: Installation) -> None:
    good, bad = copied(office, 2), copied(office, 1)
    spoil(bad)
    finding = office.examined("backups").findings[0]
    assert finding.kind.code == "backups.newest-not-good"
    assert (finding.values["newest"], finding.values["copy"]) == (bad.name, good.name)


def test_where_none_can_be_restored_that_is_an_error(office: Installation) -> None:
    spoil(copied(office, 1))
    assert office.found("backups") == ["not-good"]


def test_copies_that_are_switched_off_are_missed(office: Installation) -> None:
    office.configure("monitor.toml", "storage", backups=0)
    assert office.found("backups") == ["off"]


def test_where_there_is_no_database_no_copy_is_missed(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert Installation.made_in(tmp_path / "new").found("backups") == ["not-yet"]
