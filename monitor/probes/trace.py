"""Trace the route to a host, by icmplib. Blocks: for use by hand, or in a process of its own.

icmplib is untyped, so this is the only file that imports it. It opens a raw socket of its own, which needs CAP_NET_RAW,
and takes times from the wall clock: good enough for a route, and no device is judged by them.
"""

import json
import sys
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from icmplib import ICMPSocketError, SocketPermissionError, traceroute

MOST_HOPS = 30


class TraceError(Exception):
    """The route could not be traced; the message says why, and the remedy where it is known."""


class Hop(NamedTuple):
    """One router that answered. ``distance`` counts from 1; missing distances did not answer. Times in ms."""

    distance: int
    address: str
    sent: int
    rtts_ms: tuple[float, ...]


def trace(
    address: IPv4Address | IPv6Address, *, echoes: int = 2, timeout_s: float = 1.0, most_hops: int = MOST_HOPS
) -> Sequence[Hop]:
    """Return the hops that answered, nearest first; the last is the host itself if it was reached.

    Takes at most ``most_hops`` × ``timeout_s``. Raises TraceError.
    """
    try:
        hops = traceroute(str(address), count=echoes, interval=0.0, timeout=timeout_s, max_hops=most_hops)
    except SocketPermissionError:
        raise TraceError(
            "a traceroute needs a raw socket, which this user may not open. Run it as root, or allow it:"
            " the service has CAP_NET_RAW when its unit says AmbientCapabilities=CAP_NET_RAW"
        ) from None
    except ICMPSocketError as error:
        raise TraceError(f"no path to {address}: {error}") from None
    return [Hop(hop.distance, hop.address, hop.packets_sent, tuple(hop.rtts)) for hop in hops]


def reached(hops: Sequence[Hop], address: IPv4Address | IPv6Address) -> bool:
    """Return whether the last hop is the host itself."""
    return bool(hops) and hops[-1].address == str(address)


def main() -> None:
    """Print the hops to the address in argv as JSON, [[distance, address], …]: for a process of its own.

    One echo a hop, half a second each, 15 hops at most. Exits with 1 and the reason on stderr when nothing is traced.
    """
    try:
        hops = trace(ip_address(sys.argv[1]), echoes=1, timeout_s=0.5, most_hops=15)
    except TraceError as error:
        sys.exit(str(error))
    print(json.dumps([(hop.distance, hop.address) for hop in hops]))


if __name__ == "__main__":
    main()
