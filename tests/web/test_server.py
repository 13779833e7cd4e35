"""A crowd of slow or silent clients costs the others nothing."""

import asyncio
import contextlib
import gzip
import socket
from dataclasses import replace

import pytest

from monitor.settings.fleet import Fleet
from monitor.web import server
from monitor.web.scrape import MOST_READERS
from monitor.web.server import MOST_CONNECTIONS
from tests.web.asking import ask
from tests.web.conftest import Desk

HALF = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"
WHOLE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


async def connected(port: int, says: bytes) -> socket.socket:
    """A client that says this and has little room for an answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(client, says)
    return client


async def heard(client: socket.socket) -> bytes:
    """All that it is told until the connection ends."""
    told = b""
    with client, contextlib.suppress(ConnectionResetError):
        while some := await asyncio.get_running_loop().sock_recv(client, 65_536):
            told += some
    return told


@pytest.fixture
def large(office: Desk) -> Desk:
    """An office with so many sites that no socket's buffers hold its page."""
    site = office.settings.fleet.sites["udc-juniadaha"]
    many = {f"site-{number}": replace(site, id=f"site-{number}", name_en="x" * 200) for number in range(9_000)}
    office.live.fleet = Fleet(many)
    office.exposition.render()  # and no more is made while no second passes
    return office


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second for an answer in place of ten."""
    monkeypatch.setattr(server, "WHOLE_ANSWER_S", 0.5)


async def test_who_comes_when_all_places_are_taken_hears_that_there_is_no_room(port: int) -> None:
    waiting = [await connected(port, HALF) for _ in range(MOST_CONNECTIONS)]
    try:
        async with asyncio.timeout(5):
            for _ in range(20):
                assert (await heard(await connected(port, WHOLE))).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    finally:
        for client in waiting:
            client.close()
    assert (await ask(port, "/metrics")).status == 200


async def test_a_request_that_never_ends_loses_its_place(impatient: None, port: int) -> None:
    waiting = [await connected(port, HALF) for _ in range(MOST_CONNECTIONS)]
    async with asyncio.timeout(5):
        assert await asyncio.gather(*map(heard, waiting)) == [b""] * MOST_CONNECTIONS

    assert (await ask(port, "/metrics")).status == 200


async def test_a_reader_that_stops_reading_loses_its_place(impatient: None, large: Desk, port: int) -> None:
    stalled = [await connected(port, WHOLE) for _ in range(MOST_READERS)]
    await asyncio.sleep(3)  # what they do is nothing at all

    async with asyncio.timeout(10):
        told = await asyncio.gather(*map(heard, stalled))
    whole = large.exposition.render().body

    assert all(each.startswith(b"HTTP/1.1 200") and len(each) < len(whole) for each in told)
    assert (await ask(port, "/metrics")).status == 200


async def test_few_read_the_metrics_at_a_time_and_the_page_is_there_meanwhile(large: Desk, port: int) -> None:
    slow = [await connected(port, WHOLE) for _ in range(MOST_READERS)]
    try:
        async with asyncio.timeout(8):
            while (answer := await ask(port, "/metrics")).status == 200:
                pass
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert (await ask(port, "/healthz")).status in {200, 503}
        assert (await ask(port, "/style.css")).status == 200
    finally:
        for client in slow:
            client.close()
    async with asyncio.timeout(5):
        while (await ask(port, "/metrics")).status != 200:
            pass


async def test_a_connection_that_is_kept_has_its_time_for_each_answer_anew(impatient: None, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)
    writer.close()


async def test_a_few_half_requests_delay_nobody(port: int) -> None:
    clients = [await connected(port, HALF) for _ in range(MOST_CONNECTIONS - 3)]
    async with asyncio.timeout(5):
        assert (await ask(port, "/metrics")).status == 200
    for client in clients:
        client.close()


async def test_headers_without_end_are_refused(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n" + b"x-long: " + b"a" * 100_000)
    async with asyncio.timeout(8):
        answer = await reader.read(20)
    assert answer.startswith(b"HTTP/1.1 4")
    writer.close()


async def test_every_reader_gets_the_same_page_whole_compressed_or_not(large: Desk, port: int) -> None:
    plain, packed = await asyncio.gather(ask(port, "/metrics"), ask(port, "/metrics", accept_encoding="gzip"))

    assert packed.headers["content-encoding"] == "gzip"
    assert int(plain.headers["content-length"]) == len(plain.body) > 5_000_000
    assert gzip.decompress(packed.body) == plain.body == large.exposition.render().body


async def test_openmetrics_comes_to_who_asks_for_it(office: Desk, port: int) -> None:
    answer = await ask(port, "/metrics", accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")

    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert answer.body.endswith(b"# EOF\n")
