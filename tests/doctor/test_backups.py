"""Copies are restored for a try: those that cannot be are found."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.settings.storage_section import Place
from monitor.store.opening import open_store
from monitor.store.retention import back_up
from tests.doctor.installation import Installation
from tests.store import servers


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


def test_on_a_server_the_right_and_the_program_that_copies_need_are_missed(
    office: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (office.state / "installed").unlink()
    server = servers.empty_of(office.state)
    name = servers.name_of(office.state)
    with servers.shared().connect() as connection:
        connection.execute(f'CREATE ROLE "{name}" LOGIN')
    office.configure("monitor.toml", "storage", url=server.url)
    open_store(office.state, server, daemon=True).close()
    assert office.found("backups") == ["none"]
    copied_there = back_up(Place(office.state, server), office.state / "backups", office.clock.now_utc, 7)
    assert copied_there is not None
    assert office.found("backups")[0] == "ok"

    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
        finding = office.examined("backups").findings[0]
        assert finding.kind.code == "backups.no-program"
        assert "pg_dump is of version 9, the server of" in str(finding.text)

    office.configure("monitor.toml", "storage", url=servers.shared().url(name, name))
    with servers.shared().connect(name) as connection:
        connection.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{name}"')
    assert "no-right" in office.found("backups")
    servers.drop_below(office.home)
    with servers.shared().connect() as connection:
        connection.execute(f'DROP ROLE "{name}"')
