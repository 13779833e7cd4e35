"""What every probe is: due targets in, samples out. A probe never judges."""

import socket
from collections.abc import AsyncIterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, Protocol

from monitor.domain.sample import Sample


class Shape(NamedTuple):
    """How a device's packets look; None leaves the probe's default.

    ``ttl``: hops, 1 to 255. ``dscp``: 0 to 63 (RFC 2474). ``payload_bytes``: what follows the ICMP header, 20 and more.
    ``dont_fragment`` forbids every router to cut the packet, so that one too big for the path's MTU is refused by name
    (RFC 1191, RFC 8201).
    """

    ttl: int | None = None
    dscp: int | None = None
    payload_bytes: int | None = None
    dont_fragment: bool = False


PLAIN = Shape()


class Target(NamedTuple):
    """One device as a probe needs to see it.

    ``address``: 4 or 16 bytes in network order; ``scope``: the interface's number of a link-local IPv6 address, else 0.
    """

    device: str
    address: bytes
    scope: int = 0
    shape: Shape = PLAIN

    @classmethod
    def of(cls, device: str, address: IPv4Address | IPv6Address, shape: Shape = PLAIN) -> "Target":
        """The target at that address; an unknown interface after the % counts as none."""
        scope = address.scope_id if isinstance(address, IPv6Address) else None
        return cls(device, address.packed, _interface_index(scope), shape)


def _interface_index(name: str | None) -> int:
    if name is None:
        return 0
    try:
        return int(name) if name.isdigit() else socket.if_nametoindex(name)
    except OSError:
        return 0


class Probe(Protocol):
    """One way of asking a device whether it works."""

    name: str

    def run(self, due: Sequence[Target]) -> AsyncIterator[Sequence[Sample]]:
        """Probes one round of ``due`` and yields exactly one sample for each, several at a time as they complete.

        Several rounds may be under way at once. One target's trouble never raises and never
        disturbs another: it becomes that target's ``failed`` or ``unknown`` sample.
        """
