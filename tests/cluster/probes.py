"""Which daemon asked which host when: every echo request that passes the bridge, dated by the kernel.

So it is known when a host was really looked at, and by whom, whatever the daemons say of it.
"""

import socket
import struct
import threading
from collections import defaultdict
from ctypes import addressof, create_string_buffer
from types import TracebackType
from typing import NamedTuple, Self

from tests.lab.namespace import Namespace

ETH_P_IP = 0x0800
SO_ATTACH_FILTER, SO_TIMESTAMPNS = 26, 35
ROOM_BYTES = 16 << 20
TIME = struct.Struct("@qq")
# Of IPv4 packets the ICMP ones, and of those the echo requests: ldb [9]; jeq 1; ldxb 4*([0]&0xf); ldb [x+0]; jeq 8; ret
FILTER = [
    *((0x30, 0, 0, 9), (0x15, 0, 4, socket.IPPROTO_ICMP), (0xB1, 0, 0, 0)),
    *((0x50, 0, 0, 0), (0x15, 0, 1, 8), (0x06, 0, 0, 64), (0x06, 0, 0, 0)),
]


class Probe(NamedTuple):
    """An echo request; ``at_s``: seconds since 1970."""

    at_s: float
    source: str


class ProbeWatch:
    """Reads along in the hosts' namespace while the ``with`` lasts, in a thread of its own."""

    def __init__(self, hosts: Namespace, interface: str) -> None:
        self._socket = hosts.open_socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        program = create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in FILTER))
        filter_ = struct.pack("HL", len(FILTER), addressof(program))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter_)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        self._socket.bind((interface, ETH_P_IP))
        self._socket.settimeout(0.2)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._read, name="probe watch", daemon=True)
        self.of_host: dict[str, list[Probe]] = defaultdict(list)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join(10)
        self._socket.close()

    def _read(self) -> None:
        while not self._ends.is_set():
            try:
                packet, ancillary, _, _ = self._socket.recvmsg(64, 64)
            except TimeoutError:
                continue
            seconds, nanoseconds = TIME.unpack(ancillary[0][2][: TIME.size])
            source, target = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
            self.of_host[target].append(Probe(seconds + nanoseconds / 1e9, source))
