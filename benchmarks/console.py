"""Time the console's pages with a country's sites and a hundred thousand old tickets, in one process, over HTTP.

Prints for each page the 50th and 95th percentile of the time, the same of what this process (server and asker)
computed for it, which a busy machine does not change, and the size on the line. Before each request some sites change
their state, as they do in a country:
`.venv/bin/python -m benchmarks.console [SITES] [TICKETS]`.
"""

import asyncio
import gzip
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import quantiles

from sqlalchemy import insert

from monitor.configuration import load
from monitor.domain.sample import Sample, Verdict
from monitor.runtime.gc_tuning import freeze_heap
from monitor.settings.fleet import Fleet
from monitor.store.models import Ticket
from monitor.web.server import serve
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
TURNS = 40
STREAMS = 50
CHANGING = 20  # sites whose state changes before each request


def crowded(office: Desk, sites: int, tickets: int) -> None:
    """Give the office so many sites, one in a thousand down, and so many closed tickets."""
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
    for number in range(0, sites, 1_000):
        for _ in range(3):
            office.round(f"site-{number:05}", Verdict.FAILED)
    now_utc = office.clock.utc()
    rows = [
        {
            "number": f"OLD-{number // 900_000 + 2020}-{number:06}",
            "year": 2020,
            "seq": number,
            "service": "citizen:8",
            "source": "outage",
            "site": f"site-{number % sites:05}",
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


def turn(office: Desk, sites: int, number: int) -> None:
    """Let CHANGING sites fall silent, each turn others, and those of the turn before answer again."""
    for at, verdict in ((number, Verdict.FAILED), (number - 1, Verdict.OK)):
        for site in range(at * CHANGING, (at + 1) * CHANGING):
            id_ = f"site-{(site * 7 + 1) % sites:05}"
            received = 3 if verdict is Verdict.OK else 0
            for _ in range(3):
                sample = Sample(
                    f"{id_}/gateway",
                    "icmp",
                    office.clock.utc(),
                    office.clock.mono_ns(),
                    verdict,
                    3,
                    received,
                    (4_000_000,) * received,
                )
                office.live.observe(sample)
                office.board.observe(sample)
    office.clock.advance(1.1)  # no two requests share what was cached for a second


async def measure(sites: int, tickets: int) -> None:
    """Serve it, ask for each page TURNS times, and print what it took."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        office = Desk(load(SHIPPED), new_store(Path(folder)))
        crowded(office, sites, tickets)
        app = office.app()
        server = await serve(app, [listener])
        freeze_heap()  # as the daemon does
        port = int(listener.getsockname()[1])
        print(f"{sites:,} sites, {tickets:,} old tickets; times of {TURNS} requests one after another, in ms")
        pages = (*PAGES, f"/sites/site-{sites // 2:05}")
        for page in pages:
            took: list[float] = []
            computed: list[float] = []
            begun_s = time.process_time()
            answer = await ask(port, page)  # what only the first reader waits for is another figure
            first_ms = (time.process_time() - begun_s) * 1_000
            for number in range(TURNS):
                turn(office, sites, number)
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
            office.changes.publish([f"site:site-{number:05}"])
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


if __name__ == "__main__":
    asyncio.run(measure(*(int(word) for word in (*sys.argv[1:], "20000", "100000")[:2])))
