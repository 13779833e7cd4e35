"""Each of the forty faults has a mutant, and the page of them is current."""

from tests.mutants.faults import faults, page
from tests.mutants.running import mutants
from tests.places import DOCS


def test_each_fault_has_protections_that_are_taken_out() -> None:
    known = {one.name for one in mutants()}
    every = faults()
    assert len({fault.what for fault in every}) == len(every) == 40
    for fault in every:
        assert fault.mutants, fault.what
        assert not set(fault.mutants) - known, fault.what


def test_the_page_is_current() -> None:
    assert (DOCS / "faults.md").read_text(encoding="utf-8") == page().rstrip("\n") + "\n", "run scripts/docs"
