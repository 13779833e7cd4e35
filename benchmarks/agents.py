"""The daemon with many devices that speak SNMP: each read once an interval and probed with three echoes a minute.

The agents are simulated by one process in the lab; CPU and memory are the daemon's alone, by the kernel's account,
after every device was read once. With --churn, each minute one device in a hundred goes and another one comes.
"""

import gzip
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.daemon import PROBING, START_WITHIN_S, cpu_s, fetched
from benchmarks.measuring import judged, publish, rows, words_of
from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, write_config
from tests.lab.network import Lab

MOST_OF_A_CORE, MOST_MB, MOST_LAG_S = 0.40, 400, 0.1
PORTS = 2
CREDENTIALS = '\n[snmp.v2c.all]\ncommunity_file = "community"\n'


@contextmanager
def played(lab: Lab) -> Iterator[None]:
    """Agents at every address of the lab."""
    process = lab.hosts.popen([sys.executable, "-m", "benchmarks.played_agents", str(PORTS)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield
    finally:
        process.kill()
        process.wait()


def sites(count: int, generation: int) -> str:
    """The fleet; with each generation another hundredth of the sites bears another name."""
    text = re.sub(
        r'(?m)^address = ("[^"]+")((?:\nparent = .*)?)$',
        r'\2\ndevices.gateway = { address = \1, snmp = "all" }',
        many_sites(count),
    )
    if generation:
        text = re.sub(rf"\[sites\.site-(\d*{generation % 100:02})\]", rf"[sites.moved-{generation}-\1]", text)
        text = re.sub(r'\nparent = "[^"]*"', "", text)
    return text


def measure(count: int, interval_s: float, minutes: float, *, churn: bool) -> dict[str, float]:
    """Runs it and says what it used, how late its loop was, and how many readings failed."""
    settings: dict[str, dict[str, object]] = {"probing": {**PROBING}, "snmp": {"interval_s": interval_s}}
    with tempfile.TemporaryDirectory() as folder, Lab() as lab, played(lab), Daemon(lab, Path(folder)) as daemon:

        def write(generation: int) -> None:
            write_config(daemon.config, sites=sites(count, generation), listen=daemon.listen, settings=settings)
            with (daemon.config / "monitor.toml").open("a") as monitor:
                monitor.write(CREDENTIALS)

        (daemon.home / "community").write_text("public\n")
        write(0)
        daemon.start(ready_within_s=START_WITHIN_S)
        time.sleep(interval_s)  # until each was read once
        before_s, begun_s, rss_mb = cpu_s(daemon.pid), time.monotonic(), [_rss_mb(daemon)]
        for generation in range(1, round(minutes) + 1):
            time.sleep(60)
            rss_mb.append(_rss_mb(daemon))
            if churn:
                write(generation)
                daemon.reload()
        used_s, passed_s = cpu_s(daemon.pid) - before_s, time.monotonic() - begun_s
        peak_mb = _status(daemon, "VmHWM")
        if churn:
            print("rss by minute, MB:", " ".join(f"{value:.0f}" for value in rss_mb), file=sys.stderr)
        metrics = gzip.decompress(fetched(daemon, "/metrics")).decode()
        failed = sum(_metric(metrics, "upazila_snmp_readings_total", f'outcome="{how}"') for how in ("silent", "error"))
        return {
            "devices": count,
            "seconds": passed_s,
            "cpu_of_a_core": used_s / passed_s,
            "peak_rss_mb": peak_mb,
            "growth_mb": rss_mb[-1] - rss_mb[len(rss_mb) // 3],
            "readings": _metric(metrics, "upazila_snmp_readings_total", 'outcome="ok"'),
            "readings_failed": failed,
            "share_of_lags_within_0.1_s": _share_within(metrics, MOST_LAG_S),
            "outages": len(daemon.rows("SELECT id FROM outages")),
        }


def _status(daemon: Daemon, key: str) -> float:
    text = Path(f"/proc/{daemon.pid}/status").read_text()
    return int(text.partition(f"{key}:")[2].split()[0]) / 1024


def _rss_mb(daemon: Daemon) -> float:
    return _status(daemon, "VmRSS")


def _metric(text: str, name: str, label: str = "") -> float:
    found = re.search(rf"(?m)^{name}\{{[^}}]*{re.escape(label)}[^}}]*\}} (\S+)", text)
    return float(found[1]) if found else 0.0


def _share_within(text: str, seconds: float) -> float:
    name = "upazila_loop_lag_seconds"
    return _metric(text, f"{name}_bucket", f'le="{seconds}"') / max(_metric(text, f"{name}_count"), 1)


def main() -> None:
    """`scripts/bench agents`."""
    parser = words_of("agents", __doc__)
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--interval", type=float, default=300.0, metavar="SECONDS", help="between two readings of one")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--churn", action="store_true")
    chosen = parser.parse_args()
    found = measure(chosen.devices, chosen.interval, chosen.minutes, churn=chosen.churn)
    met = (
        found["cpu_of_a_core"] < MOST_OF_A_CORE
        and found["peak_rss_mb"] < MOST_MB
        and found["readings_failed"] == found["outages"] == 0
        and found["share_of_lags_within_0.1_s"] >= 0.99
    )
    bar = (
        f"less than {MOST_OF_A_CORE:.0%} of a core and {MOST_MB} MB, p99 of the lag below {MOST_LAG_S:g} s, none failed"
    )
    publish(f"{rows(found)}\n{judged(bar, met=met)}", found, chosen.json)


if __name__ == "__main__":
    main()
