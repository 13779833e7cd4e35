"""How every benchmark measures: CPU by rusage of a whole process tree, wall time, peak memory; medians and spreads."""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

INSIDE = "UPAZILA_MONITOR_BENCHMARK_INSIDE"


def inside(module: str, words: Sequence[str]) -> None:
    """Starts this benchmark again in a network namespace of its own, unless it is there already."""
    if INSIDE in os.environ:
        return
    setup = 'ip link set lo up && sysctl -qw net.ipv4.ping_group_range="0 2147483647" && exec "$@"'
    space = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    os.environ[INSIDE] = "1"
    os.execvp(space[0], [*space, "sh", "-c", setup, "sh", sys.executable, "-m", module, *words])


@dataclass(frozen=True)
class Run:
    """One run of a command: CPU (user and system, it and its children) and wall time in seconds, peak RSS in bytes."""

    cpu_s: float
    wall_s: float
    rss_bytes: int
    output: str
    code: int


def run(command: Sequence[str], output: Path) -> Run:
    """Runs ``command`` to its end; what it prints goes through the file ``output``."""
    with output.open("wb") as file:
        begun_s = time.monotonic()
        process = subprocess.Popen(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begun_s
    process.returncode = os.waitstatus_to_exitcode(status)
    text = output.read_text(encoding="utf-8", errors="replace")
    return Run(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss * 1024, text, process.returncode)


def median(values: Sequence[float]) -> float:
    """Of at least one."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> float:
    """(largest - smallest) / median."""
    return (max(values) - min(values)) / median(values)


def machine() -> dict[str, str]:
    """What the figures depend on, and nothing that would say whose machine it was."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory_kb = int(Path("/proc/meminfo").read_text().split()[1])
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": cpu,
        "cores": str(os.cpu_count()),
        "memory": f"{memory_kb / 1024**2:.1f} GiB",
        "kernel": platform.release().partition("-")[0],
        "python": platform.python_version(),
    }


def debian_version(package: str) -> str:
    """The installed package's version; '' without it."""
    return subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
    ).stdout
