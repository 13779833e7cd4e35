"""An application served for real on loopback, from a thread of its own: browsers and tests of one thread ask it."""

import asyncio
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp

from monitor.web import connections, guard
from monitor.web.api import asked
from monitor.web.server import serve
from tests.lab.waiting import patient

# Beside other tests an answer may be late, above all the first of its kind, which imports what makes it.
connections.WHOLE_ANSWER_S = patient(connections.WHOLE_ANSWER_S)
guard.LATE_S, asked.LATE_S = patient(guard.LATE_S), patient(asked.LATE_S)


class Serving:
    """127.0.0.1:``port``, or a ``listener`` of another kind, from ``with`` to its end."""

    def __init__(self, app: ASGIApp, listener: socket.socket | None = None) -> None:
        self._app = app
        self._listener = listener or socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = 0 if listener else int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._up, self._ended = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._turn()], name="serving")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(10), "the server did not come up"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._loop.close()

    def call(self, what: Callable[[], object]) -> None:
        """Have the server's thread do something."""
        self._loop.call_soon_threadsafe(what)

    async def _turn(self) -> None:
        server = await serve(self._app, [self._listener])
        self._up.set()
        await self._ended.wait()
        await server.stop()
