"""`python -m tests.cluster`: disturb a whole cluster, check it, and print the table that the docs hold."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.cluster.cluster import SMALL, WHOLE, Cluster
from tests.cluster.disturbances import Plan
from tests.cluster.run import IN_SMALL, IN_WHOLE, Player
from tests.cluster.verdict import table, verdict, worst


def main() -> int:
    """Runs, prints, and ends with 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--disturbances", type=int, default=300, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=1.25, metavar="SECONDS", help="between two draws")
    parser.add_argument("--longest", type=float, default=90.0, metavar="SECONDS", help="of a disturbance")
    parser.add_argument("--small", action="store_true", help="80 sites, and a term of 3 s")
    parser.add_argument("--unfenced", action="store_true", help="daemons that prove no lease: to prove the checker")
    parser.add_argument("--keep", type=Path, help="a folder for the daemons' homes, which is kept")
    words = parser.parse_args()
    size, faults = (SMALL, IN_SMALL) if words.small else (WHOLE, IN_WHOLE)
    plan = Plan(words.disturbances, words.seed, words.every, words.longest, size.daemons, 2, size.clocked, begins_s=5.0)
    with tempfile.TemporaryDirectory() as folder:
        home = words.keep or Path(folder)
        home.mkdir(exist_ok=True, parents=True)
        command = [sys.executable, "-m", "tests.cluster.unfenced"] if words.unfenced else []
        with Cluster(home, size, command) as cluster:
            played = Player(cluster, plan, faults, say=_say).play()
            found = verdict(cluster, played)
    print(table(found))
    _say(f"longest without a look:\n{worst(found)}")
    for fault in found.wrong[:200]:
        print("WRONG:", fault)
    return 1 if found.wrong else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
