"""What every probe is: due targets in, samples out. A probe never judges."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from monitor.sample import Sample


@dataclass(frozen=True, slots=True)
class Target:
    """One device as a probe needs to see it.

    ``ttl`` (hops), ``dscp`` (0 to 63) and ``payload_bytes`` shape the packets of this device alone;
    None leaves the engine's default. ``dont_fragment`` asks for path-MTU probing (RFC 1191, RFC 8201).
    """

    device: str
    address: IPv4Address | IPv6Address
    ttl: int | None = None
    dscp: int | None = None
    payload_bytes: int | None = None
    dont_fragment: bool = False


class Probe(Protocol):
    """One way of asking a device whether it works."""

    name: str

    def run(self, due: Sequence[Target]) -> AsyncIterator[Sample]:
        """Probes one round of ``due`` and yields exactly one sample for each, in order of completion.

        Several rounds may be under way at once. One target's trouble never raises and never
        disturbs another: it becomes that target's ``failed`` or ``unknown`` sample.
        """
