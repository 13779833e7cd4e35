"""`python -m tests.cluster`: disturb a whole cluster, check it, and print the table that the docs hold."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.cluster.cluster import Cluster, Size
from tests.cluster.disturbances import Plan
from tests.cluster.run import Faults, Player
from tests.cluster.verdict import table, verdict


def main() -> int:
    """Runs, prints, and ends with 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--disturbances", type=int, default=300, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=4.0, metavar="SECONDS", help="between two disturbances")
    parser.add_argument("--trees", type=int, default=100, help="of five sites each")
    parser.add_argument("--keep", type=Path, help="a folder for the daemons' homes, which is kept")
    words = parser.parse_args()
    size = Size(trees=words.trees)
    plan = Plan(words.disturbances, words.seed, words.every, 90.0, size.daemons, 2, size.clocked, begins_s=10.0)
    with tempfile.TemporaryDirectory() as folder:
        home = words.keep or Path(folder)
        home.mkdir(exist_ok=True, parents=True)
        with Cluster(home, size) as cluster:
            played = Player(cluster, plan, Faults(every_s=3.0, last_s=(45.0, 100.0)), say=_say).play()
            found = verdict(cluster, played)
    print(table(found))
    for fault in found.wrong[:200]:
        print("WRONG:", fault)
    return 1 if found.wrong else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
