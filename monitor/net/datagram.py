"""Send one request over UDP and await its answer, with a deadline."""

import socket
from collections.abc import Callable
from typing import TypeVar

from monitor.net.deadline import Deadline
from monitor.net.names import Address

T = TypeVar("T")

MOST_BYTES = 65_535
STEP_S = 0.25  # how soon a cancellation is noticed


def ask(address: Address, question: bytes, deadline: Deadline, read: Callable[[bytes], T | None]) -> T:
    """Return what ``read`` makes of the answer; datagrams for which it returns None are skipped.

    The kernel accepts datagrams from ``address`` alone, and reports a closed port. Blocks; raises DeadlinePassed,
    Cancelled and OSError.
    """
    with socket.socket(address.family, socket.SOCK_DGRAM) as line:
        line.connect(address.place)
        line.settimeout(min(deadline.remaining_s(), STEP_S))
        line.send(question)
        while True:
            line.settimeout(min(deadline.remaining_s(), STEP_S))
            try:
                found = line.recv(MOST_BYTES)
            except TimeoutError:
                continue
            if (answer := read(found)) is not None:
                return answer
