"""Run `probe icmp` over a few targets, then over all, in one process; tell what the second run took.

``python -m benchmarks.probe_command FEW ALL RATE``: files of targets, echoes a second (0: unpaced). An interpreter's
start, with all its imports, takes longer than a round of 20,000 echoes and differs by as much from start to start: as
the difference of two processes, it would hide what is measured.
"""

import json
import resource
import sys
import time
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

from monitor.cli.probe import icmp


@dataclass(frozen=True)
class Told:
    """CPU and wall time in seconds of the start (the few targets included) and of the round over all; who answered."""

    start_cpu_s: float
    cpu_s: float
    wall_s: float
    answered: int


def used_s() -> float:
    """Return the CPU time of this process, the kernel's included."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Run both rounds, print what they took as JSON."""
    few, all_, rate = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    with redirect_stdout(StringIO()):
        icmp(file=few, count=1, rate=rate)
    printed = StringIO()
    start_cpu_s, begun_s = used_s(), time.monotonic()
    with redirect_stdout(printed):
        icmp(file=all_, count=1, rate=rate)
    cpu_s, wall_s = used_s() - start_cpu_s, time.monotonic() - begun_s
    answered = int(printed.getvalue().split()[0].replace(",", ""))
    print(json.dumps(asdict(Told(start_cpu_s, cpu_s, wall_s, answered))))


if __name__ == "__main__":
    main()
