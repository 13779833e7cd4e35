"""What an installation costs as it grows: the whole daemon in the lab with more and more sites, one size after another.

Every site is probed once a minute with three echoes; nothing is wrong with any. The time of the start counts from the
process's beginning to the end of the first round of all devices. Memory and CPU of a site are beyond those of the
smallest size, in the minutes after it. A reload changes one site.

``--offices``: the sites are shared out among so many offices below one district. ``--daemons``: so many share a
PostgreSQL server of this run alone; memory and CPU are all daemons' together, without the server's, the start is that
of the last, scrapes and pages are those of the first.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.daemon import cpu_s, fetch_s, fetched
from benchmarks.measuring import machine, median
from tests.lab.daemon import Daemon
from tests.lab.fleet import many_sites, write_config, write_offices
from tests.lab.network import Lab
from tests.lab.waiting import until
from tests.store import servers

SIZES = (200, 20_000, 100_000)
PROBING: dict[str, float] = {"interval_s": 60, "recheck_s": 5, "echoes": 3, "spacing_s": 0.5, "timeout_s": 1.5}
START_WITHIN_S = 600  # on a busy machine too; what it took is in the table
RELOADED = "configuration read again"
SCRAPES, SCRAPE_EVERY_S = 5, 15
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
    "offices_page_ms": "page of all offices, ms",
    "reload_s": "reload of one changed site, s",
    "loop_late": "rounds late by 100 ms",
}


def measured(sites: int, minutes: float, offices: int, daemons: int, *, server: bool) -> dict[str, float]:
    """Run that size and return its figures."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        lab = opened.enter_context(Lab())
        home = Path(folder)
        url = servers.empty_of(home).url if server else ""
        running = [opened.enter_context(Daemon(lab, home / f"daemon-{number}")) for number in range(daemons)]
        texts = [written(each, sites, offices, url) for each in running]
        begun_s = time.monotonic()
        for each in running:
            each.start(ready_within_s=None)
        for each in running:
            each.wait_until_ready(START_WITHIN_S)
        start_s, first = time.monotonic() - begun_s, running[0]
        first_s = _scrape_s(first)
        used_s, begun_s = sum(cpu_s(each.pid) for each in running), time.monotonic()
        late, rounds = _late(first)
        time.sleep(minutes * 60)
        used_s, passed_s = sum(cpu_s(each.pid) for each in running) - used_s, time.monotonic() - begun_s
        late_after, rounds_after = _late(first)
        scrapes = _scrapes_s(first)
        found = {
            "sites": sites,
            "start_s": start_s,
            "rss_mb": sum(map(_rss_mb, running)),
            "cpu_of_a_core": used_s / passed_s,
            "us_per_round": used_s / passed_s * 60 / sites * 1e6,
            "first_scrape_s": first_s,
            "scrape_s": median(scrapes),
            "now_page_ms": _page_ms(first, "/"),
            **({"offices_page_ms": _page_ms(first, "/offices")} if offices > 1 else {}),
            "reload_s": _reload_s(first, texts[0]),
            "loop_late": (late_after - late) / max(rounds_after - rounds, 1),
        }
        for each in running:
            each.kill()  # a server that goes away is not what is measured
    servers.drop_below(home)
    return found


def written(daemon: Daemon, sites: int, offices: int, url: str) -> Path:
    """Writes the configuration of one of the daemons; returns the file whose seventh site a reload renames."""
    probing = {**PROBING, "rate_per_s": RATES[sites * PROBING["echoes"] > RATES[0] * 30]}
    settings: dict[str, dict[str, object]] = {"probing": {**probing}}
    if url:
        settings |= {"storage": {"url": url}, "daemon": {"name": daemon.home.name}}
    write_config(daemon.config, sites=many_sites(sites), listen=daemon.listen, settings=settings)
    if offices == 1:
        return daemon.config / "sites.toml"
    write_offices(daemon.config, sites, offices)
    return daemon.config / "offices" / f"office-{7 % offices:03}" / "sites.toml"


def _late(daemon: Daemon) -> tuple[float, float]:
    """How many rounds were late by more than 100 ms, of how many."""
    name = "upazila_round_lateness_seconds"
    count = daemon.metric(f"{name}_count") or 0.0
    return count - (daemon.metric(f"{name}_bucket", le="0.1") or 0.0), count


def _scrape_s(daemon: Daemon) -> float:
    """How long a scrape took that was answered; one for which the daemon was too busy is asked again."""
    taken: list[float] = []

    def is_answered() -> bool:
        begun_s = time.monotonic()
        try:
            fetched(daemon, "/metrics")
        except AssertionError:
            return False
        taken.append(time.monotonic() - begun_s)
        return True

    until(is_answered, "a scrape", START_WITHIN_S)
    return taken[0]


def _scrapes_s(daemon: Daemon) -> list[float]:
    """How long each of some scrapes took, with the usual time between them."""
    taken = []
    for _ in range(SCRAPES):
        time.sleep(SCRAPE_EVERY_S)
        taken.append(_scrape_s(daemon))
    return taken


def _page_ms(daemon: Daemon, path: str) -> float:
    return median([fetch_s(daemon, path) for _ in range(10)]) * 1e3


def _rss_mb(daemon: Daemon) -> float:
    status = Path(f"/proc/{daemon.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _reload_s(daemon: Daemon, file: Path) -> float:
    """From the signal until the daemon says that another configuration is in force."""
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub('name_en = "Site 7"', 'name_en = "Site seven"', text, count=1), encoding="utf-8")
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
    parser.add_argument("--offices", type=int, default=1)
    parser.add_argument("--daemons", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="also with one daemon")
    chosen = parser.parse_args()
    server = chosen.postgresql or chosen.daemons > 1
    sizes = map(int, chosen.sites.split(","))
    found = [measured(sites, chosen.minutes, chosen.offices, chosen.daemons, server=server) for sites in sizes]
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"{chosen.offices} offices, {chosen.daemons} daemons, {'PostgreSQL' if server else 'a file'}\n")
    print(table(found))
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": machine(), "sizes": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
