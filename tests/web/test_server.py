"""A crowd of slow or silent clients costs the others nothing."""

import asyncio
import contextlib
import gc
import gzip
import socket
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.metrics.exposition import Page
from monitor.settings.fleet import Fleet
from monitor.web import connections, server
from monitor.web.scrape import MOST_PAGES
from monitor.web.server import MOST_CONNECTIONS, serve
from tests.lab.waiting import until
from tests.web.asking import ask
from tests.web.desk import Desk

pytestmark = pytest.mark.alone

HALF = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


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


async def ended(client: socket.socket) -> None:
    """Returns when the other side has hung up, whatever it said before."""
    with contextlib.suppress(ConnectionResetError):
        while await asyncio.get_running_loop().sock_recv(client, 4_096):
            pass


@pytest.fixture
def large(office: Desk) -> Desk:
    """An office with so many sites that no socket's buffers hold its page."""
    site = office.settings.fleet.sites["udc-juniadaha"]
    many = {f"site-{number}": replace(site, id=f"site-{number}", name_en="x" * 200) for number in range(9_000)}
    office.live.fleet = office.board.fleet = Fleet(many)
    office.exposition.render()  # and no more is made while no second passes
    return office


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second for a request, and for an answer, in place of five and ten."""
    monkeypatch.setattr(connections, "WHOLE_REQUEST_S", 0.5)
    monkeypatch.setattr(connections, "WHOLE_ANSWER_S", 0.5)


async def test_who_comes_while_all_others_are_being_answered_hears_that_there_is_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "ROOM_WITHIN_S", 0.2)
    going_on = asyncio.Event()

    under_way = 0

    async def slow(_: Request) -> Response:
        nonlocal under_way
        under_way += 1
        await going_on.wait()
        return PlainTextResponse("done")

    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    running = await serve(Starlette(routes=[Route("/", slow)]), [listener])
    port = int(listener.getsockname()[1])
    asking = [await connected(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(MOST_CONNECTIONS)]
    try:
        await asyncio.to_thread(until, lambda: under_way == MOST_CONNECTIONS, "all requests", 10)
        async with asyncio.timeout(5):
            assert (await heard(await connected(port, WHOLE))).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    finally:
        going_on.set()
        answers = [await asyncio.get_running_loop().sock_recv(client, 4_096) for client in asking]
        await running.stop()
        for client in asking:
            client.close()
    # Nobody lost his answer to the newcomer.
    assert all(answer.endswith(b"done") for answer in answers)


async def test_who_asks_and_goes_keeps_no_place_from_a_newcomer() -> None:
    going_on = asyncio.Event()
    under_way = 0

    async def slow(request: Request) -> Response:
        nonlocal under_way
        if request.url.path == "/":
            under_way += 1
            await going_on.wait()
        return PlainTextResponse("done")

    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    running = await serve(Starlette(routes=[Route("/{any:path}", slow)]), [listener])
    port = int(listener.getsockname()[1])
    asking = [await connected(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(MOST_CONNECTIONS)]
    try:
        await asyncio.to_thread(until, lambda: under_way == MOST_CONNECTIONS, "all requests", 10)
        for client in asking:
            client.close()
        async with asyncio.timeout(5):
            newcomer = await connected(port, b"GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await heard(newcomer)).endswith(b"done")
    finally:
        going_on.set()
        await running.stop()


IDLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("says", [b"", b"G", HALF, IDLE, WHOLE], ids=["mute", "one-byte", "half", "idle", "slow"])
async def test_a_scraper_gets_in_within_a_second_beside_two_hundred_who_keep_their_places(
    large: Desk, port: int, says: bytes
) -> None:
    crowd = [await connected(port, says) for _ in range(200)]
    try:
        for _ in range(3):
            async with asyncio.timeout(1):
                assert (await ask(port, "/readyz")).status == 503  # the office's first round is under way
        async with asyncio.timeout(3):  # five megabytes, in two threads of this process
            assert (await ask(port, "/metrics")).status == 200
    finally:
        for client in crowd:
            client.close()


async def test_idle_connections_go_before_half_requests_and_these_before_slow_readers(large: Desk, port: int) -> None:
    slow, half, idle = [await connected(port, says) for says in (WHOLE, HALF, IDLE)]
    await asyncio.sleep(3 * connections.GRACE_S)  # what they do is nothing at all
    crowd = [await connected(port, IDLE) for _ in range(MOST_CONNECTIONS + 5)]
    try:
        async with asyncio.timeout(5):
            assert (await heard(idle)).startswith(b"HTTP/1.1 503")  # its answer, and its end
        # While there is an idle one, nobody who waits for something lost his place.
        for client in (half, slow):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await ended(client)
    finally:
        for client in (*crowd, half, slow):
            client.close()


async def test_a_request_that_never_ends_loses_its_place(impatient: None, port: int) -> None:
    waiting = [await connected(port, HALF) for _ in range(MOST_CONNECTIONS)]
    async with asyncio.timeout(5):
        assert await asyncio.gather(*map(heard, waiting)) == [b""] * MOST_CONNECTIONS

    assert (await ask(port, "/metrics")).status == 200


async def test_a_reader_that_stops_reading_loses_its_place(impatient: None, large: Desk, port: int) -> None:
    stalled = [await connected(port, WHOLE) for _ in range(4)]
    await asyncio.sleep(3)  # what they do is nothing at all

    async with asyncio.timeout(10):
        told = await asyncio.gather(*map(heard, stalled))
    whole = large.exposition.render().body

    assert all(each.startswith(b"HTTP/1.1 200") and len(each) < len(whole) for each in told)
    assert (await ask(port, "/metrics")).status == 200


async def test_slow_readers_keep_few_old_pages_alive_and_a_new_one_is_given_out_all_the_same(
    large: Desk, port: int
) -> None:
    slow = []
    try:
        for _ in range(MOST_PAGES + 2):
            slow.append(await connected(port, WHOLE))
            await asyncio.get_running_loop().sock_recv(slow[-1], 1)
            await asyncio.sleep(2 * connections.GRACE_S)
            large.clock.advance(2)  # the next reader gets a new page
            async with asyncio.timeout(5):
                assert (await ask(port, "/metrics")).status == 200
        assert len(pages_alive()) <= MOST_PAGES + 1  # and the one that is given out now
    finally:
        for client in slow:
            client.close()


def pages_alive() -> list[Page]:
    """The large pages that somebody still holds."""
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, Page) and len(each) > 1_000_000]


async def test_a_connection_that_is_kept_has_its_time_for_each_answer_anew(impatient: None, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)
    writer.close()


async def test_a_body_waits_for_no_acknowledgement_of_its_head() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = await serve(Starlette(), [listener])
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()  # before the loop turns
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        await running.stop()


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
