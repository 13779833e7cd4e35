"""What a scrape costs: 20,000 sites with ten series each, beside prometheus_client's plain gauges with the same data.

Ours is measured from what the daemon keeps (samples, the board) to the whole page in bytes: after a quarter minute in
which a quarter of the rounds came in, as at a scrape every 15 s, and at a second scrape with nothing new. Of the gauges
only `generate_latest` counts, not that they must be set as well. Each run measures both, in turns. The database is
asked with 5,000 outages open and 100,000 that are over.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from benchmarks.judging import T0, fleet, rounds
from benchmarks.measuring import judged, median, publish, spread, words_of
from monitor.charter.office import Office
from monitor.domain.clock import SystemClock
from monitor.domain.reasons import TIMEOUT
from monitor.domain.sample import Sample
from monitor.judging.board import Board
from monitor.judging.health import Rules
from monitor.metrics.charter import Charter
from monitor.metrics.exposition import Exposition, Page
from monitor.runtime.live import RuntimeState
from monitor.settings.load import Settings
from monitor.store.database import Store
from monitor.store.models import AffectedSite, Outage
from monitor.store.opening import open_store

MOST_S, MOST_SHARE = 0.1, 1 / 20
MOST_FIRST_S, MOST_OF_MANY_S, MANY = 2.0, 0.4, 100_000  # sites, with a million series
SCRAPE_EVERY, ROUND_EVERY = 15, 60
OPEN, OVER = 5_000, 100_000


class Daemon:
    """What it keeps, fed by hand."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.board = Board(settings.fleet, Rules())
        self.live = RuntimeState(SystemClock(), settings.fleet, self.board, Office.of(settings))
        self.exposition = Exposition(self.live, store, SystemClock())
        self._rounds: list[Sample] = list(rounds(settings, 1))
        self._turn = 0
        self.take(self._rounds)

    def take(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            self.board.observe(sample)
            self.live.observe(sample)

    def next_rounds(self) -> None:
        """Those that come in between two scrapes."""
        self._turn += 1
        parts = ROUND_EVERY // SCRAPE_EVERY
        after = timedelta(seconds=SCRAPE_EVERY * self._turn)
        self.take(
            [
                sample._replace(
                    started_utc=sample.started_utc + after,
                    started_mono_ns=self._turn,
                    rtts_ns=tuple(rtt + self._turn for rtt in sample.rtts_ns),
                )
                for sample in self._rounds[self._turn % parts :: parts]
            ]
        )


def gauges_of(page: Page) -> CollectorRegistry:
    """prometheus_client's plain gauges with the series of the sites on that page."""
    registry = CollectorRegistry()
    for family in text_string_to_metric_families(page.body.decode()):
        if family.samples and "site" in family.samples[0].labels:
            names = sorted(family.samples[0].labels)
            gauge = Gauge(family.name, family.documentation, names, registry=registry)
            for sample in family.samples:
                gauge.labels(**sample.labels).set(sample.value)
    return registry


def cpu_s(work: Callable[[], object]) -> float:
    """Of all threads of this process."""
    begun_s = time.process_time()
    work()
    return time.process_time() - begun_s


def fresh_page(daemon: Daemon) -> Page:
    time.sleep(1.05)  # a page younger than a second would be given out again
    return daemon.exposition.render()


def whole(daemon: Daemon) -> tuple[float, Page]:
    """CPU of a scrape up to the whole page in one piece, and the page."""
    time.sleep(1.05)
    begun_s = time.process_time()
    page = daemon.exposition.render()
    _ = page.body
    return time.process_time() - begun_s, page


async def longest_wait_s(daemon: Daemon) -> tuple[float, float]:
    """How long the event loop was kept from turning while a page was made and compressed, and how long that took."""
    longest_s, done = 0.0, asyncio.Event()

    async def turn() -> None:
        nonlocal longest_s
        while not done.is_set():
            begun_s = time.perf_counter()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.perf_counter() - begun_s)

    await asyncio.sleep(1.05)
    turning = asyncio.create_task(turn())
    begun_s = time.perf_counter()
    await daemon.exposition.page(compressed=True)
    took_s = time.perf_counter() - begun_s
    done.set()
    await turning
    return longest_s, took_s


def compressed_s(daemon: Daemon) -> float:
    """CPU of a scrape as Prometheus does it, in all threads."""

    async def scrape() -> float:
        await asyncio.sleep(1.05)
        begun_s = time.process_time()
        await daemon.exposition.page(compressed=True)
        return time.process_time() - begun_s

    return asyncio.run(scrape())


def fill(store: Store, settings: Settings) -> None:
    """Outages that are open, with two sites behind each, and outages that are over."""
    sites = list(settings.fleet.sites)
    open_now = min(OPEN, len(sites))

    def outage(number: int, *, over: bool) -> dict[str, object]:
        at = T0 + timedelta(seconds=number)
        ended = at + timedelta(hours=1) if over else None
        facts = {"site": sites[number % len(sites)], "service": "citizen:10", "started_utc": at, "confirmed_utc": at}
        return {**facts, "ended_utc": ended, "deadline_utc": at, "reason": TIMEOUT, "evidence": {}}

    with store.write() as session:
        session.execute(insert(Outage), [outage(number, over=True) for number in range(OVER)])
        session.execute(insert(Outage), [outage(number, over=False) for number in range(open_now)])
        behind = [
            {"outage_id": OVER + 1 + number // 2, "site": sites[number % len(sites)], "since_utc": T0}
            for number in range(2 * open_now)
        ]
        session.execute(insert(AffectedSite), behind)


def asking(settings: Settings, store: Store) -> list[float]:
    """CPU of asking the database: the first time, and twice when no outage has begun since."""
    live = RuntimeState(SystemClock(), settings.fleet, Board(settings.fleet, Rules()), Office.of(settings))
    charter = Charter(live, store, SystemClock())
    return [cpu_s(charter.ask) for _ in range(3)]


def measure(sites: int, runs: int) -> dict[str, list[float]]:
    """The figures of each run."""
    found: dict[str, list[float]] = {}

    def note(**figures: float) -> None:
        for name, figure in figures.items():
            found.setdefault(name, []).append(figure)

    with TemporaryDirectory() as name:
        settings = fleet(Path(name), sites)
        store = open_store(Path(name) / "empty")
        daemon = Daemon(settings, store)
        note(first_s=compressed_s(daemon))
        registry = gauges_of(daemon.exposition.render())
        gc.collect()
        gc.freeze()  # as the daemon does, and to the peer's advantage too
        gc.set_threshold(20_000, 50, 1_000_000)
        for _ in range(runs):
            plain_s = cpu_s(lambda: generate_latest(registry))
            daemon.next_rounds()
            ours_s, page = whole(daemon)
            again_s, _ = whole(daemon)
            note(plain_s=plain_s, ours_s=ours_s, again_s=again_s, ratio=ours_s / plain_s, again_ratio=again_s / plain_s)
            daemon.next_rounds()
            note(compressed_s=compressed_s(daemon))
            daemon.next_rounds()
            longest_s, took_s = asyncio.run(longest_wait_s(daemon))
            note(longest_wait_s=longest_s, took_s=took_s)
        note(series=page.body.count(b"\n") - page.body.count(b"\n#") - 1, bytes=len(page))
        store.close()
        full = open_store(Path(name) / "full")
        fill(full, settings)
        first_s, *later_s = asking(settings, full)
        note(asked_first_s=first_s, asked_s=median(later_s))
        full.close()
    return found


def main() -> None:
    """`scripts/bench exposition`."""
    parser = words_of("exposition", __doc__)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=7)
    chosen = parser.parse_args()
    found = measure(chosen.sites, chosen.runs)
    shown = ["| figure | min | median | max | spread |\n|---|---:|---:|---:|---:|"]
    for name, values in found.items():
        figures = " | ".join(f"{value:,.4g}" for value in (min(values), median(values), max(values)))
        shown.append(f"| {name} | {figures} | {spread(values):.0%} |")
    if chosen.sites < MANY:
        met = median(found["ours_s"]) <= MOST_S and median(found["ratio"]) <= MOST_SHARE
        bar = f"at most {MOST_S:g} s a scrape, {MOST_SHARE:g} of plain gauges"
    else:
        met = found["first_s"][0] <= MOST_FIRST_S and median(found["compressed_s"]) <= MOST_OF_MANY_S
        bar = f"at most {MOST_FIRST_S:g} s the first, {MOST_OF_MANY_S:g} s another"
    publish("\n".join([*shown, judged(bar, met=met)]), found, chosen.json)


if __name__ == "__main__":
    main()
