"""Versions of what is really installed are compared with what this program declares."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import requires, version

from packaging.requirements import Requirement

from monitor.doctor.finding import Finding
from monitor.doctor.versions import VERSIONS, Seen, floors, release
from tests.doctor.installation import Installation, codes

WELL = Seen("0.1.0", "3.11.2", "3.51.3", "0.1.0", {"rich": ("14.1.0", "14")})


def judged(seen: Seen) -> list[Finding]:
    return list(VERSIONS.judge(seen, datetime(2026, 11, 24, tzinfo=UTC)))


def test_each_fault_is_told() -> None:
    assert codes(judged(WELL)) == ["ok"]
    assert codes(judged(replace(WELL, running="0.0.9"))) == ["restart"]
    assert codes(judged(replace(WELL, packages={"rich": ("13.9", "14")}))) == ["old-package"]
    assert codes(judged(replace(WELL, packages={"rich": ("", "14")}))) == ["missing-package"]
    assert codes(judged(replace(WELL, sqlite="3.40.1"))) == ["ok", "wal-bug"]


def test_the_floors_are_those_that_the_program_declares() -> None:
    lines = requires("upazila-monitor") or []
    declared = [Requirement(line) for line in lines]
    always = {each.name for each in declared if each.marker is None or each.marker.evaluate({"extra": ""})}
    assert dict(floors(lines)).keys() == always
    assert dict(floors(["idna>=3.7", "apscheduler<4,>=3.11", 'typst>=0.15; extra == "reports"'])) == {
        "idna": "3.7",
        "apscheduler": "3.11",
    }


def test_versions_are_compared_as_numbers() -> None:
    assert release("2.10.1") > release("2.9")
    assert release("3.0") == release("3")
    assert release("1.0rc1") == release("1")


def test_this_installation_is_well(office: Installation) -> None:
    assert office.found("versions", running=version("upazila-monitor"))[0] == "ok"
    assert office.found("versions", running="0.0.1")[0] == "restart"
