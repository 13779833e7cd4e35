"""Write docs/faults.md, the list of faults and of what finds each: python -m tests.mutants.faults FOLDER."""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.running import Mutant, mutants

FILE = Path(__file__).with_name("faults.toml")
HEAD = """# Forty faults and attacks, and what finds each
<!-- Made by scripts/docs from tests/mutants/faults.toml and mutants.toml: do not edit. -->

A protection that nobody would miss is none. So `scripts/mutants` takes each protection out of a copy of the program,
one at a time, and the test named beside it must fail. Each fault below has at least one that is taken out; there are
more of them than stand here. How often the faults themselves were brought about, and what was lost by them:
[what was tried to break it](reliability.md).
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What may happen, what must hold then, and the names of the mutants that take the protection away."""

    what: str
    holds: str
    mutants: tuple[str, ...]


def faults() -> list[Fault]:
    """Return all of `faults.toml`, in its order."""
    return [
        Fault(entry["what"], entry["holds"], tuple(entry["mutants"]))
        for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["fault"]
    ]


def page() -> str:
    """Return the page; raises KeyError for a mutant that is not there."""
    known = {one.name: one for one in mutants()}
    return HEAD + "".join(f"\n{line}" for fault in faults() for line in _section(fault, known)) + "\n"


def _section(fault: Fault, known: dict[str, Mutant]) -> Iterator[str]:
    yield f"## {fault.what[0].upper()}{fault.what[1:]}"
    yield ""
    yield f"What must hold: {fault.holds}."
    yield ""
    for name in fault.mutants:
        file, _, test = known[name].test.partition("::")
        yield f"- *{name}*: `{file}`, `{test}`"
    yield ""


if __name__ == "__main__":
    (Path(sys.argv[1]) / "faults.md").write_text(page().rstrip("\n") + "\n", encoding="utf-8")
