"""Open the one ICMP socket of a family, with as few rights as the kernel allows, and use it in batches.

No judging: bytes, addresses, times and errnos in and out.
"""

import ctypes
import errno
import os
import secrets
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from ctypes import addressof
from functools import cache
from typing import Literal

from monitor.domain.clock import NS_PER_S
from monitor.domain.message import Message
from monitor.probes.icmp.mmsg_buffers import DATA_BYTES, SO_TIMESTAMPING, Incoming, QueuedError, SentStamp

WANTED_RECEIVE_BUFFER = 16 * 1024 * 1024

SO_RCVBUFFORCE, SO_TIMESTAMPNS, SO_ATTACH_FILTER, SO_MEMINFO = 33, 35, 26, 55
SK_MEMINFO_DROPS = 8
IP_RECVERR, IPV6_RECVERR = 11, 25
IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_DONT, PMTUDISC_PROBE = 10, 23, 0, 3
MSG_ERRQUEUE = 0x2000
RX_SOFTWARE, SOFTWARE, OPT_TSONLY = 1 << 3, 1 << 4, 1 << 11  # linux/net_tstamp.h
FROM_TIMESTAMPING = 4  # SO_EE_ORIGIN_TIMESTAMPING

Kind = Literal["ping", "raw"]
Family = Literal[4, 6]
Opener = Callable[[int, int, int], socket.socket]  # family, type, protocol


class NoSocket(Exception):
    """No ICMP socket works on this machine; the message says how to allow one. ``reasons``: why each kind does not."""

    def __init__(self, said: Message, reasons: Sequence[Message] = ()) -> None:
        super().__init__(said)
        self.reasons = tuple(reasons)


class EchoSocket:
    """A non-blocking ICMP socket of one family. ``identifier``: the one all its echoes carry."""

    def __init__(self, family: Family, kind: Kind, opener: Opener = socket.socket) -> None:
        """Open the socket; raises OSError where the kernel does not allow it."""
        self.family: Family = family
        self.kind: Kind = kind
        self.v6 = family == 6
        self.has_ip_header = kind == "raw" and not self.v6
        self._fragments_forbidden: bool | None = None
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
        self.incoming = Incoming(v6=self.v6, with_ip_header=self.has_ip_header)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def receive(self) -> int:
        """Receive what has arrived into `incoming`; return the number of datagrams."""
        return self.incoming.receive(self._socket.fileno())

    def forbid_fragments(self, forbidden: bool) -> None:
        """Set or clear don't-fragment for what is sent from now on; packets leave whole, whatever the path's MTU.

        See IP_MTU_DISCOVER in ip(7): PROBE sets the bit and ignores path MTUs that earlier errors announced. With the
        bit the kernel need not look up an identification for the packet (RFC 6864), which costs as much as a route.
        """
        if forbidden == self._fragments_forbidden:
            return
        level, option = (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if self.v6 else (socket.IPPROTO_IP, IP_MTU_DISCOVER)
        self._socket.setsockopt(level, option, PMTUDISC_PROBE if forbidden else PMTUDISC_DONT)
        self._fragments_forbidden = forbidden

    def queue(self) -> Iterator[QueuedError | SentStamp]:
        """Read the error queue: ICMP errors (ping sockets only), and requested transmit timestamps."""
        while True:
            try:
                data, ancillary, _, address = self._socket.recvmsg(DATA_BYTES, 512, MSG_ERRQUEUE)
            except OSError:
                return
            said = {(level, kind): content for level, kind, content in ancillary}
            extended = said.get((socket.IPPROTO_IPV6, IPV6_RECVERR) if self.v6 else (socket.IPPROTO_IP, IP_RECVERR))
            if extended is None:
                continue
            _, origin, icmp_type, code = struct.unpack_from("=IBBB", extended)
            stamp = said.get((socket.SOL_SOCKET, SO_TIMESTAMPING))
            if origin != FROM_TIMESTAMPING:  # errors are stamped too, with the time of their arrival
                destination = socket.inet_pton(self._socket.family, str(address[0]).partition("%")[0])
                yield QueuedError(data, destination, icmp_type, code)
            elif stamp is not None:
                seconds, nanoseconds = struct.unpack_from("=qq", stamp)
                yield SentStamp(seconds * NS_PER_S + nanoseconds)

    def dropped(self) -> int:
        """Return how many datagrams the kernel has dropped because the receive buffer was full, in total."""
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
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, RX_SOFTWARE | SOFTWARE | OPT_TSONLY)
        except OSError:  # without it, departures are dated by reading the clock around them
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.forbid_fragments(True)
        if self.kind == "ping":
            level, option = (socket.IPPROTO_IPV6, IPV6_RECVERR) if self.v6 else (socket.IPPROTO_IP, IP_RECVERR)
            self._socket.setsockopt(level, option, 1)
        else:
            self._attach_filter()

    def _attach_filter(self) -> None:
        """Attach a BPF filter to a raw socket: the kernel drops all but errors and replies with our identifier.

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


@cache
def packet_options(*, v6: bool, ttl: int | None, dscp: int | None) -> bytes:
    """Return control data that sets one packet's hop limit and DSCP (RFC 2474: the upper six bits of the byte)."""
    level = socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP
    ttl_type, class_type = (socket.IPV6_HOPLIMIT, socket.IPV6_TCLASS) if v6 else (socket.IP_TTL, socket.IP_TOS)
    chosen = [(ttl_type, ttl), (class_type, None if dscp is None else dscp << 2)]
    return b"".join(struct.pack("@Niii4x", 20, level, kind, value) for kind, value in chosen if value is not None)


def can_be_sent_later(number: int) -> bool:
    """Return whether an errno of sending means that the kernel has no buffer space just now."""
    return number in {errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM}


def name_of(number: int) -> str:
    """Return an errno as text: 'EPERM (Operation not permitted)'."""
    return f"{errno.errorcode.get(number, number)} ({os.strerror(number)})"
