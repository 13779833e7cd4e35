"""A bad network: every echo request into it meets a fate that is drawn from a seed and written down.

The network is a TUN device in a namespace, behind which no kernel answers, only this program. It runs as a process of
its own (``python -m tests.lab.responder``) so that it does not share a lock with whom it answers. Its log is the truth
that an engine's counts are compared with, packet by packet.
"""

import argparse
import fcntl
import heapq
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.lab.forger import checksum
from tests.lab.namespace import Namespace

DEVICE, OWN_ADDRESS, NETWORK, ROUTER = "bad0", "10.99.0.1", "10.99.0.0/16", socket.inet_aton("10.99.255.254")
STRANGER = socket.inet_aton("10.99.255.253")
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
ROOM_PACKETS = 100_000  # in the device's queue: what waits there is late, not lost
MS_NS = 1_000_000
RECORD = struct.Struct("=4sBqq")
ECHO_REPLY, ECHO_REQUEST = 0, 8


class Fate(IntEnum):
    """What becomes of an echo request."""

    ANSWERED = 0
    LOST = 1
    DOUBLED = 2  # answered, and once more
    CORRUPTED = 3  # one bit of the answer turned over
    TRUNCATED = 4
    WRONG_SOURCE = 5
    WRONG_COOKIE = 6
    WRONG_SEQUENCE = 7
    FOREIGN = 8  # an answer to another program's ping
    LATE = 9
    FORGED_FIRST = 10  # a forgery, then the right answer
    HOST_UNREACHABLE = 11
    PROHIBITED = 12
    EXCEEDED = 13


# of 100; what happens in the field most often comes most often
SHARES: Mapping[Fate, float] = dict.fromkeys(Fate, 3.0) | {Fate.ANSWERED: 56.0, Fate.LOST: 8.0}
FORGED = (Fate.WRONG_SOURCE, Fate.WRONG_COOKIE, Fate.WRONG_SEQUENCE, Fate.CORRUPTED, Fate.TRUNCATED, Fate.FOREIGN)
GOOD = {Fate.ANSWERED, Fate.DOUBLED, Fate.FORGED_FIRST}


class Entry(NamedTuple):
    """One echo request as the network saw it; ``held_ns`` from its reading to the answer's writing (monotonic)."""

    address: bytes
    fate: Fate
    read_mono_ns: int
    held_ns: int


class Packet(NamedTuple):
    """An echo request: addresses, and the ICMP message from its identifier on."""

    source: bytes
    target: bytes
    rest: bytes
    whole: bytes

    def reply(self, *, rest: bytes | None = None, source: bytes | None = None) -> bytes:
        """The answer as an IPv4 packet, with a right checksum over whatever it says."""
        rest = self.rest if rest is None else rest
        bare = struct.pack("!BBH", ECHO_REPLY, 0, 0) + rest
        return ipv4(source or self.target, self.source, with_checksum(bare))

    @property
    def hops_left(self) -> int:
        """Its time to live."""
        return self.whole[8]

    def error(self, kind: int, code: int, router: bytes = ROUTER) -> bytes:
        """A router's ICMP error that quotes the request."""
        return ipv4(router, self.source, with_checksum(struct.pack("!BBHI", kind, code, 0, 0) + self.whole))


def with_checksum(message: bytes) -> bytes:
    """An ICMP message whose checksum field was zero."""
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def ipv4(source: bytes, target: bytes, message: bytes) -> bytes:
    """An ICMP message in an IPv4 packet."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0, 64, socket.IPPROTO_ICMP, 0, source, target)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + message


def request_in(packet: bytes) -> Packet | None:
    """The echo request in an IPv4 packet, if it is one."""
    if len(packet) < 28 or packet[0] != 0x45 or packet[9] != socket.IPPROTO_ICMP or packet[20] != ECHO_REQUEST:
        return None
    return Packet(packet[12:16], packet[16:20], packet[24:], packet)


def corrupted(seen: Packet, luck: random.Random) -> bytes:
    """One bit turned over, behind identifier and sequence: by those a kernel may sort it out before it is counted."""
    answer = bytearray(seen.reply())
    answer[luck.randrange(28, len(answer))] ^= 1 << luck.randrange(8)
    return bytes(answer)


MAKE: Mapping[Fate, Callable[[Packet, random.Random], list[bytes]]] = {
    Fate.ANSWERED: lambda seen, _: [seen.reply()],
    Fate.LOST: lambda _seen, _: [],
    Fate.DOUBLED: lambda seen, _: [seen.reply()] * 2,
    Fate.CORRUPTED: lambda seen, luck: [corrupted(seen, luck)],
    Fate.TRUNCATED: lambda seen, luck: [seen.reply(rest=seen.rest[: luck.randrange(4, len(seen.rest))])],
    Fate.WRONG_SOURCE: lambda seen, _: [seen.reply(source=STRANGER)],
    Fate.WRONG_COOKIE: lambda seen, luck: [seen.reply(rest=seen.rest[:4] + luck.randbytes(8) + seen.rest[12:])],
    Fate.WRONG_SEQUENCE: lambda seen, _: [seen.reply(rest=seen.rest[:2] + _other(seen.rest[2:4]) + seen.rest[4:])],
    Fate.FOREIGN: lambda seen, _: [seen.reply(rest=_other(seen.rest[:2]) + seen.rest[2:])],
    Fate.LATE: lambda seen, _: [seen.reply()],
    Fate.FORGED_FIRST: lambda seen, _: [seen.reply(source=STRANGER), seen.reply()],
    Fate.HOST_UNREACHABLE: lambda seen, _: [seen.error(3, 1)],
    Fate.PROHIBITED: lambda seen, _: [seen.error(3, 13)],
    Fate.EXCEEDED: lambda seen, _: [seen.error(11, 0)],
}


def forgeries(seen: Packet, luck: random.Random, count: int) -> list[bytes]:
    """So many replies, each right in all but one thing; one in four of them by somebody who has seen nothing."""
    guess = Packet(seen.source, seen.target, luck.randbytes(len(seen.rest)), seen.whole)
    return [MAKE[luck.choice(FORGED)](seen if luck.random() < 0.75 else guess, luck)[0] for _ in range(count)]


def router(distance: int) -> bytes:
    """The address of the router so many hops away."""
    return socket.inet_aton(f"10.99.254.{distance}")


def _other(two: bytes) -> bytes:
    return bytes([two[0] ^ 0x55, two[1]])


@dataclass(frozen=True)
class Manner:
    """How the network behaves; times in milliseconds. ``delay_ms`` and up to ``jitter_ms`` more for every answer."""

    seed: int = 1
    delay_ms: float = 1.0
    jitter_ms: float = 30.0
    late_ms: float = 1_500.0
    well_behaved: bool = False  # it answers everything
    hops: int = 0  # so many routers stand before it
    forged: int = 0  # it answers nothing, and somebody forges so many replies to each request
    broken: int = 0  # a firewall drops the first so many requests, and for ever whatever has one of their identifiers


class Responder:
    """The test's side: the bad network in ``namespace`` while the ``with`` lasts; `truth` afterwards."""

    def __init__(self, namespace: Namespace, log: Path, manner: Manner) -> None:
        self._namespace = namespace
        self._log = log
        self._manner = manner

    def __enter__(self) -> Self:
        manner = self._manner
        words = [sys.executable, "-m", "tests.lab.responder", "--log", str(self._log), "--seed", str(manner.seed)]
        words += ["--delay", str(manner.delay_ms), "--jitter", str(manner.jitter_ms), "--late", str(manner.late_ms)]
        words += ["--hops", str(manner.hops), *(["--well-behaved"] if manner.well_behaved else [])]
        words += ["--broken", str(manner.broken), "--forged", str(manner.forged)]
        self._process = self._namespace.popen(words, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "the bad network did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(30) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()

    def truth(self) -> Iterator[Entry]:
        """Every echo request, in the order in which they came."""
        for address, fate, read_mono_ns, held_ns in RECORD.iter_unpack(self._log.read_bytes()):
            yield Entry(address, Fate(fate), read_mono_ns, held_ns)

    def fates(self) -> Counter[Fate]:
        """How many met which."""
        return Counter(entry.fate for entry in self.truth())


class Network:
    """The program's side: reads requests from the device, lets each meet its fate, and writes it down."""

    def __init__(self, device: int, log: Path, manner: Manner) -> None:
        self._device = device
        self._log = log.open("wb")
        self._manner = manner
        self._luck = random.Random(manner.seed)
        self._bounds = list(accumulate(SHARES.values()))
        self._owed: list[tuple[int, int, bytes, Packet, Fate, int, bool]] = []
        self._number = 0
        self._dropped_flows: set[bytes] = set()
        self._left_broken = manner.broken
        self.over = False

    def work(self) -> None:
        """Until it is `over` and nothing is owed any more."""
        while self._owed or not self.over:
            pause_s = max(0, self._owed[0][0] - time.monotonic_ns()) / 1e9 if self._owed else 0.2
            if select.select([self._device], [], [], min(pause_s, 0.2))[0]:
                self._read()
            self._write()
        self._log.close()

    def _read(self) -> None:
        for _ in range(64):
            try:
                packet = os.read(self._device, 65_535)
            except BlockingIOError:
                return
            seen = request_in(packet)
            if seen is not None:
                self._meet(seen, time.monotonic_ns())

    def _meet(self, seen: Packet, read_ns: int) -> None:
        manner, luck = self._manner, self._luck
        if seen.hops_left <= manner.hops:
            os.write(self._device, seen.error(11, 0, router(seen.hops_left)))
            return
        fate = list(SHARES)[bisect(self._bounds, luck.random() * self._bounds[-1])]
        fate = Fate.ANSWERED if manner.well_behaved else fate
        fate = Fate.LOST if self._is_dropped(seen.rest[:2]) else fate
        fate = Fate.LOST if manner.forged else fate
        answers = MAKE[fate](seen, luck) or forgeries(seen, luck, manner.forged)
        due_ns = read_ns + round((manner.delay_ms + luck.random() * manner.jitter_ms) * MS_NS)
        due_ns += round(manner.late_ms * MS_NS) if fate is Fate.LATE else 0
        for place, answer in enumerate(answers):
            self._number += 1
            counts = fate is not Fate.LOST and place == (len(answers) - 1 if fate is Fate.FORGED_FIRST else 0)
            heapq.heappush(self._owed, (due_ns, self._number, answer, seen, fate, read_ns, counts))
        if fate is Fate.LOST:
            self._log.write(RECORD.pack(seen.target, fate, read_ns, 0))

    def _is_dropped(self, identifier: bytes) -> bool:
        """What a firewall does that holds on to an entry of its table: the flow of an identifier stays as it began."""
        if self._left_broken:
            self._left_broken -= 1
            self._dropped_flows.add(identifier)
        return identifier in self._dropped_flows

    def _write(self) -> None:
        while self._owed and self._owed[0][0] <= time.monotonic_ns():
            _, _, answer, seen, fate, read_ns, counts = heapq.heappop(self._owed)
            held_ns = time.monotonic_ns() - read_ns
            os.write(self._device, answer)
            if counts:
                self._log.write(RECORD.pack(seen.target, fate, read_ns, held_ns))


def main() -> None:
    """Makes the device and answers until SIGTERM, and then what it still owes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    for name in ("--delay", "--jitter", "--late"):
        parser.add_argument(name, type=float, required=True)
    parser.add_argument("--hops", type=int, required=True)
    for name in ("--broken", "--forged"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--well-behaved", action="store_true")
    words = parser.parse_args()
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    for command in (
        f"link set {DEVICE} txqueuelen {ROOM_PACKETS} up",
        f"address add {OWN_ADDRESS}/32 dev {DEVICE}",
        f"route add {NETWORK} dev {DEVICE} src {OWN_ADDRESS}",
    ):
        subprocess.run(["ip", *command.split()], check=True)
    manner = Manner(
        words.seed,
        words.delay,
        words.jitter,
        words.late,
        words.well_behaved,
        words.hops,
        broken=words.broken,
        forged=words.forged,
    )
    network = Network(device, words.log, manner)

    def stop(_signal: int, _frame: object) -> None:
        network.over = True

    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    network.work()


if __name__ == "__main__":
    main()
