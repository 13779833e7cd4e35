"""Talk to systemd: take over listening sockets, and report readiness and status.

Protocols: sd_listen_fds(3) and sd_notify(3). Without systemd (or the test network, which hands sockets over in the same
way) everything here does nothing.
"""

import os
import socket
import time

FIRST_FD = 3


def listen_fds() -> list[socket.socket]:
    """Return the sockets handed to this very process, and to no child of it."""
    count, pid = os.environ.pop("LISTEN_FDS", "0"), os.environ.pop("LISTEN_PID", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if not count.isdigit() or pid != str(os.getpid()):
        return []
    sockets = []
    for number in range(FIRST_FD, FIRST_FD + int(count)):
        os.set_inheritable(number, False)
        handed = socket.socket(fileno=number)
        handed.setblocking(False)
        sockets.append(handed)
    return sockets


class Systemd:
    """The notifier of systemd."""

    def __init__(self) -> None:
        address = os.environ.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self) -> None:
        self._say("READY=1")

    def watchdog(self) -> None:
        """Report that we turn; without this for WatchdogSec we are killed and restarted."""
        self._say("WATCHDOG=1")

    def status(self, words: str) -> None:
        """Set the line that `systemctl status` shows."""
        self._say(f"STATUS={words}")

    def reloading(self) -> None:
        self._say(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1_000}")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, message: str) -> None:
        if not self._address:
            return
        # A systemd that reads nothing must not stop the event loop.
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_UNIX, kind) as channel:
            try:
                channel.sendto(message.encode(), self._address)
            except OSError:
                return  # systemd restarts us without our notifications; there is no other receiver
