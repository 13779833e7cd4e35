"""A thousand clients who mean no good: half requests, and readers who take a byte now and then. They never give up."""

import asyncio
import contextlib
import resource
import socket
from collections import Counter
from types import TracebackType
from typing import Self

HALF = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n"
A_BYTE_EVERY_S = 10.0


class ManyClients:
    """``with`` lets it loose on a port of loopback; ``heard`` counts the first lines of what they were answered."""

    def __init__(self, port: int, count: int) -> None:
        self._port, self._count = port, count
        self.heard: Counter[str] = Counter()
        self.cut_off = 0

    async def __aenter__(self) -> Self:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self._clients = [asyncio.create_task(self._client(slow=bool(n % 2))) for n in range(self._count)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _client(self, *, slow: bool) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with socket.socket() as connection, contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                connection.setblocking(False)
                await loop.sock_connect(connection, ("127.0.0.1", self._port))
                await loop.sock_sendall(connection, WHOLE if slow else HALF)
                first = (await loop.sock_recv(connection, 12)).decode()
                self.heard[first] += bool(first)
                while slow and not first.endswith("503"):
                    await asyncio.sleep(A_BYTE_EVERY_S)
                    if not await loop.sock_recv(connection, 1):
                        break
                self.cut_off += 1
            await asyncio.sleep(0.1)
