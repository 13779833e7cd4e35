"""What the engine costs as the fleet grows: the same number of echoes, in rounds over more and more targets.

Each size has a process of its own (``python -m benchmarks.rounds TARGETS``), which tells what its rounds took beyond
its start, as the daemon's rounds would.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path

from benchmarks.measuring import median
from monitor.domain.clock import SystemClock
from monitor.probes.base import Target
from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe

SIZES = (200, 2_000, 20_000, 60_000)
ECHOES = 120_000


@dataclass(frozen=True)
class Step:
    """One size: CPU in microseconds an echo, and the bytes that a target takes while its round is under way."""

    targets: int
    cpu_us_per_echo: float
    bytes_per_target: float


def addresses_of(targets: int) -> list[str]:
    """Distinct addresses of 127.0.0.0/8, none of them a network's first or last."""
    return [f"127.{1 + n // 62_500}.{n // 250 % 250 + 1}.{n % 250 + 1}" for n in range(targets)]


def growth(runs: int) -> list[Step]:
    """Medians of so many runs, all sizes in turns."""
    found: dict[int, list[Step]] = {size: [] for size in SIZES}
    for _ in range(runs):
        for size in SIZES:
            words = [sys.executable, "-m", "benchmarks.rounds", str(size)]
            told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
            found[size].append(Step(**json.loads(told)))
    return [
        Step(size, median([step.cpu_us_per_echo for step in steps]), median([step.bytes_per_target for step in steps]))
        for size, steps in found.items()
    ]


async def rounds(targets: int) -> Step:
    """So many echoes in rounds over so many targets, unpaced, every one of them answered."""
    probe = IcmpProbe(SystemClock(), IcmpOptions(echoes=1, rate_per_s=0))
    probe.open()
    before_bytes = _peak_rss_bytes()
    due = [Target.of(address, ip_address(address)) for address in addresses_of(targets)]
    count = ECHOES // targets
    begun_s = time.process_time()
    for _ in range(count):
        answered = [sample.received async for samples in probe.run(due) for sample in samples]
        assert sum(answered) == targets, "an echo was lost"
    used_s = time.process_time() - begun_s
    probe.close()
    return Step(targets, used_s / (count * targets) * 1e6, (_peak_rss_bytes() - before_bytes) / targets)


def _peak_rss_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def table(steps: Sequence[Step]) -> str:
    """In Markdown."""
    lines = [
        f"{ECHOES:,} echoes in rounds over more and more targets, unpaced:",
        "",
        "| targets | CPU an echo | memory a target |",
        "|---:|---:|---:|",
    ]
    lines += [
        f"| {step.targets:,} | {step.cpu_us_per_echo:.1f} µs | {step.bytes_per_target / 1e3:.1f} kB |" for step in steps
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    gc.disable()
    print(json.dumps(asdict(asyncio.run(rounds(int(sys.argv[1]))))))
