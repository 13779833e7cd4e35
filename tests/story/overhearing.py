"""What a daemon gives away while it runs: to the journal, and in /proc by its own process and each that it starts."""

import shutil
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from tests.lab.daemon import program

JOURNAL = """
mount -t tmpfs none /run && mkdir -p /run/systemd && ln -s "$0" /run/systemd/journal &&
JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"
"""
EVERY_S = 0.01


class PlayedJournal:
    """A journal that keeps each datagram as it came."""

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="journal-")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"{self._folder.name}/socket")
        self._got: list[bytes] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()
        self._folder.cleanup()

    @property
    def command(self) -> list[str]:
        """What runs the program with its standard error being this journal's."""
        unshare = shutil.which("unshare")
        assert unshare is not None
        return [unshare, "-m", "sh", "-c", JOURNAL, self._folder.name, program()]

    def text(self) -> str:
        """All that was sent."""
        return b"\n".join(self._got).decode("utf-8", "replace")

    def _read(self) -> None:
        while datagram := self._socket.recv(1 << 20):
            self._got.append(datagram)


class Relatives:
    """Environment and command line of a process and of all that it starts, looked at again and again."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ends = threading.Event()
        self.seen: set[str] = set()

    def __enter__(self) -> Self:
        self._looker = threading.Thread(target=self._look)
        self._looker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._looker.join()

    def _look(self) -> None:
        while not self._ends.is_set():
            for pid in family(self._pid):
                for name in ("environ", "cmdline"):
                    with suppress(OSError):
                        self.seen.add(Path(f"/proc/{pid}/{name}").read_bytes().decode("utf-8", "replace"))
            time.sleep(EVERY_S)


def family(pid: int) -> list[int]:
    """That process and all below it."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*"):
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found
