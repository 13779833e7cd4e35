"""A daemon whose processes are forked off one that has imported the program already: for those that start it often.

What it runs is the same `upazila-monitor run`, in a process of its own that can be killed like any other; only the two
seconds are saved in which Python reads the program. ``python -m tests.lab.warm`` is the one that forks.
"""

import ctypes
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

from tests.lab.daemon import Daemon, Network, Process

PR_SET_PDEATHSIG = 1
MOST_WORDS = 65_536


class Forked:
    """A process that is a child of another one, with what `Daemon` needs of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self._is_over = False

    def poll(self) -> int | None:
        """Return 0 if it is over, whatever its exit code was, which only its parent knows."""
        if not self._is_over and select.select([self._handle], [], [], 0)[0]:
            self._is_over = True
            os.close(self._handle)
        return 0 if self._is_over else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises `subprocess.TimeoutExpired`."""
        if not self._is_over and not select.select([self._handle], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("upazila-monitor", timeout or 0.0)
        self.poll()
        return 0

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it lives: its number may have become another's since."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, sig)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)


class WarmDaemon(Daemon):
    """A `Daemon` of which the second start and all that follow cost what the program itself needs."""

    _line: socket.socket | None = None

    def __init__(self, lab: Network, home: Path) -> None:
        super().__init__(lab, home)
        self._forking: subprocess.Popen[str] | None = None

    def _spawn(
        self, words: list[str], given: Mapping[str, str], log: IO[str], *, resolver: str | None, handed_in: bool
    ) -> Process:
        assert handed_in, "a warm daemon listens where it is told to"
        assert resolver is None, "a warm daemon asks the machine's name server"
        if self._line is None:
            self._line, theirs = socket.socketpair()
            command = [sys.executable, "-m", "tests.lab.warm", str(theirs.fileno())]
            with theirs:
                self._forking = self._lab.monitor.popen(command, pass_fds=[theirs.fileno()], stderr=log)
        asked = json.dumps({"words": ["upazila-monitor", *words[1:]], "environment": dict(given)}).encode()
        socket.send_fds(self._line, [asked], [self._listener.fileno(), log.fileno()])
        return Forked(int(self._line.recv(MOST_WORDS)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if self._line is not None:
            self._line.close()  # which ends the one that forks
        if self._forking is not None:
            self._forking.wait()


def main(line: socket.socket) -> None:
    """Fork off one process for each message: its words and environment, and with it its listener and its log."""
    import monitor.cli.daemon
    import monitor.daemon

    assert monitor.cli.daemon
    assert monitor.daemon
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    while True:
        asked, descriptors, _, _ = socket.recv_fds(line, MOST_WORDS, 2)
        if not asked:
            return
        pid = os.fork()
        if pid == 0:
            line.close()
            _become(json.loads(asked), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        line.send(str(pid).encode())


def _become(asked: Mapping[str, object], listener: int, log: int) -> None:
    """Be the program, with that listener as by socket activation; never returns."""
    from monitor.cli import main as program

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    random.seed()  # not the same chance in each of them
    for descriptor, place in ((log, 1), (log, 2), (listener, 3)):
        os.dup2(descriptor, place, inheritable=True)
    words, environment = asked["words"], asked["environment"]
    assert isinstance(words, list)
    assert isinstance(environment, dict)
    os.environ |= {**environment, "LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    sys.argv = words
    code = 1
    try:
        program()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
