"""What an installation costs as it grows: the whole daemon in the lab with more and more sites, one size after another.

Every site is probed once a minute with three echoes; nothing is wrong with any. The time of the start counts from the
process's beginning to the end of the first round of all devices. Memory and CPU of a site are beyond those of the
smallest size, in the minutes after it. A reload changes one site.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.daemon import cpu_s, fetch_s, fetches_s
from benchmarks.measuring import machine, median
from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, write_config
from tests.lab.network import Lab
from tests.lab.waiting import until

SIZES = (200, 20_000, 100_000)
PROBING: dict[str, float] = {"interval_s": 60, "recheck_s": 5, "echoes": 3, "spacing_s": 0.5, "timeout_s": 1.5}
START_WITHIN_S = 300
RELOADED = "configuration read again"
RATES = (5_000, 20_000)  # echoes a second: the default, and what 100,000 sites need to be read in 15 s

HEADS = {
    "sites": "sites",
    "start_s": "start to first judged round, s",
    "rss_mb": "RSS, MB",
    "kb_per_site": "RSS a site, kB",
    "cpu_of_a_core": "CPU of a core",
    "us_per_round": "CPU a round of a site, µs",
    "first_scrape_s": "first scrape, s",
    "scrape_s": "later scrapes, s",
    "now_page_ms": "page Now, ms",
    "reload_s": "reload of one changed site, s",
    "loop_late": "rounds late by 100 ms",
}


def measured(sites: int, minutes: float) -> dict[str, float]:
    """Run that size and return its figures."""
    probing = {**PROBING, "rate_per_s": RATES[sites * PROBING["echoes"] > RATES[0] * 30]}
    with tempfile.TemporaryDirectory() as folder, Lab() as lab, Daemon(lab, Path(folder)) as daemon:
        text = many_sites(sites)
        write_config(daemon.config, sites=text, listen=daemon.listen, settings={"probing": probing})
        begun_s = time.monotonic()
        daemon.start(ready_within_s=START_WITHIN_S)
        start_s = time.monotonic() - begun_s
        first_s = fetch_s(daemon, "/metrics")
        used_s, begun_s = cpu_s(daemon.pid), time.monotonic()
        late, rounds = _late(daemon)
        time.sleep(minutes * 60)
        used_s, passed_s = cpu_s(daemon.pid) - used_s, time.monotonic() - begun_s
        late_after, rounds_after = _late(daemon)
        scrapes = fetches_s(daemon, ("/metrics",), 80, 15)
        pages = [fetch_s(daemon, "/") for _ in range(20)]
        rss_mb = _rss_mb(daemon)
        return {
            "sites": sites,
            "start_s": start_s,
            "rss_mb": rss_mb,
            "cpu_of_a_core": used_s / passed_s,
            "us_per_round": used_s / passed_s * 60 / sites * 1e6,
            "first_scrape_s": first_s,
            "scrape_s": median(scrapes),
            "now_page_ms": median(pages) * 1e3,
            "reload_s": _reload_s(daemon, text),
            "loop_late": (late_after - late) / max(rounds_after - rounds, 1),
        }


def _late(daemon: Daemon) -> tuple[float, float]:
    """How many rounds were late by more than 100 ms, of how many."""
    name = "upazila_round_lateness_seconds"
    count = daemon.metric(f"{name}_count") or 0.0
    return count - (daemon.metric(f"{name}_bucket", le="0.1") or 0.0), count


def _rss_mb(daemon: Daemon) -> float:
    status = Path(f"/proc/{daemon.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _reload_s(daemon: Daemon, text: str) -> float:
    """From the signal until the daemon says that another configuration is in force."""
    (daemon.config / "sites.toml").write_text(re.sub('name_en = "Site 7"', 'name_en = "Site seven"', text, count=1))
    begun_s = time.monotonic()
    daemon.reload()
    until(lambda: RELOADED in daemon.log(), "the other configuration", START_WITHIN_S)
    return time.monotonic() - begun_s


def table(found: Sequence[dict[str, float]]) -> str:
    """In Markdown: a row a figure, a column a size."""
    least = found[0]
    for row in found[1:]:
        row["kb_per_site"] = (row["rss_mb"] - least["rss_mb"]) * 1024 / (row["sites"] - least["sites"])
    lines = []
    for key, head in HEADS.items():
        cells = [f"{row[key]:,.3g}" if key in row and key != "sites" else f"{row.get(key, 0):,.0f}" for row in found]
        lines.append(f"| {head} | {' | '.join(cells)} |")
    return "\n".join([lines[0], "|---|" + "---:|" * len(found), *lines[1:]])


def main() -> None:
    """`scripts/bench growth`."""
    parser = argparse.ArgumentParser(prog="scripts/bench growth", description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well")
    parser.add_argument("--sites", default=",".join(map(str, SIZES)), metavar="N,N…")
    parser.add_argument("--minutes", type=float, default=2)
    chosen = parser.parse_args()
    found = [measured(int(sites), chosen.minutes) for sites in chosen.sites.split(",")]
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(table(found))
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": machine(), "sizes": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
