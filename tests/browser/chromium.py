"""Debian's Chromium in a network namespace of its own, from which one port of one server can be reached, no more.

A browser asks its maker for this and that at every start. Here it finds only a loopback, and on it the window: a socket
that is forwarded to the server which a test looks at.
"""

import asyncio
import shlex
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, sync_playwright

from tests.browser.looking import Seen, looking
from tests.lab.namespace import Namespace
from tests.lab.network import alone

BROWSER = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
PIECE_BYTES = 65_536


class Window:
    """127.0.0.1:PORT within ``inside`` is 127.0.0.1:PORT out here while it is open (TCP; own thread)."""

    def __init__(self, inside: Namespace, port: int) -> None:
        self._port = port
        self._listener = inside.open_socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(64)
        self._loop = asyncio.new_event_loop()
        self._closed = asyncio.Event()
        self._under_way = set[asyncio.Task[None]]()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._turn()], name="window")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._closed.set)
        self._thread.join()
        self._loop.close()

    async def _turn(self) -> None:
        server = await asyncio.start_server(self._forward, sock=self._listener)
        await self._closed.wait()
        server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)  # in which the transports close

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)  # asyncio itself holds it so loosely that it may vanish
        task.add_done_callback(self._under_way.discard)
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:  # the server is down: so is the window
            writer.transport.abort()
            return
        try:
            await asyncio.gather(_pour(reader, ours), _pour(theirs, writer))
        except asyncio.CancelledError:
            ours.transport.abort()
            writer.transport.abort()
            raise
        ours.close()
        writer.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(PIECE_BYTES):
            sink.write(piece)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()


@dataclass(frozen=True)
class Chromium:
    """A running one, and where it is."""

    browser: Browser
    inside: Namespace

    @classmethod
    @contextmanager
    def started(cls, folder: Path, *words: str) -> Iterator[Self]:
        """Start one, with ``words`` added to its command line; ``folder``: for what starts it."""
        with alone() as inside, sync_playwright() as playwright:
            starter = folder / "chromium-inside"
            within = shlex.join(inside.entering)
            starter.write_text(f'#!/bin/sh\nexec {within} setpriv --pdeathsig KILL {BROWSER} "$@" 2>/dev/null\n')
            starter.chmod(0o755)
            browser = playwright.chromium.launch(executable_path=str(starter), args=[*QUIET, *words])
            try:
                yield cls(browser, inside)
            finally:
                browser.close()

    @contextmanager
    def looking(self, port: int, *, width: int = 1366, script: bool = True, dark: bool = False) -> Iterator[Seen]:
        """Open a window of that width on the server at that port."""
        with Window(self.inside, port), looking(self.browser, port, width=width, script=script, dark=dark) as seen:
            yield seen
