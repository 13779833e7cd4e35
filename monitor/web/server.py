"""uvicorn on sockets that are open already, with limits that no crowd of slow readers can pass.

A connection that has not sent a whole request a few seconds after it was opened is closed, and so is one that takes too
long altogether; beyond a number of connections, new ones are closed at once. So half-open requests cost neither file
descriptors nor the probes' time.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 64
WHOLE_CONNECTION_S = 10.0
KEEP_ALIVE_S = 5


class _LimitedProtocol(H11Protocol):
    """One connection, with an end to it."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own choice
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._end = self.loop.call_later(WHOLE_CONNECTION_S, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to the daemon and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


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
    server = _Server(uvicorn.Config(app, **options))
    task = asyncio.create_task(server.serve(sockets=sockets))
    up = asyncio.create_task(server.up.wait())
    await asyncio.wait([task, up], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        up.cancel()
        task.result()
    return RunningServer(server, task)
