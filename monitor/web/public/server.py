"""Run the public page's own server as a part of the daemon: where [web] public says, and as long as it does."""

import asyncio
import logging
import os
import socket
from contextlib import suppress

from starlette.types import ASGIApp

from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.runtime.part import Part
from monitor.settings.load import Settings
from monitor.settings.web_section import host_of
from monitor.web.server import RunningServer, serve

log = logging.getLogger(__name__)

LOOK_S = 5.0
BACKLOG = 128


class PublicServer(Part):
    """The part that serves ``app`` on ``place``, ADDRESS:PORT; nowhere while that is empty.

    ``address``: where it listens; empty while it does not.
    """

    name = "public page"

    def __init__(self, app: ASGIApp, place: str) -> None:
        self._app, self._place = app, place
        self._running: RunningServer | None = None
        self._moved = asyncio.Event()
        self._trouble = ""
        self.address = ""

    async def open(self) -> None:
        """Listen, or note why that fails."""
        if not self._place:
            return
        try:
            listener = _listen(self._place)
        except OSError as error:
            trouble = os.strerror(error.errno) if error.errno else str(error)
            if trouble != self._trouble:
                text = "no public page on %s: %s; it is tried again every %g s"
                emit(log, LogEvent.PUBLIC_DOWN, text, self._place, trouble, LOOK_S, address=self._place)
            self._trouble = trouble
            return
        self._running, self._trouble = await serve(self._app, [listener]), ""
        host, port = listener.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        emit(log, LogEvent.PUBLIC_UP, "public page http://%s/", self.address, address=self.address)

    def reconfigure(self, settings: Settings) -> None:
        """Move to where the page is wanted now."""
        if settings.monitor.web.public != self._place:
            self._place, self._trouble = settings.monitor.web.public, ""
            self._moved.set()

    async def run(self) -> None:
        """Keep it listening where it is wanted, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._moved.wait()
            is_away = self._running is None or self._running.is_over
            if self._moved.is_set() or (self._place and is_away):
                self._moved.clear()
                await self.close()
                await self.open()

    async def close(self) -> None:
        """Stop the server; answers under way get a moment."""
        self.address = ""
        if self._running is not None:
            # Who is cancelled here leaves a server that still stops, and the next close waits for it.
            await asyncio.shield(asyncio.ensure_future(self._running.stop()))
            self._running = None


def _listen(place: str) -> socket.socket:
    """Return a listening socket; raises OSError."""
    host, port = host_of(place), int(place.rpartition(":")[2])
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
