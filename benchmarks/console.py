"""Time the console's pages with a country's sites and a hundred thousand old tickets, in one process, over HTTP.

Prints for each page the 50th and 95th percentile of the time, the same of what this process (server and asker)
computed for it, which a busy machine does not change, and the size on the line. Before each request some sites change
their state, as they do in a country: `.venv/bin/python -m benchmarks.console [SITES] [TICKETS] [--offices N]`. With
offices the sites are shared out among them, and the pages are one office's, a district's and that of all.
"""

import argparse
import asyncio
import gzip
import socket
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import quantiles

from sqlalchemy import insert

from monitor.alerts.cases.entered import Entered
from monitor.configuration import load, load_installation
from monitor.domain.sample import Sample, Verdict
from monitor.runtime.gc_tuning import freeze_heap
from monitor.settings.fleet import Fleet
from monitor.store.models import Ticket
from monitor.web.server import serve
from tests.lab.fleet import many_sites, write_config, write_offices
from tests.places import SHIPPED
from tests.store.migrated import new_store
from tests.web.asking import ask
from tests.web.desk import Desk

PAGES = (
    *("/", "/sites", "/sites?state=down", "/sites?page=200", "/sites?kind=udc", "/sites?union=Union+7"),
    *("/tickets", "/tickets?kind=udc", "/tickets?q=centre+77"),
    *("/charter", "/calendar", "/maintenance", "/public"),
    *("/api/v1/sites", "/api/v1/sites?state=down", "/api/v1/sites?count=true", "/api/v1/tickets", "/api/v1/outages"),
)
PAGES_OF_OFFICES = (
    *("/offices", "/offices?lang=en", "/offices/district-7"),
    *(f"{path}?office=office-007" for path in ("/", "/sites", "/tickets")),
)
TURNS = 40
STREAMS = 50
CHANGING = 20  # sites whose state changes before each request


def country(folder: Path, sites: int) -> Desk:
    """Return one office with so many sites."""
    office = Desk(load(SHIPPED), new_store(folder))
    model = office.settings.fleet.sites["udc-juniadaha"]
    many = {}
    for number in range(sites):
        id_ = f"site-{number:05}"
        devices = (replace(model.gateway, id=f"{id_}/gateway", site=id_),)
        union = f"Union {number % 4_000}"
        many[id_] = replace(model, id=id_, devices=devices, union=union, parent=None, name_en=f"Centre {number}")
    fleet = Fleet(many)
    office.settings = replace(office.settings, fleet=fleet)
    office.live.fleet = office.board.fleet = fleet
    office.live.office = replace(office.live.office, fleet=fleet)
    return office


def nation(folder: Path, sites: int, offices: int) -> Desk:
    """Return so many offices that share the sites."""
    write_config(folder / "config", sites=many_sites(sites), listen="127.0.0.1:0")
    write_offices(folder / "config", sites, offices)
    installation = load_installation(folder / "config")
    office = Desk(installation.host, new_store(folder), installation=installation)
    office.live.offices = Entered().offices(installation)
    return office


def crowded(office: Desk, tickets: int) -> None:
    """One in a thousand sites is down, and there are so many closed tickets."""
    ids = list(office.settings.fleet.sites)
    for id_ in ids[::1_000]:
        for _ in range(3):
            judged(office, id_, Verdict.FAILED)
    now_utc = office.clock.utc()
    rows = [
        {
            "number": f"OLD-{number // 900_000 + 2020}-{number:06}",
            "year": 2020,
            "seq": number,
            "service": "citizen:8",
            "source": "outage",
            "site": ids[number % len(ids)],
            "office": ids[number % len(ids)].rpartition(".")[0],
            "state": "closed",
            "opened_utc": now_utc - timedelta(hours=number / 4),
            "event_utc": now_utc - timedelta(hours=number / 4),
            "deadline_utc": now_utc - timedelta(hours=number / 4 - 24),
            "resolved_utc": now_utc - timedelta(hours=number / 4 - 8),
        }
        for number in range(tickets)
    ]
    with office.store.write() as session:
        for start in range(0, tickets, 5_000):
            session.execute(insert(Ticket), rows[start : start + 5_000])


def judged(office: Desk, site: str, verdict: Verdict) -> None:
    """A round of a site, of which nothing is stored."""
    received = 3 if verdict is Verdict.OK else 0
    now_utc, now_ns = office.clock.utc(), office.clock.mono_ns()
    sample = Sample(f"{site}/gateway", "icmp", now_utc, now_ns, verdict, 3, received, (4_000_000,) * received)
    office.live.observe(sample)
    office.board.observe(sample)


def turn(office: Desk, number: int) -> None:
    """Let CHANGING sites fall silent, each turn others, and those of the turn before answer again."""
    ids = list(office.settings.fleet.sites)
    for at, verdict in ((number, Verdict.FAILED), (number - 1, Verdict.OK)):
        for site in range(at * CHANGING, (at + 1) * CHANGING):
            for _ in range(3):
                judged(office, ids[(site * 7 + 1) % len(ids)], verdict)
    office.clock.advance(1.1)  # no two requests share what was cached for a second


async def measure(sites: int, tickets: int, offices: int) -> None:
    """Serve it, ask for each page TURNS times, and print what it took."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        office = nation(Path(folder), sites, offices) if offices > 1 else country(Path(folder), sites)
        crowded(office, tickets)
        app = office.app()
        server = await serve(app, [listener])
        freeze_heap()  # as the daemon does
        port = int(listener.getsockname()[1])
        print(f"{sites:,} sites, {tickets:,} old tickets; times of {TURNS} requests one after another, in ms")
        ids = list(office.settings.fleet.sites)
        pages = PAGES_OF_OFFICES if offices > 1 else (*PAGES, f"/sites/{ids[sites // 2]}")
        for page in pages:
            took: list[float] = []
            computed: list[float] = []
            begun_s = time.process_time()
            answer = await ask(port, page)  # what only the first reader waits for is another figure
            first_ms = (time.process_time() - begun_s) * 1_000
            for number in range(TURNS):
                turn(office, number)
                begun_s, computed_s = time.perf_counter(), time.process_time()
                answer = await ask(port, page)
                computed.append((time.process_time() - computed_s) * 1_000)
                took.append((time.perf_counter() - begun_s) * 1_000)
            (p50, p95), (c50, c95) = percentiles(took), percentiles(computed)
            size = len(gzip.compress(answer.body, 6)) / 1_000
            print(
                f"{page:34} {answer.status}  p50 {p50:6.1f}  p95 {p95:6.1f}  CPU p50 {c50:6.1f}  p95 {c95:6.1f}"
                f"  first {first_ms:6.1f}  {size:5.1f} kB",
                flush=True,
            )
        before = resident_mb()
        readers = [await listening(port, f"127.0.1.{number + 1}") for number in range(STREAMS)]
        for number in range(1_000):
            office.changes.publish([f"site:{ids[number % sites]}"])
            await asyncio.sleep(0.001)
        heard: list[float] = []
        for number in range(TURNS):
            begun = time.perf_counter()
            office.changes.publish([f"ticket:LAST-{number}"])
            await asyncio.gather(*(reader.readuntil(f"LAST-{number}\n\n".encode()) for reader, _ in readers))
            heard.append((time.perf_counter() - begun) * 1_000)
        p50, p95 = percentiles(heard)
        print(
            f"{STREAMS} open streams: {resident_mb() - before:.1f} MB more; a change is at all of them in {p50:.1f} ms",
            end="",
        )
        print(f" (p95 {p95:.1f})")
        for _, writer in readers:
            writer.close()
        await server.stop()
        office.store.close()


async def listening(port: int, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a stream of changes from one address of loopback, and read its head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22, local_addr=(address, 0))
    writer.write(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"event: alive")
    return reader, writer


def resident_mb() -> float:
    """Return the memory that this process holds, in MB; the streams' readers are in it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096 / 1e6


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the 50th and the 95th percentile."""
    cuts = quantiles(values, n=20)
    return cuts[9], cuts[18]


def main() -> None:
    """`scripts/bench console`."""
    parser = argparse.ArgumentParser(prog="scripts/bench console", description=__doc__.splitlines()[0])
    parser.add_argument("sites", type=int, nargs="?", default=20_000)
    parser.add_argument("tickets", type=int, nargs="?", default=100_000)
    parser.add_argument("--offices", type=int, default=1)
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.sites, chosen.tickets, chosen.offices))


if __name__ == "__main__":
    main()
