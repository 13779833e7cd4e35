"""Torture the program in every way that is known, and print what became of it: ``scripts/torture``."""

import argparse
import signal
import sys
import threading
import time
import traceback
from contextlib import closing
from datetime import UTC, date, datetime

from tests.torture.page import Row, keep, kept, machine, table
from tests.torture.trial import Found, Trial
from tests.torture.trials import TRIALS

KEEP_EVERY_S = 60.0  # a machine that is taken away loses no more than that


def main() -> int:
    """Run the wanted trials; return 1 when anything was lost, doubled or not detected.

    SIGTERM and Ctrl-C end them where they are: what was done until then is printed and kept.
    """
    parser = argparse.ArgumentParser(prog="scripts/torture", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="what part of each trial's whole number (1)")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (1)")
    parser.add_argument("--keep", action="store_true", help="write the rows into docs/reliability.md, as they grow")
    parser.add_argument("--resume", action="store_true", help="as --keep, but add to the rows that are parts")
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help=f"only these: {', '.join(TRIALS)}")
    asked = parser.parse_args()
    if unknown := [name for name in asked.trials if name not in TRIALS]:
        parser.error(f"no trial '{unknown[0]}'. Expected one of: {', '.join(TRIALS)}")
    if not 0 < asked.scale <= 1:
        parser.error(f"--scale: found {asked.scale:g}. Expected more than 0 and at most 1")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rows, is_good = [], True
    for name in asked.trials or TRIALS:
        before = part_of(TRIALS[name], datetime.now(UTC).date()) if asked.resume else None
        found, row = tried(
            TRIALS[name], asked.scale, asked.seed, stop, is_kept=asked.keep or asked.resume, before=before
        )
        rows.append(row)
        is_good &= found.is_good
        print(f"{name}: {'good' if found.is_good else 'BAD'}, {row.took_s} s", file=sys.stderr, flush=True)
        if stop.is_set():
            print("cut off", file=sys.stderr)
            break
    print(machine(), "", table(rows), sep="\n")
    return 0 if is_good else 1


def part_of(trial: Trial, day: date) -> Row | None:
    """Return the row of that trial that is a part still, and may be added to."""
    row = kept().get(trial.name)
    return row if row is not None and row.can_go_on(trial, day) else None


def tried(
    trial: Trial, scale: float, seed: int, stop: threading.Event, *, is_kept: bool, before: Row | None = None
) -> tuple[Found, Row]:
    """Run a trial until its end or until ``stop``; what it has found is kept every minute, and at the end.

    What went wrong is printed as soon as it is found.

    ``before``: the part that there is already; what it lacks is done, and chance begins where it has ended.
    """
    begun_s = kept_s = time.monotonic()
    found, there, printed = Found(), 0 if before is None else before.done, 0

    def print_notes() -> None:
        nonlocal printed
        for note in found.notes[printed:]:
            print(f"  {trial.name}: {note}", file=sys.stderr, flush=True)
        printed = len(found.notes)

    def row() -> Row:
        return Row.of(trial, found, datetime.now(UTC).date(), time.monotonic() - begun_s, before)

    try:
        with closing(trial.run(max(1, min(round(trial.full * scale), trial.full - there)), seed + there)) as running:
            for found in running:
                print_notes()
                if stop.is_set():
                    break
                if is_kept and found.done and time.monotonic() - kept_s > KEEP_EVERY_S:
                    keep([row()])
                    kept_s = time.monotonic()
    except Exception as error:  # whatever it is, the trials behind it have their turn
        traceback.print_exc()
        found.lost += 1
        found.note(f"{type(error).__name__}: {error}")
    print_notes()
    if is_kept and found.done:
        keep([row()])
    return found, row()


if __name__ == "__main__":
    sys.exit(main())
