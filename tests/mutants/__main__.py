"""Print which faults are found by the tests and which survive: ``scripts/mutants``."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.running import LONGEST_OF_ALL_S, PASSED, Mutant, copy_of_program, is_killed, mutants, of_day, run

SIDE_BY_SIDE = 3


def main() -> int:
    """Run the wanted mutants; return 1 when one survives, 2 when a test fails without any fault."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("--of-today", type=int, metavar="N", help="only N of them, others each day")
    parser.add_argument("words", nargs="*", help="only those whose name has these words")
    asked = parser.parse_args()
    wanted = [one for one in mutants() if all(word in one.name for word in asked.words)]
    if not wanted:  # without a test to run, pytest would run them all
        parser.error(f"no fault has these words in its name: {' '.join(asked.words)}")
    if asked.of_today:
        wanted = of_day(wanted, datetime.now(UTC).date(), asked.of_today)
    begun_s = time.monotonic()
    tests = sorted({one.test for one in wanted})
    count = min(SIDE_BY_SIDE, len(tests) + 1)
    with _copies(count) as copies, ThreadPoolExecutor(count) as pool:
        shares = [share for place in range(SIDE_BY_SIDE) if (share := tests[place::SIDE_BY_SIDE])]
        faultless = [pool.submit(_fails_without_any_fault, copies, share) for share in shares]
        found = list(pool.map(lambda one: _is_found(copies, one), wanted))
        failed = [said for each in faultless if (said := each.result())]
    if failed:
        print(f"a test fails without any fault in the program: {failed[0]}")
        return 2
    survived = found.count(False)
    took_s = time.monotonic() - begun_s
    print(f"{len(wanted)} faults: {len(wanted) - survived} found, {survived} survived, in {took_s:.0f} s")
    return 1 if survived else 0


@contextmanager
def _copies(count: int) -> Iterator["SimpleQueue[Path]"]:
    """Make so many copies of the program, and keep those that are free."""
    free = SimpleQueue[Path]()
    with ExitStack() as stack:
        for _ in range(count):
            free.put(stack.enter_context(copy_of_program()))
        yield free


def _fails_without_any_fault(copies: "SimpleQueue[Path]", tests: Sequence[str]) -> str:
    """Return the last words of tests that fail, and fail again, since a busy machine fails some; '' where all pass."""
    copy = copies.get()
    try:
        for _ in range(2):
            code, said = run(copy, tests, LONGEST_OF_ALL_S)
            if code == PASSED:
                return ""
    finally:
        copies.put(copy)
    return said


def _is_found(copies: "SimpleQueue[Path]", one: Mutant) -> bool:
    copy = copies.get()
    try:
        found = is_killed(copy, one)
    finally:
        copies.put(copy)
    print(f"{'found   ' if found else 'SURVIVED'}  {one.name} ({one.test})", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
