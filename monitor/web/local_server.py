"""Serve the site on a socket in the state folder, for commands on this machine: they need no port and no address.

Whoever may open the file may read what the page shows: the daemon's own user and group. Monitoring goes on without it.
"""

import asyncio
import errno
import logging
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.runtime.part import Part
from monitor.settings.in_force import SOCKET
from monitor.web.server import RunningServer, serve

log = logging.getLogger(__name__)

MODE = 0o660
LONGEST_PATH = 107  # bytes that the kernel takes
LOOK_S = 5.0  # so often it is seen whether the file is still there
BACKLOG = 64
LOCAL = "local_peer"
"""Set in the scope of requests that came by this socket."""


class LocalServer(Part):
    """The part that serves ``app`` on the socket in the folder ``state``.

    What it cannot do is logged once, and tried again while the daemon runs.
    """

    name = "socket"

    def __init__(self, app: ASGIApp, state: Path) -> None:
        self._app, self._path = _ByTheSocket(app), state / SOCKET
        self._running: RunningServer | None = None
        self._file: tuple[int, int] | None = None
        self._trouble = ""

    async def open(self) -> None:
        """Listen, or note why that fails."""
        try:
            listener = listen(self._path)
        except OSError as error:
            trouble = os.strerror(error.errno) if error.errno else str(error)
            if trouble != self._trouble:
                text = "commands cannot ask by %s: %s; they ask by the page's address instead"
                emit(log, LogEvent.SOCKET_DOWN, text, self._path, trouble, path=str(self._path))
            self._trouble = trouble
            return
        self._file, self._trouble = _file_of(self._path), ""
        self._running = await serve(self._app, [listener])

    async def run(self) -> None:
        """Keep it listening at its path, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self._running is None or _file_of(self._path) != self._file:
                await self._stop()
                await self.open()

    async def close(self) -> None:
        """Stop the server, and take the file away."""
        await self._stop()
        if self._file is not None and _file_of(self._path) == self._file:
            with suppress(OSError):
                self._path.unlink()

    async def _stop(self) -> None:
        if self._running is not None:
            await self._running.stop()
            self._running = None


class _ByTheSocket:
    """Marks requests as made on this machine, by who may open the socket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, LOCAL: True}, receive, send)


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at ``path``, which only its user and group may open; raises OSError.

    The file of a daemon that was killed is replaced; anything else at that path stays. Two daemons cannot have one
    state folder, so a socket there is nobody's.
    """
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), MODE)  # the file begins with this mode, less the umask
        listener.bind(os.fspath(path))
        path.chmod(MODE)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _file_of(path: Path) -> tuple[int, int] | None:
    """Return which file is at ``path``; None for none."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
