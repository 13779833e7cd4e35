"""Check whether a UDP port is closed: distinguishes a stopped agent from one that does not answer us."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address

PORT_CHECK_S = 0.5  # by hand, where somebody waits for it


async def is_port_closed(address: IPv4Address | IPv6Address, port: int, timeout_s: float) -> bool:
    """Return whether the host reports the port closed (ICMP port unreachable).

    Sends one byte, which no agent answers.
    """
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as datagram_socket:  # connected, so that the refusal comes to it
            datagram_socket.setblocking(False)
            datagram_socket.connect((str(address), port))
            datagram_socket.send(b"\0")
            async with asyncio.timeout(timeout_s):
                await asyncio.get_running_loop().sock_recv(datagram_socket, 1)
    except ConnectionRefusedError:
        return True
    except OSError:  # no socket, no route, or time is up
        pass
    return False
