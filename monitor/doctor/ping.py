"""Examine by which kind of ICMP socket this process can ping, over the code path that probing uses."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_, Message
from monitor.probes.icmp.socket_choice import has_ipv6, open_socket
from monitor.probes.icmp.sockets import NoSocket
from monitor.runtime.private_network import INSIDE, OPEN_PING, PING_GROUPS

OK = Kind("ping.ok", Level.OK, N_("pinging works, by ping sockets, which need no right"))
RAW = Kind(
    "ping.raw",
    Level.INFO,
    N_("pinging works by raw sockets, which need a right (CAP_NET_RAW)"),
    N_("As root, so that none is needed: {command}"),
)
CLOSED = Kind(
    "ping.closed",
    Level.ERROR,
    N_("pinging does not work: {reasons} (ping_group_range: {groups})"),
    N_("As root: {command}; for good: systemd/60-upazila-monitor.conf in /etc/sysctl.d"),
)
NO_IPV6 = Kind(
    "ping.no-ipv6",
    Level.WARNING,
    N_("addresses of IPv6 are configured, and this machine cannot ping over IPv6"),
    N_("sites.toml: give these devices IPv4 addresses, or this machine IPv6"),
)
PRIVATE = Kind(
    "ping.private-network",
    Level.WARNING,
    N_("the daemon pings in a private network, where there is nothing but itself: an example for trying it out"),
    N_("As root: {command}; then start the daemon again"),
)


@dataclass(frozen=True)
class Seen:
    """Which ``kind`` of socket works, '' for none, and why; ``groups``: the kernel's setting, '?' where it is hidden.

    ``lacks_ipv6``: it is configured and does not work; ``is_private``: the process is in a network of its own.
    """

    kind: str
    reasons: tuple[Message, ...] = ()
    groups: str = "?"
    lacks_ipv6: bool = False
    is_private: bool = False


def _gather(place: Place) -> Seen:
    settings, groups = place.settings, "?"
    with suppress(OSError):
        groups = "-".join(PING_GROUPS.read_text(encoding="ascii").split())
    fleet, wanted = settings.fleet, settings.monitor.probing.socket
    needs_ipv6 = any(each.address.version == 6 for each in (*fleet.devices.values(), *fleet.references.values()))
    try:
        with_kind = open_socket(4, wanted)
    except NoSocket as error:
        return Seen("", error.reasons, groups)
    with_kind.close()
    lacks_ipv6 = needs_ipv6 and not _pings_over_ipv6(place)
    return Seen(with_kind.kind, (), groups, lacks_ipv6, bool(os.environ.get(INSIDE)))


def _pings_over_ipv6(place: Place) -> bool:
    if not has_ipv6():
        return False
    try:
        open_socket(6, place.settings.monitor.probing.socket).close()
    except NoSocket:
        return False
    return True


def _judge(seen: Seen, _: datetime) -> Iterator[Finding]:
    if not seen.kind:
        yield found(CLOSED, reasons=seen.reasons, groups=seen.groups, command=OPEN_PING)
        return
    if seen.is_private:
        yield found(PRIVATE, command=OPEN_PING)
    elif seen.kind == "raw":
        yield found(RAW, command=OPEN_PING)
    else:
        yield found(OK)
    if seen.lacks_ipv6:
        yield found(NO_IPV6)


PING = Check(
    "ping",
    N_("Pinging"),
    "Which ICMP socket the kernel allows this process: one echo to this machine itself by each kind, in the order of "
    "`[probing] socket`.",
    _gather,
    _judge,
    (OK, RAW, CLOSED, NO_IPV6, PRIVATE),
    of_process=True,
)
