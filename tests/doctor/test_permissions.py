"""Owners and modes of real files decide, and the mend is what closes them."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from monitor.doctor.permissions import Entry, may_read
from tests.doctor.installation import Installation

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def office(office: Installation) -> Installation:
    office.has_run()
    office.state.chmod(0o750)
    return office


def test_what_a_start_leaves_is_well(office: Installation) -> None:
    assert office.found("permissions") == ["ok"]


def test_a_secret_that_others_can_read_is_closed_by_the_command_it_is_said_with(office: Installation) -> None:
    file = office.secret("community", "public", 0o644)
    office.configure("monitor.toml", "snmp.v2c.core", community_file="community")
    (finding,) = office.examined("permissions").findings
    assert (finding.kind.code, finding.values["path"]) == ("permissions.secret-open", str(file))
    subprocess.run(str(finding.mend), shell=True, check=True)
    assert office.found("permissions") == ["ok"]


@pytest.mark.parametrize("name", ["config", "config/monitor.toml", "var/monitor.db"])
def test_what_anybody_can_change_is_closed_by_the_command_it_is_said_with(office: Installation, name: str) -> None:
    path = office.home / name
    path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IWOTH)
    (finding,) = office.examined("permissions").findings
    assert (finding.kind.code, finding.values["path"]) == ("permissions.changeable", str(path))
    subprocess.run(str(finding.mend), shell=True, check=True)
    assert office.found("permissions") == ["ok"]


def test_a_state_folder_that_others_can_read_is_said_once(office: Installation) -> None:
    (office.state / "backups").mkdir(mode=0o755)
    office.state.chmod(0o755)
    (finding,) = office.examined("permissions").findings
    assert (finding.kind.code, finding.values["path"]) == ("permissions.state-open", str(office.state))
    subprocess.run(str(finding.mend), shell=True, check=True)
    assert "state-open" not in office.found("permissions") or stat.S_IMODE(office.state.stat().st_mode) & 0o7 == 0


@AS_ROOT
def test_a_file_that_a_command_of_root_left_behind_is_given_back(office: Installation) -> None:
    for path in (office.state, *office.state.iterdir()):
        os.chown(path, 12_345, 12_345)
    left = office.state / "monitor.db-wal"
    left.touch(0o640)
    faults = office.examined("permissions").findings
    foreign = [each for each in faults if each.kind.code == "permissions.foreign"]
    assert [each.values["path"] for each in foreign] == [str(left)]
    assert str(foreign[0].mend) == f"As root: chown 12345: {left}"


@AS_ROOT
def test_a_secret_that_the_daemons_user_cannot_read_is_said(office: Installation) -> None:
    office.secret("community", "public")
    office.configure("monitor.toml", "snmp.v2c.core", community_file="community")
    for path in (office.state, *office.state.iterdir()):
        os.chown(path, 12_345, 12_345)
    unreadable = {
        Path(str(each.values["path"])).name
        for each in office.examined("permissions").findings
        if each.kind.code == "permissions.unreadable"
    }
    assert "community" in unreadable


def test_the_mode_says_who_reads() -> None:
    def entry(mode: int, uid: int = 1, gid: int = 1) -> Entry:
        return Entry("x", "configuration", mode, uid, gid)

    assert may_read(entry(0o000), 0, frozenset())
    assert may_read(entry(0o400), 1, frozenset())
    assert not may_read(entry(0o044), 1, frozenset({1})), "its owner is judged by the owner's bits alone"
    assert may_read(entry(0o640), 2, frozenset({1}))
    assert not may_read(entry(0o640), 2, frozenset({3}))
    assert may_read(entry(0o644), 2, frozenset())
