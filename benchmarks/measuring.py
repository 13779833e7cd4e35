"""How every benchmark measures: CPU by rusage of a whole process tree, wall time, peak memory; medians and spreads."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
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


def words_of(benchmark: str, about: str) -> argparse.ArgumentParser:
    """What can be typed behind `scripts/bench BENCHMARK`; ``about``: the docstring of its module."""
    words = argparse.ArgumentParser(prog=f"scripts/bench {benchmark}", description=about.splitlines()[0])
    words.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well")
    return words


def rows(figures: Mapping[str, float], digits: int = 3) -> str:
    """A row of a table for each figure."""
    return "\n".join(f"| {name} | {value:,.{digits}g} |" for name, value in figures.items())


def judged(bar: str, *, met: bool) -> str:
    """The line that says whether a bar was met."""
    return f"{bar}: {'met' if met else 'MISSED'}"


def publish(
    shown: str, figures: Mapping[str, object], file: Path | None, facts: Mapping[str, str] | None = None
) -> None:
    """Prints the machine and what is to be shown, and writes all figures to a file where one was named.

    ``facts``: the machine with what the figures depend on besides.
    """
    facts = facts or machine()
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(shown)
    if file:
        file.write_text(json.dumps({"machine": facts, **figures}, indent=1) + "\n", encoding="utf-8")


def debian_version(package: str) -> str:
    """The installed package's version; '' without it."""
    return subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
    ).stdout
