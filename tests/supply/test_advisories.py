"""No locked package has a fault that was known when the copy of the advisories was made."""

from datetime import date

import pytest

from tests.supply.advisories import copy, faults, is_affected, locked


def test_no_locked_package_has_a_known_fault() -> None:
    assert list(faults(locked(), copy()["advisories"])) == []


def test_every_locked_package_was_looked_up_when_the_copy_was_made() -> None:
    assert {name for name, _ in locked()} <= set(copy()["packages"]), "run scripts/audit and renew the copy"


def test_the_copy_says_what_it_is_of_and_when() -> None:
    found = copy()

    assert date.fromisoformat(found["checked"])
    assert all(date.fromisoformat(source["as_of"]) for source in found["sources"])


@pytest.mark.parametrize(
    ("version", "affected"), [("1.9", False), ("2.0", True), ("2.0.6", True), ("2.0.7", False), ("3.1", True)]
)
def test_a_fault_is_told_of_the_versions_that_have_it(version: str, affected: bool) -> None:
    advisory = {"package": "p", "id": "X-1", "aliases": [], "affected": [["2.0", "2.0.7"]], "versions": ["3.1"]}

    assert is_affected(version, advisory) is affected
    assert list(faults([("p", version), ("q", version)], [advisory])) == ([f"p {version}: X-1 ()"] if affected else [])
