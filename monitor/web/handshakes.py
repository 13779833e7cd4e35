"""Shake hands over TLS with new connections, side by side: a slow one keeps nobody else waiting.

A handshake takes a slot like a connection, and ends after WHOLE_REQUEST_S.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from monitor.net.pool import PoolFull
from monitor.runtime.server_certificate import NoCertificate, ServerCertificate
from monitor.web.connections import GRACE_S, WHOLE_REQUEST_S


class Handshakes:
    """The handshakes under way, on the event loop; each becomes a connection of ``protocol``, or nothing."""

    def __init__(self, certificate: ServerCertificate, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._certificate, self._protocol = certificate, protocol
        self._since_s: dict[asyncio.Task[None], float] = {}

    def __len__(self) -> int:
        return len(self._since_s)

    def begin(self, connection: socket.socket) -> None:
        """Begin one, in a task of its own."""
        task = asyncio.create_task(self._shake(connection))
        self._since_s[task] = asyncio.get_running_loop().time()
        task.add_done_callback(lambda ended: self._ended(ended, connection))

    def drop_oldest(self) -> bool:
        """Cancel the oldest that has taken longer than GRACE_S; return whether there was one."""
        task, since_s = min(self._since_s.items(), key=lambda one: one[1], default=(None, 0.0))
        if task is None or asyncio.get_running_loop().time() - since_s <= GRACE_S:
            return False
        self._since_s.pop(task)
        task.cancel()
        return True

    def cancel(self) -> None:
        """Cancel all of them."""
        for task in list(self._since_s):
            task.cancel()

    def _ended(self, task: "asyncio.Task[None]", connection: socket.socket) -> None:
        self._since_s.pop(task, None)
        if task.cancelled():  # perhaps before it began
            connection.close()

    async def _shake(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            context = await self._certificate.loaded()
            with contextlib.suppress(OSError):  # who speaks no TLS, trusts us not, or takes too long
                await loop.connect_accepted_socket(
                    self._protocol, connection, ssl=context, ssl_handshake_timeout=WHOLE_REQUEST_S
                )
        except (NoCertificate, PoolFull):
            connection.close()
