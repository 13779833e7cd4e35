"""Open one UDP socket per family; send and receive its datagrams by the batch.

A system call per datagram would be most of what a question costs: ``sendmmsg`` and ``recvmmsg`` take many at once.
"""

import asyncio
import ctypes
import errno
import socket
import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ctypes import addressof, sizeof
from ipaddress import IPv4Address, IPv6Address
from itertools import accumulate
from mmap import mmap

from monitor.probes.base import interface_index
from monitor.probes.mmsg import Iovec, Mmsghdr, column_of, fill_headers, fill_vectors, recvmmsg, sendmmsg
from monitor.probes.snmp.messages import MOST_BYTES

RECEIVE_BUFFER = 4 * 1024 * 1024
AT_A_TIME = 64
NAME_BYTES, DATA_BYTES = 32, 65_536  # the kernel gives memory to those pages only that a datagram has reached
OTHERS_ERRORS = 16  # so many in a row are not about earlier datagrams any more

Where = bytes
"""An address and a port as the kernel writes them, a sockaddr: compared as a whole, and read only to be shown."""


def where_of(address: IPv4Address | IPv6Address, port: int) -> Where:
    """Return the sockaddr of that address and port; an unknown interface after the % counts as none."""
    if isinstance(address, IPv4Address):
        return struct.pack("=H", socket.AF_INET) + port.to_bytes(2) + address.packed + bytes(8)
    begins = struct.pack("=H", socket.AF_INET6) + port.to_bytes(2) + bytes(4)
    return begins + address.packed + struct.pack("=I", interface_index(address.scope_id))


def place_of(where: Where) -> tuple[str, int]:
    """Return the address, as text, and the port of a sockaddr."""
    packed = where[4:8] if len(where) == 16 else where[8:24]
    family = socket.AF_INET if len(where) == 16 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int.from_bytes(where[2:4])


class _Outgoing:
    """The structures of a batch to send, allocated once."""

    def __init__(self, name_bytes: int) -> None:
        self._vectors, self._headers = (Iovec * (2 * AT_A_TIME))(), (Mmsghdr * AT_A_TIME)()
        self._names = ctypes.create_string_buffer(AT_A_TIME * name_bytes)
        fill_vectors(self._vectors, (0, 0, 0), (0, 0))
        fill_headers(self._headers, self._vectors, (addressof(self._names), name_bytes, name_bytes), (0, 0, 0))
        self._bases = column_of(self._vectors, Iovec.base.offset)[::2]
        self._lengths = column_of(self._vectors, Iovec.length.offset)[::2]

    def send(self, fd: int, datagrams: Sequence[bytes], names: Sequence[Where]) -> None:
        """Send at most `AT_A_TIME` datagrams, each to its name; what the kernel refuses is left out."""
        count, joined, joined_names = len(datagrams), b"".join(datagrams), b"".join(names)
        lengths = array("L", map(len, datagrams))
        start = ctypes.cast(ctypes.c_char_p(joined), ctypes.c_void_p).value or 0
        self._bases[:count] = memoryview(array("L", accumulate(lengths[:-1], initial=start)))
        self._lengths[:count] = memoryview(lengths)
        ctypes.memmove(self._names, joined_names, len(joined_names))
        done, tries, headers = 0, 0, addressof(self._headers)
        while done < count:
            sent = sendmmsg(fd, headers + done * sizeof(Mmsghdr), count - done, 0)
            if sent > 0:
                done, tries = done + sent, 0
                continue
            # an ICMP error about an earlier datagram is told here once, and the next may come at once
            tries += 1
            if tries == OTHERS_ERRORS or ctypes.get_errno() in {errno.EAGAIN, errno.ENOBUFS}:
                done, tries = done + 1, 0


class _Incoming:
    """The structures and the memory of a batch to receive, allocated once."""

    def __init__(self) -> None:
        self._names = ctypes.create_string_buffer(AT_A_TIME * NAME_BYTES)
        self._data = mmap(-1, AT_A_TIME * DATA_BYTES)
        self._vectors, self._headers = (Iovec * (2 * AT_A_TIME))(), (Mmsghdr * AT_A_TIME)()
        fill_vectors(
            self._vectors, (addressof(ctypes.c_char.from_buffer(self._data)), DATA_BYTES, MOST_BYTES + 1), (0, 0)
        )
        fill_headers(self._headers, self._vectors, (addressof(self._names), NAME_BYTES, NAME_BYTES), (0, 0, 0))
        self._fresh = bytes(self._headers)  # the kernel overwrites lengths: each call begins from this copy
        words = memoryview(self._headers).cast("B").cast("I")
        self._lengths = words[Mmsghdr.length.offset // words.itemsize :: sizeof(Mmsghdr) // words.itemsize]
        self._views = memoryview(self._data), memoryview(self._names).cast("B")

    def receive(self, fd: int) -> int:
        """Receive what has arrived; return how many datagrams. Fewer than `AT_A_TIME`: there are no more."""
        ctypes.memmove(self._headers, self._fresh, len(self._fresh))
        for _ in range(OTHERS_ERRORS):
            count: int = recvmmsg(fd, self._headers, AT_A_TIME, socket.MSG_DONTWAIT, None)
            if count >= 0:
                return count
            if ctypes.get_errno() == errno.EAGAIN:
                break
            # an ICMP error about an earlier request, which times out anyway: behind it are answers
        return 0

    def datagrams(self, count: int, name_bytes: int) -> Iterator[tuple[bytes, Where]]:
        """Yield each datagram of the last call, and where it came from."""
        data, names = self._views
        for place, length in enumerate(self._lengths[:count].tolist()):
            at, named = place * DATA_BYTES, place * NAME_BYTES
            yield bytes(data[at : at + length]), bytes(names[named : named + name_bytes])


class _Family:
    """The socket of one family."""

    def __init__(self, family: socket.AddressFamily, own: str) -> None:
        self.name_bytes = 16 if family == socket.AF_INET else 28
        self.outgoing = _Outgoing(self.name_bytes)
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self.socket.setblocking(False)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            if family == socket.AF_INET6:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.socket.bind((own, 0))
        except OSError:
            self.socket.close()
            raise
        self.fd = self.socket.fileno()


def _ignore() -> None:
    """Ignore what arrives: after `close`."""


class Sockets:
    """The sockets, on the running event loop from `open` to `close`. ``readable``: called when something arrived."""

    def __init__(self, readable: Callable[[], None]) -> None:
        self._readable = readable
        self._families: dict[int, _Family] = {}

    def open(self) -> None:
        """Open a socket for each family that this machine has; raises OSError when it has none."""
        self._incoming = _Incoming()
        for family, own in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            with suppress(*([OSError] if self._families else [])):
                made = _Family(family, own)
                self._families[made.name_bytes] = made
        self.watch()

    def watch(self) -> None:
        """Call ``readable`` whenever something has arrived."""
        for family in self._families.values():
            asyncio.get_running_loop().add_reader(family.fd, self._readable)

    def ignore(self) -> None:
        """Call ``readable`` no more, until `watch`: who turns by himself needs no call."""
        for family in self._families.values():
            asyncio.get_running_loop().remove_reader(family.fd)

    def close(self) -> None:
        """Close the sockets."""
        self.ignore()
        for family in self._families.values():
            family.socket.close()
        self._families.clear()
        self._readable = _ignore  # else this and its owner would keep each other alive

    def send(self, datagrams: Sequence[bytes], names: Sequence[Where]) -> None:
        """Send at most `AT_A_TIME` datagrams of one family, each to its name.

        No route or no buffer space: left to the retry.
        """
        family = self._families[len(names[0])]
        family.outgoing.send(family.fd, datagrams, names)

    def has_family_of(self, where: Where) -> bool:
        """Return whether this machine has the family of that address."""
        return len(where) in self._families

    def arrivals(self) -> Iterator[tuple[bytes, Where]]:
        """Yield what has arrived, at most `AT_A_TIME` datagrams of each family, and where each came from."""
        for family in self._families.values():
            if count := self._incoming.receive(family.fd):
                yield from self._incoming.datagrams(count, family.name_bytes)
