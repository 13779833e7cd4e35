"""What the engine costs as the fleet grows: the same number of echoes to more and more targets."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import median, run

SIZES = (200, 2_000, 20_000, 60_000)
ECHOES = 60_000
FEW = 60

Command = Callable[[Path, int], list[str]]  # file of addresses, echoes to each


@dataclass(frozen=True)
class Step:
    """One size: CPU in microseconds an echo without start-up, and memory in bytes a target beyond that of a few."""

    targets: int
    cpu_us_per_echo: float
    peak_rss_bytes: int
    bytes_per_target: float


def growth(command: Command, addresses: Sequence[str], runs: int) -> list[Step]:
    """Medians of so many runs, all sizes in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        output = folder / "output"
        files = {size: folder / str(size) for size in (FEW, *SIZES)}
        for size, file in files.items():
            file.write_text("\n".join(addresses[:size]) + "\n")
        turns = [
            {size: run(command(files[size], max(1, ECHOES // size) if size > FEW else 1), output) for size in files}
            for _ in range(runs)
        ]
    start_s = median([turn[FEW].cpu_s for turn in turns])
    start_bytes = min(turn[FEW].rss_bytes for turn in turns)
    steps = []
    for size in SIZES:
        cpu_s = median([turn[size].cpu_s for turn in turns]) - start_s
        rss_bytes = max(turn[size].rss_bytes for turn in turns)
        steps.append(Step(size, cpu_s / ECHOES * 1e6, rss_bytes, (rss_bytes - start_bytes) / size))
    return steps


def table(steps: Sequence[Step]) -> str:
    """In Markdown."""
    lines = [
        f"{ECHOES:,} echoes to more and more targets, unpaced:",
        "",
        "| targets | echoes each | CPU an echo | peak RSS | of which a target |",
        "|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {step.targets:,} | {ECHOES // step.targets} | {step.cpu_us_per_echo:.1f} µs "
        f"| {step.peak_rss_bytes / 1e6:.0f} MB | {step.bytes_per_target / 1e3:.2f} kB |"
        for step in steps
    ]
    return "\n".join(lines)
