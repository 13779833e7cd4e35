"""Give a fleet on loopback a network namespace of its own, so that an ordinary user can try the program.

For kernels that keep ping sockets closed, as a fresh Debian's does. The process becomes root of a user namespace and a
network namespace (`unshare -rn`) with loopback only, and allows pinging there. The page's socket is opened before and
handed in as systemd would (LISTEN_FDS), so that it stays reachable from outside.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from monitor.domain.message import message
from monitor.runtime.systemd import FIRST_FD
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.settings.problems import ConfigError, Problem

PING_GROUPS = Path("/proc/sys/net/ipv4/ping_group_range")
OPEN_PING = 'sysctl -w net.ipv4.ping_group_range="0 2147483647"'
INSIDE = "UPAZILA_MONITOR_PRIVATE_NETWORK"  # what the environment says in there
SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
IFF_UP, IFF_RUNNING = 0x1, 0x40
IFREQ = "16sh14x"


def beyond_loopback(installation: Installation) -> str:
    """Return the key of something configured that is not on loopback (device, service, reference, server).

    '' if none. What an office's own file names has the office's id before it.
    """
    fleet, monitor = installation.host.fleet, installation.host.monitor
    outside = {
        "mail": monitor.mail.configured,
        "heartbeat": monitor.heartbeat.url,
        "helpdesk": monitor.helpdesk.configured,
        "recipients": monitor.recipients,
        "channels": monitor.channels,
        **{f"sites.{id_}.services": site.services for id_, site in fleet.sites.items()},
        **{
            f"the address or SNMP of {device.id}": device.snmp or not device.address.is_loopback
            for device in (*fleet.devices.values(), *fleet.references.values())
        },
        **{f"{id_}: helpdesk": office.monitor.helpdesk.configured for id_, office in installation.offices.items()},
        **{f"{id_}: recipients": office.monitor.recipients for id_, office in installation.offices.items()},
    }
    return next((key for key, is_beyond in outside.items() if is_beyond), "")


def check_settings(installation: Installation) -> None:
    """Raise ConfigError in a private network when it needs another: unreachable hosts would count as down."""
    if os.environ.get(INSIDE) and (key := beyond_loopback(installation)):
        said = message(
            "{key} lies beyond the private network in which the example fleet is monitored. Expected loopback alone "
            "until the program is restarted with ping sockets open: as root, {command}",
            key=key,
            command=OPEN_PING,
        )
        raise ConfigError([Problem(str(installation.host.directory), 0, "", said)])


def is_allowed() -> bool:
    """Return whether this user may create one on this machine."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    tried = subprocess.run(
        [unshare, "-rn", sys.executable, "-P", "-c", ""], capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    return tried.returncode == 0


def notice_text(settings: Settings) -> tuple[str, str]:
    """Return a text about the private network, and how to allow real ones."""
    return (
        "this user may not ping (the kernel's net.ipv4.ping_group_range): the example fleet is watched in a private "
        f"network, where loopback is all there is. Page: {settings.monitor.web.scheme}://{settings.monitor.web.listen}/",
        f"for real networks open ping sockets, as root: {OPEN_PING} (a file in /etc/sysctl.d/ keeps them open)",
    )


def enter(settings: Settings, program: Sequence[str]) -> NoReturn:
    """Exec ``program`` in a private network, under the same process id; raises OSError."""
    web = settings.monitor.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listener = socket.create_server((web.host, web.port), family=family, backlog=64)
    if listener.fileno() != FIRST_FD:
        os.dup2(listener.fileno(), FIRST_FD)
    os.set_inheritable(FIRST_FD, True)
    handed = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", INSIDE: "yes"}
    # -P, and a name instead of -m: what is imported is ours, wherever we were started.
    inside = "import sys; from monitor.runtime.private_network import main; main(sys.argv[1:])"
    command = ["unshare", "-rn", sys.executable, "-P", "-c", inside, *program]
    os.execvpe(command[0], command, {**os.environ, **handed})


def main(program: list[str]) -> NoReturn:
    """Set up the namespace from inside (loopback up, pinging allowed), and exec the program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack(IFREQ, b"lo", 0))
        flags = struct.unpack(IFREQ, asked)[1] | IFF_UP | IFF_RUNNING
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack(IFREQ, b"lo", flags))
    PING_GROUPS.write_text("0 0")  # of the namespace's only group
    os.execv(program[0], program)
