"""A crowd of slow or silent clients costs the others nothing."""

import asyncio
import socket

from monitor.web.server import MOST_CONNECTIONS
from tests.web.asking import ask
from tests.web.conftest import Desk


async def closed_by_the_server(client: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    client.setblocking(False)
    try:
        assert await loop.sock_recv(client, 100) == b""
    except ConnectionResetError:
        return


async def test_connections_beyond_the_limit_are_closed_at_once_and_half_requests_in_the_end(
    office: Desk, port: int
) -> None:
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    try:
        async with asyncio.timeout(8):  # well before a connection's own end
            waiting = [asyncio.create_task(closed_by_the_server(client)) for client in clients]
            while sum(task.done() for task in waiting) < 200 - MOST_CONNECTIONS:
                await asyncio.wait([task for task in waiting if not task.done()], return_when=asyncio.FIRST_COMPLETED)
        for client in clients:
            try:
                client.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
            except OSError:
                continue
        async with asyncio.timeout(15):
            await asyncio.gather(*waiting)
    finally:
        for client in clients:
            client.close()
    # All are gone: the next one is served.
    assert (await ask(port, "/metrics")).status == 200


async def test_a_few_half_requests_delay_nobody(office: Desk, port: int) -> None:
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(MOST_CONNECTIONS - 10)]
    for client in clients:
        client.send(b"GET /metrics HTTP/1.1\r\n")
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
