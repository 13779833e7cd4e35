"""Open one UDP socket per family, and pass its datagrams to a function."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from monitor.probes.snmp.messages import MOST_BYTES

RECEIVE_BUFFER = 4 * 1024 * 1024
AT_A_TIME = 64
Where = tuple[str, int]


def _ignore(_data: bytes, _source: Where) -> None:
    """Ignore a datagram: the receiver after `close`."""


class Sockets:
    """The sockets, on the running event loop from `open` to `close`."""

    def __init__(self, arrived: Callable[[bytes, Where], None]) -> None:
        self._arrived = arrived
        self._sockets: dict[int, socket.socket] = {}

    def open(self) -> None:
        """Open a socket for each family that this machine has; raises OSError when it has none."""
        for family, own in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            with suppress(*([OSError] if self._sockets else [])):
                made = socket.socket(family, socket.SOCK_DGRAM)
                made.setblocking(False)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
                if family == socket.AF_INET6:
                    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                made.bind((own, 0))
                self._sockets[6 if family == socket.AF_INET6 else 4] = made
                asyncio.get_running_loop().add_reader(made, self._take_in, made)

    def close(self) -> None:
        """Close the sockets."""
        for made in self._sockets.values():
            asyncio.get_running_loop().remove_reader(made)
            made.close()
        self._sockets.clear()
        self._arrived = _ignore  # else this and the receiver would keep each other alive

    def send(self, data: bytes, version: int, where: Where) -> bool:
        """Send a datagram; False where this machine lacks the family. No route or buffer space: left to the retry."""
        made = self._sockets.get(version)
        if made is None:
            return False
        with suppress(OSError):
            made.sendto(data, where)
        return True

    def _take_in(self, made: socket.socket) -> None:
        for _ in range(AT_A_TIME):
            try:
                data, source = made.recvfrom(MOST_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error about an earlier request, which times out anyway
            self._arrived(data, (str(source[0]), int(source[1])))
