"""One question over UDP and its answer, with a deadline."""

import socket
from collections.abc import Callable
from typing import TypeVar

from monitor.net.deadline import Deadline
from monitor.net.names import Address

T = TypeVar("T")

MOST_BYTES = 65_535
STEP_S = 0.25  # how soon a cancellation is noticed


def ask(address: Address, question: bytes, deadline: Deadline, read: Callable[[bytes], T | None]) -> T:
    """What ``read`` makes of the answer; where that is None it was none, and is passed over.

    The kernel passes on what comes from ``address`` alone, and tells of a closed port. Blocks; raises DeadlinePassed,
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
