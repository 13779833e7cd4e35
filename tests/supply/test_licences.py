"""Every package that an office installs is listed with its licence, and none asks for more than the list says."""

import json
import re
from importlib.metadata import PackageNotFoundError, metadata

from tests.supply.advisories import LOCKED, REQUIREMENTS

FREE = {"MIT", "MIT-0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "PSF-2.0", "MPL-2.0", "LGPL-3.0-only"}
"""Licences under which a program of any licence may use a library (SPDX)."""


def listed() -> dict[str, str]:
    found: dict[str, str] = json.loads((REQUIREMENTS / "licences.json").read_text(encoding="utf-8"))
    return found


def test_every_package_that_runs_is_listed_and_no_other() -> None:
    text = (REQUIREMENTS / "run.txt").read_text(encoding="utf-8")
    assert {re.sub(r"[-_.]+", "-", name).lower() for name, _ in LOCKED.findall(text)} == listed().keys()


def test_each_licence_is_one_under_which_any_program_may_use_a_library() -> None:
    asked = {part for licence in listed().values() for part in re.split(" OR | AND ", licence)}
    assert asked <= FREE


def test_what_is_installed_says_the_same_of_itself_where_it_uses_the_names_of_spdx() -> None:
    told = {}
    for name in listed():
        try:
            expression = metadata(name).json.get("license_expression")
        except PackageNotFoundError:  # of another system
            continue
        if expression:
            told[name] = expression
    assert len(told) > 20
    assert {name: listed()[name] for name in told} == told
