"""Torture the program in every way that is known, and print what became of it: ``scripts/torture``."""

import argparse
import sys
import time
from datetime import UTC, datetime

from tests.torture.page import Row, keep, machine, table
from tests.torture.trials import TRIALS


def main() -> int:
    """Run the wanted trials; return 1 when anything was lost, doubled or not detected."""
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="what part of each trial's whole number (1)")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (1)")
    parser.add_argument("--keep", action="store_true", help="write the rows into docs/reliability.md")
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help=f"only these: {', '.join(TRIALS)}")
    asked = parser.parse_args()
    if unknown := [name for name in asked.trials if name not in TRIALS]:
        parser.error(f"no trial '{unknown[0]}'. Expected one of: {', '.join(TRIALS)}")
    if not 0 < asked.scale <= 1:
        parser.error(f"--scale: found {asked.scale:g}. Expected more than 0 and at most 1")
    rows, is_good = [], True
    for name in asked.trials or TRIALS:
        trial = TRIALS[name]
        begun_s = time.monotonic()
        found = trial.run(max(1, round(trial.full * asked.scale)), asked.seed)
        row = Row.of(trial, found, datetime.now(UTC).date(), time.monotonic() - begun_s)
        rows.append(row)
        is_good &= found.is_good
        print(f"{name}: {'good' if found.is_good else 'BAD'}, {row.took_s} s", file=sys.stderr, flush=True)
        for note in found.notes:
            print(f"  {note}", file=sys.stderr, flush=True)
        if asked.keep:
            keep([row])
    print(machine(), "", table(rows), sep="\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
