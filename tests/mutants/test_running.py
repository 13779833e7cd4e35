"""The list of faults fits the program, each is put in its place, and all have their turn."""

import ast
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.mutants.running import Mutant, is_killed, mutants, mutated, of_day
from tests.places import ROOT

EVERY = mutants()


@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: mutant.name)
def test_its_place_is_in_the_program_once_and_its_test_is_there(mutant: Mutant) -> None:
    changed = mutated((ROOT / mutant.file).read_text(encoding="utf-8"), mutant)
    ast.parse(changed)  # a fault, no typing error that any test would find
    file, _, name = mutant.test.partition("::")
    assert re.search(rf"^(async )?def {re.escape(name)}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_each_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in EVERY}) == len(EVERY)


def test_each_has_its_turn_within_twelve_days() -> None:
    begin = date(2026, 11, 27)
    seen = {one.name for day in range(12) for one in of_day(EVERY, begin + timedelta(days=day), 20)}
    assert seen == {one.name for one in EVERY}


def test_a_fault_is_found_when_its_test_fails_and_is_taken_out_again(tmp_path: Path) -> None:
    (tmp_path / "adding.py").write_text("def add(a, b):\n    return a + b\n")
    (tmp_path / "test_adding.py").write_text(
        "from adding import add\n\n\ndef test_sums():\n    assert add(2, 3) == 5\n\n\n"
        "def test_nothing():\n    assert add\n"
    )
    fault = Mutant("subtracts", "adding.py", "a + b", "a - b", "test_adding.py::test_sums")
    assert is_killed(tmp_path, fault)
    assert not is_killed(tmp_path, Mutant("survives", "adding.py", "a + b", "a - b", "test_adding.py::test_nothing"))
    with pytest.raises(ValueError, match="cannot be run"):
        is_killed(tmp_path, Mutant("no test", "adding.py", "a + b", "a - b", "test_adding.py::test_other"))
    assert (tmp_path / "adding.py").read_text() == "def add(a, b):\n    return a + b\n"
