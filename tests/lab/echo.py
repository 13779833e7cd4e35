"""One echo request to each of many addresses, by hand: the lab checks itself without the engine that it is to check."""

import select
import socket
from collections.abc import Iterable

from tests.lab.namespace import Namespace

ECHO_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
BATCH = 64


def who_answers(namespace: Namespace, addresses: Iterable[str], within_s: float = 0.5) -> set[str]:
    """Those of ``addresses``, all of one family, that answered before all had or nothing came for ``within_s``."""
    asked = list(addresses)
    family = socket.AF_INET6 if ":" in asked[0] else socket.AF_INET
    answered: set[str] = set()
    with namespace.open_socket(family, socket.SOCK_DGRAM, PROTOCOL[family]) as pinger:
        for first in range(0, len(asked), BATCH):
            for address in asked[first : first + BATCH]:
                pinger.sendto(bytes([ECHO_REQUEST[family], 0, 0, 0, 0, 0, 0, 1]), (address, 0))
            _drain(pinger, answered, 0.0)
        while len(answered) < len(asked) and _drain(pinger, answered, within_s):
            pass
    return answered


def answers(namespace: Namespace, address: str) -> bool:
    """Whether this address answers."""
    return bool(who_answers(namespace, [address]))


def _drain(pinger: socket.socket, answered: set[str], wait_s: float) -> bool:
    """Takes what has come, waiting so long for the first; says whether anything had."""
    came = False
    while select.select([pinger], [], [], 0.0 if came else wait_s)[0]:
        _, source = pinger.recvfrom(2_048)
        answered.add(source[0])
        came = True
    return came
