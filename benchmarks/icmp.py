"""This engine beside fping and blackbox_exporter: the same loopback addresses, the same run, in turns.

Everything happens in a network namespace of its own, whose loopback is all the network there is. CPU is that of the
whole process by rusage; its start-up, the round over a few targets, is taken off and shown: ours by the process itself
(see `benchmarks.probe_command`), fping's in a process just before. blackbox_exporter is a server: its CPU is what the
process used meanwhile, without that of whoever asks it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.loopback_bias import Bias, biases
from benchmarks.loopback_bias import table as bias_table
from benchmarks.measuring import debian_version, inside, machine, median, publish, run, spread, words_of
from benchmarks.probe_command import Told
from benchmarks.rounds import addresses_of, growth, table

BLACKBOX = "prometheus-blackbox-exporter"
BLACKBOX_PORT = 19_115
BLACKBOX_AT_ONCE = 50
RATE = 5_000
FEW = 60  # more than anybody prints one by one


@dataclass
class Row:
    """One contestant's runs: CPU and wall time in seconds without the start-up; RSS in bytes; who did not answer."""

    name: str
    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)
    rss_bytes: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    start_cpu_s: list[float] = field(default_factory=list)

    def cpu_us_per_echo(self, targets: int) -> float:
        """The median."""
        return median(self.cpu_s) / (targets - FEW) * 1e6

    def least_us_per_echo(self, targets: int) -> float:
        """That of the cheapest run: what is least disturbed by whatever else the machine did."""
        return min(self.cpu_s) / (targets - FEW) * 1e6

    @property
    def round_s(self) -> float:
        """The median wall time."""
        return median(self.wall_s)


def ours(row: Row, rate: int, few: Path, all_: Path, targets: int) -> None:
    """One process with a round over a few targets and one over all."""
    words = [sys.executable, "-m", "benchmarks.probe_command", str(few), str(all_), str(rate)]
    whole = run(words, all_.with_name("output"))
    told = Told(**json.loads(whole.output))
    row.start_cpu_s.append(told.start_cpu_s)
    row.cpu_s.append(told.cpu_s)
    row.wall_s.append(told.wall_s)
    row.rss_bytes.append(whole.rss_bytes)
    row.lost.append(targets - told.answered)


def fping(row: Row, rate: int, few: Path, all_: Path, targets: int) -> None:
    """A process over a few targets, and one over all."""
    words = ["fping", "-q", "-C1", "-i", f"{1_000 / rate:g}" if rate else "0", "-f"]
    output = all_.with_name("output")
    start = run([*words, str(few)], output)
    row.start_cpu_s.append(start.cpu_s)
    whole = run([*words, str(all_)], output)
    row.cpu_s.append(whole.cpu_s - start.cpu_s)
    row.wall_s.append(whole.wall_s - start.wall_s)
    row.rss_bytes.append(whole.rss_bytes)
    row.lost.append(targets - len(re.findall(r" : \d", whole.output)))


CONTESTANTS: dict[str, tuple[Callable[[Row, int, Path, Path, int], None], int]] = {
    "upazila-monitor, unpaced": (ours, 0),
    "fping, unpaced": (fping, 0),
    f"upazila-monitor, {RATE}/s": (ours, RATE),
    f"fping, {RATE}/s": (fping, RATE),
}


@contextmanager
def blackbox(folder: Path) -> Iterator[int]:
    """blackbox_exporter with an ICMP module; yields its pid."""
    config = folder / "blackbox.yml"
    config.write_text("modules: {icmp: {prober: icmp, timeout: 5s, icmp: {preferred_ip_protocol: ip4}}}\n")
    server = subprocess.Popen(
        [BLACKBOX, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{BLACKBOX_PORT}", "--log.level=error"],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            try:
                HTTPConnection("127.0.0.1", BLACKBOX_PORT, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.05)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def ask_blackbox(addresses: Sequence[str]) -> int:
    """Asks for each of them, `BLACKBOX_AT_ONCE` at a time; how many did not answer."""

    def ask(part: Sequence[str]) -> int:
        connection, failed = HTTPConnection("127.0.0.1", BLACKBOX_PORT), 0
        for address in part:
            connection.request("GET", f"/probe?module=icmp&target={address}")
            failed += b"\nprobe_success 1" not in connection.getresponse().read()
        connection.close()
        return failed

    with ThreadPoolExecutor(BLACKBOX_AT_ONCE) as pool:
        return sum(pool.map(ask, [addresses[start::BLACKBOX_AT_ONCE] for start in range(BLACKBOX_AT_ONCE)]))


def measure_blackbox(row: Row, addresses: Sequence[str], folder: Path) -> None:
    """One run of the server, start-up aside: it is over before the first question."""
    with blackbox(folder) as pid:
        ask_blackbox(addresses[:BLACKBOX_AT_ONCE])
        before_s, begun_s = _cpu_s(pid), time.monotonic()
        row.lost.append(ask_blackbox(addresses))
        row.wall_s.append(time.monotonic() - begun_s)
        row.cpu_s.append(_cpu_s(pid) - before_s)
        status = Path(f"/proc/{pid}/status").read_text()
        row.rss_bytes.append(int(status.partition("VmHWM:")[2].split()[0]) * 1024)
    row.start_cpu_s.append(0.0)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def race(targets: int, runs: int, with_blackbox: bool) -> list[Row]:
    """All contestants, in turns."""
    rows = {name: Row(name) for name in CONTESTANTS}
    slow = Row("blackbox_exporter")
    addresses = addresses_of(targets)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, all_ = folder / "few", folder / "all"
        few.write_text("\n".join(addresses[:FEW]) + "\n")
        all_.write_text("\n".join(addresses) + "\n")
        ours(Row(""), 0, few, all_, targets)  # a first one, for the caches
        for _ in range(runs):
            for contestant, (once, rate) in CONTESTANTS.items():
                once(rows[contestant], rate, few, all_, targets)
            if with_blackbox:
                measure_blackbox(slow, addresses, folder)
    return [*rows.values(), *([slow] if with_blackbox else [])]


def bars(rows: Sequence[Row], found_biases: Sequence[Bias], targets: int) -> list[tuple[str, float, float]]:
    """(what, measured, at most)."""
    by_name = {row.name: row for row in rows}
    own, peer = by_name["upazila-monitor, unpaced"], by_name["fping, unpaced"]
    own_paced, peer_paced = by_name[f"upazila-monitor, {RATE}/s"], by_name[f"fping, {RATE}/s"]
    found = [
        ("CPU an echo / fping, unpaced", own.cpu_us_per_echo(targets) / peer.cpu_us_per_echo(targets), 0.5),
        (
            f"CPU an echo / fping, {RATE}/s",
            own_paced.cpu_us_per_echo(targets) / peer_paced.cpu_us_per_echo(targets),
            0.3,
        ),
        ("wall time of a round / fping, unpaced", own.round_s / peer.round_s, 0.6),
        ("peak RSS, MB", max(own.rss_bytes + own_paced.rss_bytes) / 1e6, 120.0),
        ("bias of a round-trip time on loopback, µs", max(abs(bias.median_us) for bias in found_biases), 2.0),
        ("targets falsely lost", float(sum(own.lost + own_paced.lost)), 0.0),
    ]
    if "blackbox_exporter" in by_name:
        exporter = by_name["blackbox_exporter"].cpu_us_per_echo(targets)
        found.insert(2, ("CPU an echo / blackbox_exporter", own.cpu_us_per_echo(targets) / exporter, 1 / 30))
    return found


def report(rows: Sequence[Row], found_biases: Sequence[Bias], targets: int, runs: int) -> str:
    """The tables, in Markdown."""
    lines = [
        f"{targets:,} targets, one echo each, {runs} runs in turns; medians, spread = (largest - smallest) / median.",
        "",
        "| | CPU an echo | least | spread | round | spread | start-up CPU | peak RSS | lost |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.name} | {row.cpu_us_per_echo(targets):.1f} µs | {row.least_us_per_echo(targets):.1f} µs "
        f"| {spread(row.cpu_s):.0%} | {row.round_s:.3f} s "
        f"| {spread(row.wall_s):.0%} | {median(row.start_cpu_s) * 1e3:.0f} ms | {max(row.rss_bytes) / 1e6:.0f} MB "
        f"| {sum(row.lost)} |"
        for row in rows
    ]
    lines += ["", "| bar | measured | at most | |", "|---|---:|---:|---|"]
    lines += [
        f"| {what} | {measured:.3g} | {most:.3g} | {'met' if measured <= most else 'MISSED'} |"
        for what, measured, most in bars(rows, found_biases, targets)
    ]
    return "\n".join(lines)


def versions() -> dict[str, str]:
    """Of whoever took part."""
    return {**machine(), "fping": debian_version("fping"), "blackbox_exporter": debian_version(BLACKBOX)}


def main() -> None:
    """`scripts/bench icmp`."""
    parser = words_of("icmp", __doc__)
    parser.add_argument("--targets", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--without-blackbox", action="store_true", help="it takes nearly all of the time")
    chosen = parser.parse_args()
    inside("benchmarks.icmp", sys.argv[1:])
    rows = race(chosen.targets, chosen.runs, not chosen.without_blackbox)
    found_biases = biases((0, RATE), chosen.runs)
    steps = growth(chosen.runs)
    shown = (report(rows, found_biases, chosen.targets, chosen.runs), bias_table(found_biases), table(steps))
    figures = {
        "targets": chosen.targets,
        "runs": [asdict(row) for row in rows],
        "bars": bars(rows, found_biases, chosen.targets),
        "bias": [asdict(bias) for bias in found_biases],
        "growth": [asdict(step) for step in steps],
    }
    publish("\n\n".join(shown), figures, chosen.json, versions())


if __name__ == "__main__":
    main()
