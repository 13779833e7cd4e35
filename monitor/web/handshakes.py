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
        self._under_way: dict[asyncio.Task[None], tuple[float, socket.socket]] = {}
        self._tasks: set[asyncio.Task[None]] = set()  # of those that were dropped, too

    def __len__(self) -> int:
        return len(self._under_way)

    def begin(self, connection: socket.socket) -> None:
        """Begin one, in a task of its own."""
        task = asyncio.create_task(self._shake(connection))
        self._under_way[task] = asyncio.get_running_loop().time(), connection
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def drop_oldest(self) -> bool:
        """End the oldest that has taken longer than GRACE_S; return whether there was one."""
        task, (since_s, connection) = next(iter(self._under_way.items()), (None, (0.0, None)))
        if task is None or connection is None or asyncio.get_running_loop().time() - since_s <= GRACE_S:
            return False
        self._under_way.pop(task)
        _end(connection)
        return True

    async def end_all(self) -> None:
        """End all of them, and return when their sockets are closed."""
        for _, connection in self._under_way.values():
            _end(connection)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._under_way.pop(task, None)

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


def _end(connection: socket.socket) -> None:
    """Make the handshake fail at once.

    A cancelled one keeps its socket for ever when asyncio has not begun it yet (`SSLProtocol._start_shutdown` does
    nothing then); one whose socket has ended cleans up after itself.
    """
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
