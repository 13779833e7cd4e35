"""A line between a client and a PostgreSQL server, a unix socket before the server's, that is cut at a COMMIT."""

import select
import socket
import threading
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType

SOCKET = ".s.PGSQL.5432"


class Cut(Enum):
    """When the client loses the line: before the server has the COMMIT, before its answer, or long before it comes."""

    NEVER_SENT = "the server never gets it"
    ANSWER_LOST = "it is stored, and the answer is lost"
    UNDER_WAY = "it is still under way when the client comes back"


@dataclass
class CutLine:
    """Passes on what both sides say; while ``cut`` is set, the next COMMIT ends a connection. In a ``folder``."""

    server: Path
    folder: Path
    cut: Cut | None = None
    delay_s: float = 1.0
    """How long a COMMIT stays under way."""

    def __enter__(self) -> "CutLine":
        self.folder.mkdir(exist_ok=True)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / SOCKET))
        self._listening.listen()
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(10)
        self._listening.close()

    def _accept(self) -> None:
        while not self._ends.is_set():
            if select.select([self._listening], [], [], 0.05)[0]:
                client, _ = self._listening.accept()
                self._threads.append(threading.Thread(target=self._pass_on, args=(client,)))
                self._threads[-1].start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self.server / SOCKET))
            while not self._ends.is_set():
                for ready in select.select([client, server], [], [], 0.05)[0]:
                    said = ready.recv(65_536)
                    if not said:
                        return
                    if ready is server:
                        client.sendall(said)
                    elif self.cut is not None and b"COMMIT\0" in said:
                        self._cut(client, server, said)
                        return
                    else:
                        server.sendall(said)

    def _cut(self, client: socket.socket, server: socket.socket, commit: bytes) -> None:
        cut, self.cut = self.cut, None
        if cut is Cut.ANSWER_LOST:
            server.sendall(commit)
            server.recv(65_536)
        client.close()
        if cut is Cut.UNDER_WAY:
            self._ends.wait(self.delay_s)
            server.sendall(commit)
            server.recv(65_536)
