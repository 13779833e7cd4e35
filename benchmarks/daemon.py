"""The whole daemon at work in the lab: many sites, a round a minute of three echoes each, nothing wrong with any.

CPU is that of its process by the kernel's account, over the minutes after every device was judged once. With
``--scrape-every`` its metrics are fetched meanwhile, compressed, as Prometheus does; with ``--read-every`` the pages of
the console, one after another, as people do; with ``--reports`` the report of a month with 3,000 outages is made
again and again beside it, as PDF and workbook, as low in priority as the daemon's own.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from subprocess import DEVNULL

from benchmarks.measuring import judged, median, publish, rows, words_of
from tests.lab.daemon import Daemon, program
from tests.lab.fleet import many_sites, write_config
from tests.lab.network import Lab

PROBING: dict[str, float] = {"interval_s": 60, "recheck_s": 5, "echoes": 3, "spacing_s": 0.5, "timeout_s": 1.5}
MOST_OF_A_CORE = 0.10
START_WITHIN_S = 240
MONTH = "2026-10"
PAGES = ("/", "/sites", "/sites?state=down", "/tickets", "/charter", "/calendar", "/maintenance")


def cpu_s(pid: int) -> float:
    """What the process has used, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fetched(daemon: Daemon, path: str) -> bytes:
    """A page, or its metrics, compressed."""
    with closing(http.client.HTTPConnection(daemon.listen, timeout=60)) as connection:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        assert answer.status == http.HTTPStatus.OK, (path, answer.status)
        return answer.read()


def is_scraped(daemon: Daemon) -> bool:
    """Ask for the metrics as Prometheus does; return whether they came."""
    try:
        return bool(fetched(daemon, "/metrics"))
    except (AssertionError, OSError, http.client.HTTPException):
        return False


def fetch_s(daemon: Daemon, path: str) -> float:
    """How long one takes."""
    begun_s = time.monotonic()
    fetched(daemon, path)
    return time.monotonic() - begun_s


def fetches_s(daemon: Daemon, paths: Sequence[str], seconds: float, every_s: float) -> list[float]:
    """How long each took of those within that time."""
    begun_s, found = time.monotonic(), list[float]()
    while every_s and begun_s + every_s * (len(found) + 1) < begun_s + seconds:
        time.sleep(max(begun_s + every_s * (len(found) + 1) - time.monotonic(), 0))
        found.append(fetch_s(daemon, paths[len(found) % len(paths)]))
    time.sleep(max(begun_s + seconds - time.monotonic(), 0))
    return found


def reports_s(daemon: Daemon, seconds: float) -> list[float]:
    """How long each report took of those that were begun within that time."""
    begun_s, found = time.monotonic(), list[float]()
    words = ("report", "--month", MONTH, "--format", "pdf,xlsx", "--out", str(daemon.home / "reports"))
    while time.monotonic() < begun_s + seconds:
        at_s = time.monotonic()
        subprocess.run(["nice", "-n", "10", program(), "--config", daemon.config, *words], check=True, stdout=DEVNULL)
        found.append(time.monotonic() - at_s)
    return found


def measure(sites: int, minutes: float, paths: Sequence[str], every_s: float, *, reports: bool) -> dict[str, float]:
    """Runs it and says what it used and how late its rounds were."""
    with tempfile.TemporaryDirectory() as folder, Lab() as lab, Daemon(lab, Path(folder)) as daemon:
        write_config(daemon.config, sites=many_sites(sites), listen=daemon.listen, settings={"probing": PROBING})
        if reports:
            fill = ("-m", "benchmarks.report", "fill", str(daemon.home / "var"), str(sites), "3000")
            subprocess.run([sys.executable, *fill], check=True)
        daemon.start(ready_within_s=START_WITHIN_S)
        before_s, begun_s, asked = cpu_s(daemon.pid), time.monotonic(), _samples(daemon)
        late_s, rounds, in_time = _lateness(daemon)
        made_s = reports_s(daemon, minutes * 60) if reports else []
        took_s = [] if reports else fetches_s(daemon, paths, minutes * 60, every_s)
        used_s, passed_s = cpu_s(daemon.pid) - before_s, time.monotonic() - begun_s
        echoes = (_samples(daemon) - asked) * PROBING["echoes"]
        late_after_s, rounds_after, in_time_after = _lateness(daemon)
        done = max(rounds_after - rounds, 1)
        status = Path(f"/proc/{daemon.pid}/status").read_text()
        return {
            "sites": sites,
            "seconds": passed_s,
            "cpu_of_a_core": used_s / passed_s,
            "cpu_us_per_echo": used_s / max(echoes, 1) * 1e6,
            "echoes_per_s": echoes / passed_s,
            "mean_lateness_ms": (late_after_s - late_s) / done * 1e3,
            "share_late_by_100_ms": 1 - (in_time_after - in_time) / done,
            "peak_rss_mb": int(status.partition("VmHWM:")[2].split()[0]) / 1024,
            **({"fetches": len(took_s), "fetch_s": median(took_s), "longest_fetch_s": max(took_s)} if took_s else {}),
            **({"reports": len(made_s), "report_s": median(made_s), "longest_report_s": max(made_s)} if made_s else {}),
            "outages": len(daemon.rows("SELECT id FROM outages WHERE ended_utc IS NULL")),
        }


def _samples(daemon: Daemon) -> float:
    return daemon.metric("upazila_samples_total") or 0.0


def _lateness(daemon: Daemon) -> tuple[float, float, float]:
    """The seconds of all rounds together, how many there were, and how many were late by at most 100 ms."""
    name = "upazila_round_lateness_seconds"
    in_time = daemon.metric(f"{name}_bucket", le="0.1") or 0.0
    return daemon.metric(f"{name}_sum") or 0.0, daemon.metric(f"{name}_count") or 0.0, in_time


def main() -> None:
    """`scripts/bench daemon`."""
    parser = words_of("daemon", __doc__)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--scrape-every", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--read-every", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--reports", action="store_true")
    chosen = parser.parse_args()
    paths = PAGES if chosen.read_every else ("/metrics",)
    found = measure(
        chosen.sites, chosen.minutes, paths, chosen.read_every or chosen.scrape_every, reports=chosen.reports
    )
    met = found["cpu_of_a_core"] < MOST_OF_A_CORE and found["outages"] == 0
    bar = f"less than {MOST_OF_A_CORE:.0%} of a core, and no outage"
    publish(f"{rows(found)}\n{judged(bar, met=met)}", found, chosen.json)


if __name__ == "__main__":
    main()
