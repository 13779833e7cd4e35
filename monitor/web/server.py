"""uvicorn behind a door of our own: open sockets in, few connections at a time, each with an end to it.

A connection that is not answered in full some seconds after it was opened, or after its last answer, is cut off: half
requests and slow readers cost a place for no longer than that. Beyond a number of connections newcomers hear 503, and
are heard one by one with a pause after each, so that no crowd of them takes descriptors, threads or the probes' time.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 16
MOST_THREADS = 4
WHOLE_ANSWER_S = 10.0
KEEP_ALIVE_S = 5
PAUSE_S = 0.01
FULL = b"too many connections; try again\n"
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\n"
    b"content-type: text/plain\r\ncontent-length: %d\r\n\r\n%s" % (len(FULL), FULL)
)


class _LimitedProtocol(H11Protocol):
    """One connection, with an end to it."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own choice
        super().connection_made(transport)
        self._begin_anew()

    def on_response_complete(self) -> None:
        self._begin_anew()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)

    def _begin_anew(self) -> None:
        if self._end is not None:
            self._end.cancel()
        self._end = self.loop.call_later(WHOLE_ANSWER_S, self.transport.abort)


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to the daemon, lets in whom there is room for, and says when it answers."""

    def __init__(self, config: uvicorn.Config, listeners: Sequence[socket.socket]) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self._listeners = listeners
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
        await super().shutdown(sockets)

    async def _let_in(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError:  # gone again, or no descriptor is free
                await asyncio.sleep(PAUSE_S)
                continue
            if len(self.server_state.connections) >= MOST_CONNECTIONS:
                _refuse(connection)
                await asyncio.sleep(PAUSE_S)
                continue
            with contextlib.suppress(OSError):
                await loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        return _LimitedProtocol(self.config, self.server_state, self.lifespan.state)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _refuse(connection: socket.socket) -> None:
    """Says that there is no room, and hangs up; what was asked is taken first, for else the answer might be lost."""
    with connection, contextlib.suppress(OSError):
        connection.send(REFUSAL)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65_536)


class RunningServer:
    """The server at work."""

    def __init__(self, server: uvicorn.Server, task: "asyncio.Task[None]") -> None:
        self._server = server
        self._task = task

    async def stop(self) -> None:
        """Ends it; a request under way gets a moment to finish."""
        self._server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


async def serve(app: Starlette, sockets: list[socket.socket]) -> RunningServer:
    """Serves ``app`` on listening sockets; returns when it answers."""
    options: dict[str, Any] = {
        "http": _LimitedProtocol,
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "date_header": True,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": 2,
        "h11_max_incomplete_event_size": 16_384,
    }
    current_default_thread_limiter().total_tokens = MOST_THREADS
    server = _Server(uvicorn.Config(app, **options), sockets)
    task = asyncio.create_task(server.serve(sockets=[]))
    up = asyncio.create_task(server.up.wait())
    await asyncio.wait([task, up], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        up.cancel()
        task.result()
    return RunningServer(server, task)
