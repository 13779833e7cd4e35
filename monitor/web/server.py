"""Run uvicorn on open sockets with a bounded number of connections, each with a deadline.

When all slots are taken, a new connection gets that of the least important one (`connections.next_to_drop`). Only while
all are being answered must it wait, and gets 503 if that lasts. So idle, slow or half-open clients, however many, take
neither descriptors, threads nor the probes' time, nor keep a scraper out.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from monitor.runtime.server_certificate import ServerCertificate
from monitor.web.connections import KEEP_ALIVE_S, Connection, Phase, next_to_drop
from monitor.web.handshakes import Handshakes

MOST_CONNECTIONS = 64
MOST_THREADS = 4
ROOM_WITHIN_S = 1.0  # so long a newcomer waits for a place
DROP_PAUSE_S = 0.001  # after each that was dropped: others' turn
PAUSE_S = 0.01
LAST_WORDS_S = 0.5  # for answers under way when the server stops
FULL = b"too many connections; try again\n"
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\n"
    b"content-type: text/plain\r\ncontent-length: %d\r\n\r\n%s" % (len(FULL), FULL)
)


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to the daemon, bounds connections, and reports when it is ready."""

    def __init__(
        self, config: uvicorn.Config, listeners: Sequence[socket.socket], certificate: ServerCertificate | None
    ) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self._listeners = listeners
        self._handshakes = None if certificate is None else Handshakes(certificate, self._protocol)
        self._doors: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._doors = [asyncio.create_task(self._let_in(listener)) for listener in self._listeners]
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for door in self._doors:
            door.cancel()
        await asyncio.gather(*self._doors, return_exceptions=True)
        for listener in self._listeners:
            listener.close()
        if self._handshakes is not None:
            await self._handshakes.end_all()
        asyncio.get_running_loop().call_later(LAST_WORDS_S, self._drop_all)
        await super().shutdown(sockets)

    def _drop_all(self) -> None:
        for connection in open_of(self.server_state):
            connection.drop()

    async def _let_in(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError:  # gone again, or no descriptor is free
                await asyncio.sleep(PAUSE_S)
                continue
            try:
                has_room = await self._has_room()
            except asyncio.CancelledError:
                connection.close()
                raise
            if not has_room:
                _refuse(connection)
                await asyncio.sleep(PAUSE_S)
                continue
            if self._handshakes is not None:
                self._handshakes.begin(connection)
                continue
            with contextlib.suppress(OSError):
                await loop.connect_accepted_socket(self._protocol, connection)

    async def _has_room(self) -> bool:
        """Wait for a slot, and free one if possible; return False when there is none for ROOM_WITHIN_S."""
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + ROOM_WITHIN_S
        shaking = () if self._handshakes is None else self._handshakes
        while len(connections := slots_of(self.server_state)) + len(shaking) >= MOST_CONNECTIONS:
            if (last := next_to_drop(connections, loop.time())) is not None:
                last.drop()
                await asyncio.sleep(DROP_PAUSE_S)
            elif self._handshakes is not None and self._handshakes.drop_oldest():
                await asyncio.sleep(DROP_PAUSE_S)
            elif loop.time() < ends_s:
                await asyncio.sleep(PAUSE_S)
            else:
                return False
        return True

    def _protocol(self) -> asyncio.Protocol:
        return Connection(self.config, self.server_state, self.lifespan.state)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def slots_of(state: ServerState) -> list[Connection]:
    """Return the connections that hold a slot: all but streams, which are counted by themselves."""
    return [connection for connection in open_of(state) if connection.phase is not Phase.STREAMING]


def open_of(state: ServerState) -> list[Connection]:
    """Return the open connections."""
    connections = (each for each in state.connections if isinstance(each, Connection))
    return [connection for connection in connections if connection.is_open]


def _refuse(connection: socket.socket) -> None:
    """Answer 503 and close; the request is read first, for else the answer might be lost."""
    with connection, contextlib.suppress(OSError):
        connection.send(REFUSAL)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65_536)


class RunningServer:
    """The running server."""

    def __init__(self, server: uvicorn.Server, task: "asyncio.Task[None]") -> None:
        self._server = server
        self._task = task

    async def stop(self) -> None:
        """Stop it; a request under way gets a moment to finish."""
        self._server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    @property
    def is_over(self) -> bool:
        """Return whether the server has ended."""
        return self._task.done()

    async def ended(self) -> None:
        """Return, or raise what broke it, when the server has ended."""
        await asyncio.shield(self._task)


async def serve(
    app: ASGIApp, sockets: list[socket.socket], certificate: ServerCertificate | None = None
) -> RunningServer:
    """Serve ``app`` on listening sockets, over TLS with a ``certificate``; returns when it is ready."""
    options: dict[str, Any] = {
        "http": Connection,
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "date_header": True,
        "proxy_headers": False,  # monitor.web.proxies knows which proxies are ours; uvicorn would trust all of loopback
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": 2,
        "h11_max_incomplete_event_size": 16_384,
    }
    current_default_thread_limiter().total_tokens = MOST_THREADS
    for listener in sockets:
        if listener.family in {socket.AF_INET, socket.AF_INET6}:
            # What accepts takes it over. A body would wait for the ACK of its head, which a client delays by 40 ms
            # (RFC 896, RFC 1122 4.2.3.2); asyncio sets it only where the protocol is named, and it is 0 here.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = _Server(uvicorn.Config(app, **options), sockets, certificate)
    task = asyncio.create_task(server.serve(sockets=[]))
    up = asyncio.create_task(server.up.wait())
    await asyncio.wait([task, up], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        up.cancel()
        task.result()
    return RunningServer(server, task)
