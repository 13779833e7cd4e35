"""Choose the kind of ICMP socket that works here, by pinging ourselves over the code path that probing uses."""

import secrets
import select
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Literal

from monitor.domain.message import N_, Message, message, said_by_system
from monitor.probes.icmp.mmsg_buffers import AddressBatch, Outgoing
from monitor.probes.icmp.packets import COOKIE_BYTES, MOST_BATCHES, Reply, Requests, read_reply, without_ip_header
from monitor.probes.icmp.sockets import EchoSocket, Family, Kind, NoSocket, Opener

SocketKind = Literal["auto", "ping", "raw"]

SELF_TEST_S = 1.0
LOOPBACK = {4: "127.0.0.1", 6: "::1"}
FIX = N_(
    """Allow one of the two, then start again:
  ping sockets, no rights needed:  sysctl -w net.ipv4.ping_group_range="0 2147483647"
                                   (for good: install systemd/60-upazila-monitor.conf into /etc/sysctl.d)
  raw sockets:                     give the process CAP_NET_RAW (systemd: AmbientCapabilities=CAP_NET_RAW)"""
)


def open_socket(family: Family, wanted: SocketKind = "auto", opener: Opener = socket.socket) -> EchoSocket:
    """Open the first kind of socket that gets a reply from ourselves.

    Raises NoSocket with the remedy when none does.
    """
    kinds: Sequence[Kind] = ("ping", "raw") if wanted == "auto" else (wanted,)
    reasons = list[Message]()
    for kind in kinds:
        try:
            echo_socket = EchoSocket(family, kind, opener)
        except OSError as error:
            reasons.append(message("{kind} socket: {fault}", kind=kind, fault=said_by_system(error)))
            continue
        try:
            answered = _pings_itself(echo_socket)
        except OSError as error:
            answered = False
            reasons.append(message("{kind} socket: {fault}", kind=kind, fault=said_by_system(error)))
        if answered:
            return echo_socket
        echo_socket.close()
        reasons.append(message("{kind} socket: no answer from {address}", kind=kind, address=LOOPBACK[family]))
    raise NoSocket(
        message(
            "ICMP for IPv{family} does not work here ({reasons}).\n{fix}",
            family=family,
            reasons=reasons,
            fix=Message(FIX),
        ),
        reasons,
    )


def _pings_itself(echo_socket: EchoSocket) -> bool:
    """Return whether one echo to the loopback address is answered; raises OSError when sending is refused."""
    cookie, v6, identifier = secrets.token_bytes(COOKIE_BYTES), echo_socket.v6, echo_socket.identifier
    outgoing = Outgoing(Requests(v6=v6, identifier=identifier, cookie=cookie), v6=v6)
    outgoing.load(secrets.randbelow(MOST_BATCHES), AddressBatch([ip_address(LOOPBACK[echo_socket.family]).packed], [0]))
    refused = outgoing.send(echo_socket.fileno(), 0, 1)
    if refused:
        raise OSError(refused[0][1], f"sending to {LOOPBACK[echo_socket.family]} is refused")
    while select.select([echo_socket], [], [], SELF_TEST_S)[0]:
        for index in range(echo_socket.receive()):
            data = echo_socket.incoming.datagram(index).data
            if echo_socket.has_ip_header:
                data = without_ip_header(data)
            if isinstance(read_reply(data, v6=v6, identifier=identifier, cookie=cookie), Reply):
                return True
    return False


def has_ipv6() -> bool:
    """Return whether this machine has IPv6."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
