"""The one ICMP socket of a family: opened with as few rights as the kernel allows, used in batches.

``sendmmsg`` and ``recvmmsg`` come through ctypes, because a system call a packet is most of what probing costs. The
buffers that they use are made once. Nothing here judges: bytes, addresses, times and error numbers in and out.
"""

import ctypes
import errno
import os
import secrets
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from ctypes import addressof, c_int, c_size_t, c_uint, c_uint32, c_void_p
from typing import Literal, NamedTuple

from monitor.clock import NS_PER_S
from monitor.probes.icmp.packets import PACKET_BYTES

BATCH = 64
CONTROL_BYTES = 256
RECEIVE_BYTES = 640  # our replies are 28 bytes; an error quotes at most 576 (RFC 1812)
WANTED_RECEIVE_BUFFER = 16 * 1024 * 1024

SO_RCVBUFFORCE, SO_TIMESTAMPNS, SO_ATTACH_FILTER, SO_MEMINFO = 33, 35, 26, 55
SK_MEMINFO_DROPS = 8
IP_RECVERR, IPV6_RECVERR = 11, 25
SOL_ICMPV6, ICMPV6_FILTER = 58, 1
MSG_ERRQUEUE = 0x2000

Kind = Literal["ping", "raw"]
Family = Literal[4, 6]
Opener = Callable[[int, int, int], socket.socket]  # family, type, protocol


class NoSocket(Exception):
    """No ICMP socket works on this machine; the message says how to allow one."""


class Datagram(NamedTuple):
    """What arrived: raw bytes, who sent it, and the kernel's receive time (CLOCK_REALTIME, ns), 0 without one."""

    data: bytes
    source: bytes
    stamp_ns: int


class QueuedError(NamedTuple):
    """An entry of the socket's error queue: the destination it is about, the ICMP type and code, what was sent."""

    data: bytes
    destination: bytes
    kind: int
    code: int


class _Iovec(ctypes.Structure):
    _fields_ = (("base", c_void_p), ("length", c_size_t))


class _Msghdr(ctypes.Structure):
    _fields_ = (
        ("name", c_void_p),
        ("namelen", c_uint32),
        ("iov", c_void_p),
        ("iovlen", c_size_t),
        ("control", c_void_p),
        ("controllen", c_size_t),
        ("flags", c_int),
    )


class _Mmsghdr(ctypes.Structure):
    _fields_ = (("header", _Msghdr), ("length", c_uint))


_libc = ctypes.CDLL(None, use_errno=True)
_sendmmsg, _recvmmsg = _libc.sendmmsg, _libc.recvmmsg
_sendmmsg.argtypes = (c_int, c_void_p, c_uint, c_int)
_recvmmsg.argtypes = (c_int, c_void_p, c_uint, c_int, c_void_p)


class _Ring:
    """``BATCH`` message headers with their buffers, wired up once."""

    def __init__(self, data_bytes: int, name_bytes: int, control_bytes: int) -> None:
        self.data = ctypes.create_string_buffer(BATCH * data_bytes)
        self.names = ctypes.create_string_buffer(BATCH * name_bytes)
        self.controls = ctypes.create_string_buffer(BATCH * max(control_bytes, 1))
        self.vectors = (_Iovec * BATCH)()
        self.headers = (_Mmsghdr * BATCH)()
        for index in range(BATCH):
            self.vectors[index] = _Iovec(addressof(self.data) + index * data_bytes, data_bytes)
            header = self.headers[index].header
            header.name, header.namelen = addressof(self.names) + index * name_bytes, name_bytes
            header.iov, header.iovlen = addressof(self.vectors[index]), 1
            header.control = addressof(self.controls) + index * control_bytes if control_bytes else None
            header.controllen = control_bytes
        self.address = addressof(self.headers)
        self.step = ctypes.sizeof(_Mmsghdr)


class EchoSocket:
    """A non-blocking ICMP socket of one family. ``identifier`` is what all its echoes carry."""

    def __init__(self, family: Family, kind: Kind, opener: Opener = socket.socket) -> None:
        """Opens it; raises OSError where the kernel does not allow it."""
        self.family: Family = family
        self.kind: Kind = kind
        self.v6 = family == 6
        self.name_bytes = 28 if self.v6 else 16
        protocol = socket.IPPROTO_ICMPV6 if self.v6 else socket.IPPROTO_ICMP
        self._socket = opener(
            socket.AF_INET6 if self.v6 else socket.AF_INET,
            socket.SOCK_DGRAM if kind == "ping" else socket.SOCK_RAW,
            protocol,
        )
        try:
            self._socket.setblocking(False)
            self.identifier = self._identify()
            self._set_options()
        except OSError:
            self._socket.close()
            raise
        self._out = _Ring(PACKET_BYTES, self.name_bytes, CONTROL_BYTES)
        self._in = _Ring(RECEIVE_BYTES, self.name_bytes, CONTROL_BYTES)
        for index in range(BATCH):
            self._out.headers[index].header.controllen = 0
        self._fresh = bytes(self._in.headers)  # the kernel overwrites lengths: each call begins from this copy

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, packets: bytes, names: bytes, controls: Sequence[tuple[int, bytes]] = ()) -> list[tuple[int, int]]:
        """Sends ``len(packets) / PACKET_BYTES`` packets, at most BATCH, to as many packed addresses.

        ``controls`` gives some of them, by index, options of their own. Returns (index, errno) of each that the
        kernel refused; one refusal does not keep the others back.
        """
        ring, count = self._out, len(packets) // PACKET_BYTES
        ctypes.memmove(ring.data, packets, len(packets))
        ctypes.memmove(ring.names, names, len(names))
        for index, control in controls:
            ctypes.memmove(ring.headers[index].header.control, control, len(control))
            ring.headers[index].header.controllen = len(control)
        refused: list[tuple[int, int]] = []
        done, tried_again = 0, False
        while done < count:
            sent = _sendmmsg(self._socket.fileno(), ring.address + done * ring.step, count - done, 0)
            if sent > 0:
                done, tried_again = done + sent, False
                continue
            number = ctypes.get_errno()
            if number == errno.EINTR:
                continue
            # An ICMP error about another packet may stand on the socket and is reported here once: ask again.
            if not tried_again and number not in {errno.EAGAIN, errno.ENOBUFS}:
                tried_again = True
                continue
            refused.append((done, number))
            done, tried_again = done + 1, False
        for index, _ in controls:
            ring.headers[index].header.controllen = 0
        return refused

    def receive(self) -> list[Datagram]:
        """What has arrived, at most BATCH datagrams; empty when there is nothing (more)."""
        ring = self._in
        ctypes.memmove(ring.address, self._fresh, len(self._fresh))
        count = _recvmmsg(self._socket.fileno(), ring.address, BATCH, socket.MSG_DONTWAIT, None)
        if count < 0 and ctypes.get_errno() != errno.EAGAIN:
            # An ICMP error, which stands in the error queue too, is reported here once: behind it are replies.
            count = _recvmmsg(self._socket.fileno(), ring.address, BATCH, socket.MSG_DONTWAIT, None)
        if count < 0:
            return []
        data, names = memoryview(ring.data), memoryview(ring.names)
        first, last = (8, 24) if self.v6 else (4, 8)
        found = []
        for index in range(count):
            start, name = index * RECEIVE_BYTES, index * self.name_bytes
            length = min(ring.headers[index].length, RECEIVE_BYTES)
            found.append(
                Datagram(
                    bytes(data[start : start + length]),
                    bytes(names[name + first : name + last]),
                    _stamp_ns(ring.controls, index * CONTROL_BYTES),
                )
            )
        return found

    def queued_errors(self) -> Iterator[QueuedError]:
        """The ICMP errors that the kernel has put aside for this (ping) socket."""
        while True:
            try:
                data, ancillary, _, address = self._socket.recvmsg(RECEIVE_BYTES, 512, MSG_ERRQUEUE)
            except OSError:
                return
            for level, kind, content in ancillary:
                if (level, kind) in {(socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)}:
                    _, _, icmp_type, code = struct.unpack_from("=IBBB", content)
                    destination = socket.inet_pton(self._socket.family, str(address[0]).partition("%")[0])
                    yield QueuedError(data, destination, icmp_type, code)

    def dropped(self) -> int:
        """How many datagrams the kernel has thrown away because the receive buffer was full, ever."""
        info = self._socket.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)
        return int(struct.unpack_from("=I", info, SK_MEMINFO_DROPS * 4)[0]) if len(info) >= 36 else 0

    def _identify(self) -> int:
        if self.kind == "raw":
            return secrets.randbelow(0xFFFF) + 1
        self._socket.bind(("::" if self.v6 else "0.0.0.0", 0))  # the kernel chooses an identifier, as it does a port
        return int(self._socket.getsockname()[1])

    def _set_options(self) -> None:
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, WANTED_RECEIVE_BUFFER)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WANTED_RECEIVE_BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        if self.kind == "ping":
            level, option = (socket.IPPROTO_IPV6, IPV6_RECVERR) if self.v6 else (socket.IPPROTO_IP, IP_RECVERR)
            self._socket.setsockopt(level, option, 1)
        else:
            self._attach_filter()

    def _attach_filter(self) -> None:
        """Lets the kernel drop what is neither a reply with our identifier nor an error: classic BPF on a raw socket.

        An IPv4 raw socket sees the IP header first, so X is set to its length; an IPv6 one does not.
        """
        load_kind = [(0x30, 0, 0, 0)] if self.v6 else [(0xB1, 0, 0, 0), (0x50, 0, 0, 0)]
        load_identifier = (0x28, 0, 0, 4) if self.v6 else (0x48, 0, 0, 4)
        reply, errors = (129, (1, 2, 3, 4)) if self.v6 else (0, (3, 11, 12))
        program = [
            *load_kind,
            (0x15, 0, 2, reply),  # not a reply: look whether it is an error
            load_identifier,
            (0x15, len(errors) + 1, len(errors), self.identifier),
            *[(0x15, len(errors) - index, 0, kind) for index, kind in enumerate(errors)],
            (0x06, 0, 0, 0),
            (0x06, 0, 0, 0xFFFF),
        ]
        code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
        buffer = ctypes.create_string_buffer(code)
        self._socket.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), addressof(buffer))
        )


def packed_address(address: bytes, scope: int = 0) -> bytes:
    """A ``sockaddr_in`` or ``sockaddr_in6`` for an address of 4 or 16 bytes."""
    if len(address) == 4:
        return struct.pack("=HH4s8x", socket.AF_INET, 0, address)
    return struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, address, scope)


def packet_options(*, v6: bool, ttl: int | None, dscp: int | None) -> bytes:
    """Control data that gives one packet its own hop limit and DSCP (RFC 2474: the upper six bits of the byte)."""
    level = socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP
    ttl_type, class_type = (socket.IPV6_HOPLIMIT, socket.IPV6_TCLASS) if v6 else (socket.IP_TTL, socket.IP_TOS)
    chosen = [(ttl_type, ttl), (class_type, None if dscp is None else dscp << 2)]
    return b"".join(struct.pack("@Niii4x", 20, level, kind, value) for kind, value in chosen if value is not None)


def _stamp_ns(controls: "ctypes.Array[ctypes.c_char]", offset: int) -> int:
    length, level, kind, seconds, nanoseconds = struct.unpack_from("@Niiqq", controls, offset)
    if level != socket.SOL_SOCKET or kind != SO_TIMESTAMPNS or length < 32:
        return 0
    return int(seconds * NS_PER_S + nanoseconds)


def can_be_sent_later(number: int) -> bool:
    """Whether an error number of sending says that the kernel has no room just now."""
    return number in {errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM}


def name_of(number: int) -> str:
    """'EPERM (Operation not permitted)'."""
    return f"{errno.errorcode.get(number, number)} ({os.strerror(number)})"
