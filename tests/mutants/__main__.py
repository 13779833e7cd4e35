"""Print which faults are found by the tests and which survive: ``scripts/mutants``."""

import argparse
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from tests.mutants.running import LONGEST_OF_ALL_S, PASSED, Mutant, copy_of_program, is_killed, mutants, of_day, run

SIDE_BY_SIDE = 2


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
    with copy_of_program() as copy:
        tests = sorted({one.test for one in wanted})
        code, said = run(copy, tests, LONGEST_OF_ALL_S)
        if code != PASSED:  # a busy machine fails one that measures time
            code, said = run(copy, tests, LONGEST_OF_ALL_S)
    if code != PASSED:
        print(f"a test fails without any fault in the program: {said}")
        return 2
    shares = [wanted[place::SIDE_BY_SIDE] for place in range(SIDE_BY_SIDE)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        survived = [one for some in pool.map(_survivors, shares) for one in some]
    took_s = time.monotonic() - begun_s
    print(f"{len(wanted)} faults: {len(wanted) - len(survived)} found, {len(survived)} survived, in {took_s:.0f} s")
    return 1 if survived else 0


def _survivors(some: Iterable[Mutant]) -> list[Mutant]:
    survived = []
    with copy_of_program() as copy:
        for one in some:
            found = is_killed(copy, one)
            print(f"{'found   ' if found else 'SURVIVED'}  {one.name} ({one.test})", flush=True)
            if not found:
                survived.append(one)
    return survived


if __name__ == "__main__":
    sys.exit(main())
