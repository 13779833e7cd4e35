"""What an installation costs as it grows: the whole daemon in the lab with more and more sites, one size after another.

Every site is probed once a minute with three echoes; nothing is wrong with any. The time of the start counts from the
process's beginning to the end of the first round of all devices. Memory and CPU of a site are beyond those of the
smallest size, in the minutes after it. A reload changes one site. The page Now is asked for at once after the start,
while the first scrape is made, and while and after a reload, and of these the longest time is told.

``--offices``: the sites are shared out among so many offices below one district. ``--daemons``: so many share a
PostgreSQL server of this run alone; memory and CPU are all daemons' together, without the server's, the start is that
of the last, scrapes and pages are those of the first. Of ``--sites``, ``--offices``, ``--daemons`` and ``--store`` each
takes several values: all that fit together are measured, a table for all sizes of the same installation. What is
measured is printed, and kept with ``--json``, at once; a size that fails says so in its column, and the run goes on.
"""

import argparse
import gzip
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from benchmarks.daemon import cpu_s, fetch_s, fetched, is_scraped
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
PAGE_EVERY_S = 0.2  # beside other work
RATES = (5_000, 20_000)  # echoes a second: the default, and what 100,000 sites need to be read in 15 s

HEADS = {
    "start_s": "start to first judged round, s",
    "rss_mb": "RSS, MB",
    "kb_per_site": "RSS a site, kB",
    "cpu_of_a_core": "CPU of a core",
    "us_per_round": "CPU a round of a site, µs",
    "first_scrape_s": "first scrape, s",
    "scrape_s": "later scrapes, s",
    "now_page_ms": "page Now, ms",
    "now_started_ms": "the same, right after the start",
    "now_scraped_ms": "the same, during the first scrape",
    "now_reloaded_ms": "the same, during and after a reload",
    "offices_page_ms": "page of all offices, ms",
    "district_page_ms": "page of a district, ms",
    "reload_s": "reload of one changed site, s",
    "loop_late": "rounds late by 100 ms",
}
Figures = dict[str, float]


@dataclass(frozen=True)
class Kind:
    """What kind of an installation it is, whatever its size. ``store``: 'file' or 'postgresql'."""

    offices: int
    daemons: int
    store: str

    def __str__(self) -> str:
        def counted(many: int, what: str) -> str:
            return f"{many} {what}{'s' * (many != 1)}"

        store = "PostgreSQL" if self.store == "postgresql" else "a file"
        return f"{counted(self.offices, 'office')}, {counted(self.daemons, 'daemon')}, {store}"

    def fits(self, sites: int) -> bool:
        """Whether there is such an installation."""
        return self.offices <= sites and (self.daemons == 1 or self.store == "postgresql")


@dataclass
class Size:
    """What was measured of one size: all figures, or those until it failed, and why."""

    sites: int
    figures: Figures
    failed: str = ""


def measured(sites: int, minutes: float, kind: Kind) -> Size:
    """Run that size, and tell as much of it as there is."""
    size = Size(sites, {})
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            for name, figure in _figures(home, sites, minutes, kind):
                size.figures[name] = figure
        except Exception as error:  # whatever it was, other sizes are still to be measured
            size.failed = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        finally:
            servers.drop_below(home)
    return size


def _figures(home: Path, sites: int, minutes: float, kind: Kind) -> Iterator[tuple[str, float]]:
    with ExitStack() as opened:
        lab = opened.enter_context(Lab())
        url = servers.empty_of(home).url if kind.store == "postgresql" else ""
        running = [opened.enter_context(Daemon(lab, home / f"daemon-{number}")) for number in range(kind.daemons)]
        for each in running:
            opened.callback(_kill, each)  # a server that goes away is not what is measured
        texts = [written(each, sites, kind.offices, url) for each in running]
        begun_s, first = time.monotonic(), running[0]
        for each in running:
            each.start(ready_within_s=None)
        for each in running:
            each.wait_until_ready(START_WITHIN_S)
        yield "start_s", time.monotonic() - begun_s
        yield "now_started_ms", fetch_s(first, "/") * 1e3
        first_scrape_s, now_s = _beside(first, lambda: _scrape_s(first))
        yield "first_scrape_s", first_scrape_s
        yield "now_scraped_ms", now_s * 1e3
        used_s, begun_s = sum(cpu_s(each.pid) for each in running), time.monotonic()
        late, rounds = _late(first)
        time.sleep(minutes * 60)
        used_s, passed_s = sum(cpu_s(each.pid) for each in running) - used_s, time.monotonic() - begun_s
        late_after, rounds_after = _late(first)
        yield "rss_mb", sum(map(_rss_mb, running))
        yield "cpu_of_a_core", used_s / passed_s
        yield "us_per_round", used_s / passed_s * 60 / sites * 1e6
        yield "loop_late", (late_after - late) / max(rounds_after - rounds, 1)
        yield "scrape_s", median(_scrapes_s(first))
        yield "now_page_ms", _page_ms(first, "/")
        if kind.offices > 1:
            yield "offices_page_ms", _page_ms(first, "/offices")
            yield "district_page_ms", _page_ms(first, "/offices/district-0")
        reload_s, now_s = _beside(first, lambda: _reload_s(first, texts[0]))
        yield "reload_s", reload_s
        yield "now_reloaded_ms", now_s * 1e3


def _kill(daemon: Daemon) -> None:
    if daemon.running:
        daemon.kill()


def _beside(daemon: Daemon, work: Callable[[], float]) -> tuple[float, float]:
    """What the work says it took, and the longest that the page Now took meanwhile, or just after it."""
    longest_s = 0.0
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        is_last = False
        while not is_last:
            is_last = working.done()
            longest_s = max(longest_s, fetch_s(daemon, "/"))
            time.sleep(PAGE_EVERY_S)
    return working.result(), longest_s


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
    """How many rounds were late by more than 100 ms, of how many; of one page, as rounds go on between two."""
    name = "upazila_round_lateness_seconds"
    page = gzip.decompress(fetched(daemon, "/metrics")).decode()
    lines = [line for line in page.splitlines() if line.startswith(name)]
    count = sum(float(line.split()[-1]) for line in lines if line.startswith(f"{name}_count"))
    return count - sum(float(line.split()[-1]) for line in lines if 'le="0.1"' in line), count


def _scrape_s(daemon: Daemon) -> float:
    """How long a scrape took that was answered; one for which the daemon was too busy is asked again."""
    taken: list[float] = []

    def is_answered() -> bool:
        begun_s = time.monotonic()
        answered = is_scraped(daemon)
        taken.append(time.monotonic() - begun_s)
        return answered

    until(is_answered, "a scrape", START_WITHIN_S)
    return taken[-1]


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


def table(sizes: Sequence[Size]) -> str:
    """In Markdown: a row a figure, a column a size; '—' for what was not measured."""
    least = sizes[0]
    for size in sizes[1:]:
        if "rss_mb" in size.figures and "rss_mb" in least.figures:
            more_mb = size.figures["rss_mb"] - least.figures["rss_mb"]
            size.figures["kb_per_site"] = more_mb * 1024 / (size.sites - least.sites)
    lines = [f"| sites | {' | '.join(f'{size.sites:,}' for size in sizes)} |", "|---|" + "---:|" * len(sizes)]
    for name, head in HEADS.items():
        if any(name in size.figures for size in sizes):
            cells = [f"{size.figures[name]:,.3g}" if name in size.figures else "—" for size in sizes]
            lines.append(f"| {head} | {' | '.join(cells)} |")
    if any(size.failed for size in sizes):
        lines.append(f"| failed | {' | '.join(size.failed.replace('|', '/') or 'no' for size in sizes)} |")
    return "\n".join(lines)


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main() -> None:
    """`scripts/bench growth`."""
    parser = argparse.ArgumentParser(prog="scripts/bench growth", description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well, as soon as known")
    parser.add_argument("--sites", type=_numbers, default=list(SIZES), metavar="N,N…")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--offices", type=_numbers, default=[1], metavar="N,N…")
    parser.add_argument("--daemons", type=_numbers, default=[1], metavar="N,N…")
    parser.add_argument("--store", default="", metavar="file,postgresql", help="a file, if nothing needs the other")
    chosen = parser.parse_args()
    stores = chosen.store.split(",") if chosen.store else ["file"] if chosen.daemons == [1] else ["postgresql"]
    kinds = [Kind(*each) for each in product(chosen.offices, chosen.daemons, stores)]
    told: list[dict[str, object]] = []
    print(", ".join(f"{name} {value}" for name, value in machine().items()), flush=True)
    for kind in kinds:
        sizes: list[Size] = []
        for sites in (each for each in chosen.sites if kind.fits(each)):
            size = measured(sites, chosen.minutes, kind)
            sizes.append(size)
            told.append({"kind": asdict(kind), "load": os.getloadavg()[0], **asdict(size)})
            figures = ", ".join(f"{name} {figure:,.3g}" for name, figure in size.figures.items())
            print(f"\n{kind}, {sites} sites: {figures}{size.failed and f'; failed: {size.failed}'}", flush=True)
            if chosen.json:
                chosen.json.write_text(json.dumps({"machine": machine(), "sizes": told}, indent=1) + "\n")
        if sizes:
            print(f"\n{kind}:\n\n{table(sizes)}", flush=True)


if __name__ == "__main__":
    main()
