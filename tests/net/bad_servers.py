"""Web servers on loopback that answer however a test wants: a function writes to each connection's socket."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"
Answering = Callable[[socket.socket, str], None]
"""(connection, path asked for) → writes its answer; the connection is closed after it."""


@dataclass
class Server:
    """``asked``: the request heads that came."""

    port: int
    stopped: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    scheme: str = "http"
    host: str = HOST

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"


@contextmanager
def server(
    answer: Answering,
    context: ssl.SSLContext | None = None,
    *,
    reads: bool = True,
    listening: socket.socket | None = None,
) -> Iterator[Server]:
    """Serves until left. ``reads=False``: ``answer`` gets the bare connection, before TLS and before any request.

    ``listening``: where, if not on a fresh port of loopback.
    """
    listening = listening or socket.create_server((HOST, 0), backlog=128)
    host, port = listening.getsockname()[:2]
    made = Server(port, scheme="https" if context else "http", host=host)

    def serve(connection: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError):
            connection.settimeout(20)
            if context is not None and reads:
                connection = context.wrap_socket(connection, server_side=True)
            with connection:
                head = _head(connection) if reads else ""
                if head:
                    made.asked.append(head)
                path = head.split()[1] if head else ""
                answer(connection, path)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield made
    finally:
        made.stopped.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def says(answer: bytes) -> Answering:
    """The same to everybody."""
    return lambda connection, _: connection.sendall(answer)


def drips(beginning: bytes, each: bytes = b"a", every_s: float = 0.05) -> Answering:
    """``beginning``, then a little for ever."""

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(beginning)
        pause = threading.Event()
        while not pause.wait(every_s):
            connection.sendall(each)

    return answer


def floods(beginning: bytes, each: bytes) -> Answering:
    """``beginning``, then as much as goes through."""

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(beginning)
        many = each * (65_536 // len(each) + 1)  # piece by piece it would take both sides seconds
        while True:
            connection.sendall(many)

    return answer


def _head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(65_536)
        if not part:
            return ""
        head += part
    return head.decode("latin-1")
