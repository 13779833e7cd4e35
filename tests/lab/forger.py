"""Somebody on the hosts' side who answers for a dead host, right in all but one thing.

It sees the requests that reach the hosts' side (a blackhole drops them later) and answers through a raw socket, so it
knows all that an attacker on the path would; each Forgery leaves out what one further off could not know.
"""

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.lab.network import Lab
from tests.lab.waiting import until

ETH_P_IP = 0x0800
ETHERNET_LENGTH = 14
ECHO_REPLY, ECHO_REQUEST = 0, 8


@dataclass(frozen=True)
class Request:
    """An echo request that was seen on the cable."""

    source: str
    target: str
    rest: bytes  # identifier, sequence and payload: what a reply repeats

    def reply(self, rest: bytes | None = None, checksum_xor: int = 0) -> bytes:
        """The ICMP message that answers it."""
        rest = self.rest if rest is None else rest
        bare = struct.pack("!BBH", ECHO_REPLY, 0, 0) + rest
        return struct.pack("!BBH", ECHO_REPLY, 0, checksum(bare) ^ checksum_xor) + rest


# What is sent for a request: from whom, what, and how much later.
Forgery = Callable[[Request], tuple[str, bytes, float]]

FORGERIES: dict[str, Forgery] = {
    "wrong source": lambda seen: ("10.77.99.99", seen.reply(), 0.0),
    "wrong cookie": lambda seen: (seen.target, seen.reply(seen.rest[:4] + bytes(len(seen.rest) - 4)), 0.0),
    "wrong sequence": lambda seen: (seen.target, seen.reply(seen.rest[:2] + b"\xee\xee" + seen.rest[4:]), 0.0),
    "bad checksum": lambda seen: (seen.target, seen.reply(checksum_xor=0x0101), 0.0),
    "late": lambda seen: (seen.target, seen.reply(), 1.0),
}


def the_truth(seen: Request) -> tuple[str, bytes, float]:
    """Right in everything: the host itself could not answer better."""
    return seen.target, seen.reply(), 0.0


class Forger:
    """Answers every request to ``victim`` by ``forgery`` while the ``with`` lasts."""

    def __init__(self, lab: Lab, victim: str, forgery: Forgery) -> None:
        self._ear = lab.hosts.open_socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
        self._ear.settimeout(0.2)
        self._mouth = lab.hosts.open_socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._victim = victim
        self._forgery = forgery
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="forger", daemon=True)
        self._late: list[threading.Timer] = []
        self.sent = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        for timer in self._late:
            timer.join()
        self._ear.close()
        self._mouth.close()

    def wait_for(self, sent: int, within_s: float) -> None:
        """Returns when so many replies were forged."""
        until(lambda: self.sent >= sent, f"{sent} forged replies", within_s)

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                frame, origin = self._ear.recvfrom(65_535)
            except TimeoutError:
                continue
            seen = _request(frame[ETHERNET_LENGTH:])
            if origin[2] != socket.PACKET_OUTGOING and seen is not None and seen.target == self._victim:
                source, message, later_s = self._forgery(seen)
                self._answer_later(source, seen.source, message, later_s)

    def _answer_later(self, source: str, target: str, message: bytes, later_s: float) -> None:
        timer = threading.Timer(later_s, self._answer, [source, target, message])
        self._late.append(timer)
        timer.start()

    def _answer(self, source: str, target: str, message: bytes) -> None:
        self._mouth.sendto(_packet(source, target, message), (target, 0))
        self.sent += 1


def checksum(message: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(message) // 2}H", message[: len(message) & ~1]))
    total += message[-1] << 8 if len(message) % 2 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def _request(packet: bytes) -> Request | None:
    header = (packet[0] & 0x0F) * 4
    if packet[9] != socket.IPPROTO_ICMP or packet[header] != ECHO_REQUEST:
        return None
    length = struct.unpack("!H", packet[2:4])[0]
    source, target = (socket.inet_ntoa(packet[at : at + 4]) for at in (12, 16))
    return Request(source, target, packet[header + 4 : length])


def _packet(source: str, target: str, message: bytes) -> bytes:
    """With its IPv4 header; the kernel fills in length, identification and header checksum."""
    header = struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_ICMP, 0)
    return header + socket.inet_aton(source) + socket.inet_aton(target) + message
