"""Define what a probe is: due targets in, samples out. A probe never judges."""

import socket
from collections.abc import AsyncIterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, Protocol

from monitor.domain.sample import Sample


class Shape(NamedTuple):
    """The form of a device's packets; None leaves the probe's default.

    ``ttl``: hops, 1 to 255. ``dscp``: 0 to 63 (RFC 2474). ``payload_bytes``: the bytes after the ICMP header, 20 and
    more. ``dont_fragment``: forbid routers to fragment, so that a packet too big for the path's MTU is refused by name
    (RFC 1191, RFC 8201).
    """

    ttl: int | None = None
    dscp: int | None = None
    payload_bytes: int | None = None
    dont_fragment: bool = False


PLAIN = Shape()


class Target(NamedTuple):
    """One device to probe.

    ``address``: 4 or 16 bytes in network order; ``scope``: the interface index of a link-local IPv6 address, else 0.
    """

    device: str
    address: bytes
    scope: int = 0
    shape: Shape = PLAIN

    @classmethod
    def of(cls, device: str, address: IPv4Address | IPv6Address, shape: Shape = PLAIN) -> "Target":
        """Return the target at that address; an unknown interface after the % counts as none."""
        scope = address.scope_id if isinstance(address, IPv6Address) else None
        return cls(device, address.packed, interface_index(scope), shape)


def interface_index(name: str | None) -> int:
    """Return the index of the interface of that name or number; 0 for none and for an unknown one."""
    if name is None:
        return 0
    try:
        return int(name) if name.isdigit() else socket.if_nametoindex(name)
    except OSError:
        return 0


class Probe(Protocol):
    """One way of probing devices."""

    name: str

    def run(self, due: Sequence[Target]) -> AsyncIterator[Sequence[Sample]]:
        """Probe one round of ``due`` and yield exactly one sample for each, several at a time as they complete.

        Several rounds may run at once. Must not raise for one target's fault: it becomes that target's ``failed`` or
        ``unknown`` sample.
        """
