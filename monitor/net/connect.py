"""Connect by TCP to whichever address of a name answers first (RFC 8305)."""

import errno
import os
import selectors
import socket
from collections import deque
from dataclasses import dataclass
from itertools import chain, zip_longest

from monitor.net.deadline import NS_PER_S, Deadline
from monitor.net.names import NAMES, Address, Names

STAGGER_S = 0.25  # RFC 8305, 5: Connection Attempt Delay
STEP_S = 0.25  # how soon a cancellation is noticed
UNINFORMATIVE_ERRNOS = {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}  # says only what this machine lacks


@dataclass(frozen=True, slots=True)
class Connected:
    """An established connection. ``took_ns``: its handshake, without name look-up and failed attempts."""

    socket: socket.socket
    address: Address
    took_ns: int


def connect(host: str, port: int, deadline: Deadline, names: Names = NAMES) -> Connected:
    """Connect to one of the host's addresses; raises what `Names.look_up` raises, and OSError. Blocks."""
    return race(names.look_up(host, port, deadline), deadline)


def race(addresses: list[Address], deadline: Deadline) -> Connected:
    """Try the addresses, each 250 ms after the last or as soon as that fails.

    Return the first connection established.
    """
    waiting = deque(interleaved(addresses))
    begun_ns: dict[socket.socket, int] = {}
    connecting: dict[socket.socket, Address] = {}
    errors: list[OSError] = []
    next_ns = deadline.mono_ns()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or connecting:
                now_ns = deadline.mono_ns()
                if waiting and (not connecting or now_ns >= next_ns):
                    next_ns = now_ns + round(STAGGER_S * NS_PER_S)
                    address = waiting.popleft()
                    try:
                        made = _begun(address)
                    except OSError as error:
                        errors.append(error)
                        next_ns = now_ns
                        continue
                    connecting[made], begun_ns[made] = address, now_ns
                    selector.register(made, selectors.EVENT_WRITE)
                for key, _ in selector.select(_select_timeout_s(deadline, next_ns if waiting else None)):
                    ready = key.fileobj
                    assert isinstance(ready, socket.socket)
                    selector.unregister(ready)
                    address = connecting.pop(ready)
                    if (fault := _fault(ready)) is None:
                        ready.settimeout(None)
                        return Connected(ready, address, deadline.mono_ns() - begun_ns[ready])
                    ready.close()
                    errors.append(fault)
                    next_ns = deadline.mono_ns()
        finally:
            for loser in connecting:
                loser.close()
    raise next(
        (error for error in errors if error.errno not in UNINFORMATIVE_ERRNOS),
        errors[0] if errors else OSError(errno.EADDRNOTAVAIL, "the name has no address"),
    )


def interleaved(addresses: list[Address]) -> list[Address]:
    """Return the addresses with families alternating, beginning with the best address (RFC 8305, 4)."""
    if not addresses:
        return []
    first = [each for each in addresses if each.family == addresses[0].family]
    others = [each for each in addresses if each.family != addresses[0].family]
    pairs = chain.from_iterable(zip_longest(first, others))
    return list(dict.fromkeys(each for each in pairs if each is not None))


def _begun(address: Address) -> socket.socket:
    made = socket.socket(address.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the end of a message waits for no ACK (RFC 896)
        code = made.connect_ex(address.place)
        if code not in {0, errno.EINPROGRESS}:
            raise OSError(code, os.strerror(code))
    except BaseException:
        made.close()
        raise
    return made


def _fault(ready: socket.socket) -> OSError | None:
    code = ready.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if not code and ready.getsockname() == ready.getpeername():
        code = errno.ECONNREFUSED  # TCP lets a socket connect to itself on a closed port (simultaneous open)
    return OSError(code, os.strerror(code)) if code else None


def _select_timeout_s(deadline: Deadline, next_ns: int | None) -> float:
    """Return how long to wait in select; raises DeadlinePassed."""
    left_s = min(deadline.remaining_s(), STEP_S)
    return left_s if next_ns is None else min(left_s, max(0.0, (next_ns - deadline.mono_ns()) / NS_PER_S))
