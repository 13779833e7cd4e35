"""Run the page's server as a part of the daemon: it listens when it can, and nothing waits for it.

A port in use, or an address that this machine does not have yet, is logged and retried: monitoring goes on without the
page.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable

from starlette.types import ASGIApp

from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.log_events import LogEvent
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import SOURCE, Lang
from monitor.logs.emit import emit
from monitor.runtime.part import Part
from monitor.runtime.server_certificate import NoCertificate, ServerCertificate
from monitor.settings.web_section import Web
from monitor.web.server import RunningServer, serve

log = logging.getLogger(__name__)

RETRY_S = 2.0
BACKLOG = 512


class PageServer(Part):
    """The part that serves ``app`` on ``sockets`` that were handed in, or on the configured address.

    ``changed``: called on the loop when the page begins to listen, or cannot. ``trouble``: why it cannot, and
    ``address``: where it listens; either is empty. ``certificate``: with one it speaks TLS.
    """

    name = "page"

    def __init__(
        self,
        app: ASGIApp,
        web: Web,
        sockets: list[socket.socket],
        clock: Clock,
        changed: Callable[[], None],
        lang: Callable[[], Lang] = lambda: SOURCE,
        certificate: ServerCertificate | None = None,
    ) -> None:
        self._lang, self._certificate = lang, certificate
        self._app, self._web, self._sockets, self._clock, self._changed = app, web, sockets, clock, changed
        self._running: RunningServer | None = None
        self._away_since_ns: int | None = None
        self.trouble = self.address = ""

    async def open(self) -> None:
        """Listen, or note why that fails."""
        try:
            if self._certificate is not None:
                await self._certificate.loaded()
            listeners = self._sockets or [listen(self._web)]
        except (OSError, NoCertificate) as error:
            trouble = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
            if trouble != self.trouble:
                text, where = "no page on %s: %s; it is tried again every %g s", self._web.listen
                emit(log, LogEvent.PAGE_DOWN, text, where, trouble, RETRY_S, address=where)
            self.trouble, self.address = trouble, ""
            self._away_since_ns = self._away_since_ns or self._clock.mono_ns()
            self._changed()
            return
        self._sockets = []
        self._running = await serve(self._app, listeners, self._certificate)
        self.trouble, self.address, self._away_since_ns = "", _shown_address(listeners[0]), None
        said = tr(self._lang(), "page {url}/ , metrics {url}/metrics", url=self.url)
        emit(log, LogEvent.PAGE_UP, "%s", said, address=self.address)
        self._changed()

    async def run(self) -> None:
        """Keep it listening, until cancelled; raises what broke the server."""
        while True:
            if self._running is not None:
                await self._running.ended()
                self._running = None
            else:
                await asyncio.sleep(RETRY_S)
            await self.open()

    async def close(self) -> None:
        """Stop the server; answers under way get a moment."""
        if self._running is not None:
            await self._running.stop()

    @property
    def url(self) -> str:
        """Return the URL of where it listens, without a path."""
        return f"{self._web.scheme}://{self.address}"

    def away_s(self) -> float:
        """Return for how long it has not been able to listen, in seconds; 0 while it does."""
        return 0.0 if self._away_since_ns is None else (self._clock.mono_ns() - self._away_since_ns) / NS_PER_S


def listen(web: Web) -> socket.socket:
    """Return the configured listening socket; raises OSError."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    return socket.create_server((web.host, web.port), family=family, backlog=BACKLOG)


def _shown_address(listener: socket.socket) -> str:
    """Return where it listens, as in a URL."""
    if listener.family not in {socket.AF_INET, socket.AF_INET6}:
        return str(listener.getsockname())
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
