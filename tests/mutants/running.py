"""Put faults into a copy of the program, one at a time, and look whether the test that is to find each one fails."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.places import ROOT

FILE = Path(__file__).with_name("mutants.toml")
NOT_COPIED = (".git", ".venv", "var", ".*_cache", ".hypothesis")
LONGEST_S, LONGEST_OF_ALL_S = 300.0, 1_800.0
PASSED, FAILED = 0, 1  # pytest's exit codes


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: ``old`` stands in ``file`` once and becomes ``new``; ``test``, a node of pytest, must fail by it."""

    name: str
    file: str
    old: str
    new: str
    test: str


def mutants() -> list[Mutant]:
    """Return all of `mutants.toml`, in its order."""
    return [Mutant(**entry) for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["mutant"]]


def of_day(every: Sequence[Mutant], day: date, count: int) -> list[Mutant]:
    """Return ``count`` of them that change from day to day: in a few days it was the turn of each."""
    start = day.toordinal() * count % len(every)
    return [every[(start + place) % len(every)] for place in range(min(count, len(every)))]


@contextmanager
def copy_of_program() -> Iterator[Path]:
    """Make a copy of the whole checkout, in which faults may be put; the environment is shared.

    What Python has compiled is copied too, and no more is written: the file with the fault is newer than that.
    """
    with TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "program"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        (copy / ".venv").symlink_to(ROOT / ".venv")
        yield copy


def is_killed(copy: Path, mutant: Mutant) -> bool:
    """Put the fault into ``copy``, run its test, and take it out again; return whether the test failed.

    A test that never ends has failed too. Raises ValueError when the test cannot be run at all.
    """
    place = copy / mutant.file
    whole = place.read_text(encoding="utf-8")
    place.write_text(mutated(whole, mutant), encoding="utf-8")
    try:
        code, said = run(copy, [mutant.test])
    finally:
        place.write_text(whole, encoding="utf-8")
    if code not in {PASSED, FAILED}:
        raise ValueError(f"{mutant.name}: {mutant.test} cannot be run: {said}")
    return code == FAILED


def mutated(whole: str, mutant: Mutant) -> str:
    """Return a file's text with the fault in it; raises ValueError unless its place is there once."""
    found = whole.count(mutant.old)
    if found != 1 or mutant.old == mutant.new:
        raise ValueError(
            f"{mutant.name}: found its place {found} times in {mutant.file}. Expected it once, to change it"
        )
    return whole.replace(mutant.old, mutant.new)


def run(copy: Path, tests: Sequence[str], longest_s: float = LONGEST_S) -> tuple[int, str]:
    """Run tests in ``copy``; return pytest's exit code and its last words."""
    asked = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    around = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "ci"}
    try:
        done = subprocess.run(
            asked, cwd=copy, env=around, capture_output=True, text=True, timeout=longest_s, check=False
        )
    except subprocess.TimeoutExpired:
        return FAILED, "no end"
    return done.returncode, "\n".join((done.stdout + done.stderr).strip().splitlines()[-3:])
