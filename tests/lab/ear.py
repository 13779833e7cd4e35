"""Hear when each echo packet passes a device, by the kernel's own stamps: into memory, nobody has to run meanwhile."""

import mmap
import socket
import struct
from collections.abc import Callable, Iterator
from ipaddress import ip_address

SOL_PACKET, PACKET_RX_RING, PACKET_VERSION, TPACKET_V2 = 263, 5, 10, 1
ETH_P_ALL = 3  # with less, packets on their way out are not seen
BLOCK_BYTES, FRAME_BYTES = 1 << 16, 256
FRAME = struct.Struct("=IIIHHII")  # tpacket2_hdr: status, length, kept, where link and network layer begin, s, ns
ECHO_REPLY, ECHO_REQUEST = 0, 8


class Ear:
    """Writes down when each of so many packets passes the device."""

    def __init__(self, device: str, packets: int, opener: Callable[[int, int, int], socket.socket]) -> None:
        self._socket = opener(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self._socket.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
        blocks = -(-packets * FRAME_BYTES // BLOCK_BYTES)
        ring = struct.pack("=IIII", BLOCK_BYTES, blocks, FRAME_BYTES, blocks * BLOCK_BYTES // FRAME_BYTES)
        self._socket.setsockopt(SOL_PACKET, PACKET_RX_RING, ring)
        self._memory = mmap.mmap(self._socket.fileno(), blocks * BLOCK_BYTES)
        self._socket.bind((device, ETH_P_ALL))

    def round_trips_ns(self) -> dict[str, int]:
        """Return by the peer's address how long it took from its echo's first passing to its answer's last; end.

        Over loopback everything passes twice: on its way out and on its way in.
        """
        sent, answered = dict[str, int](), dict[str, int]()
        for peer, kind, stamp_ns in self._heard():
            if kind == ECHO_REQUEST:
                sent.setdefault(peer, stamp_ns)
            elif kind == ECHO_REPLY:
                answered[peer] = stamp_ns
        return {peer: answered[peer] - stamp_ns for peer, stamp_ns in sent.items() if peer in answered}

    def _heard(self) -> Iterator[tuple[str, int, int]]:
        """(the peer's address, ICMP type, kernel time in ns) of every ICMP packet that has passed."""
        for start in range(0, len(self._memory), FRAME_BYTES):
            status, _, _, _, network, seconds, nanoseconds = FRAME.unpack_from(self._memory, start)
            packet = self._memory[start + network : start + FRAME_BYTES]
            if status and packet[0] == 0x45:
                peer = packet[16:20] if packet[20] == ECHO_REQUEST else packet[12:16]
                yield str(ip_address(peer)), packet[20], seconds * 10**9 + nanoseconds
        self._memory.close()
        self._socket.close()
