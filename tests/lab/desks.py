"""Help desks played from their documentation: real HTTP servers on loopback that can be told to misbehave.

What they know of tickets is in memory and true to the documents that `zammad` and `glpi` name. They are not the real
thing: what only the real one does, no test here can see.
"""

import gzip
import json
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

Misbehaviour = Literal[
    "500", "503", "mute", "drip", "drip headers", "redirect", "huge", "packed", "no json", "cut", "401", "parrot"
]

TOKEN = "lab-token-7f3a"
PERSON = "karim"
DRIP_S = 0.05


@dataclass
class Fault:
    """``how`` requests that fit are answered, so many ``times``; ``after``: only once they were carried out."""

    how: Misbehaviour
    method: str = ""
    path: str = ""
    times: int = 1_000_000
    after: bool = False

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and method.startswith(self.method) and self.path in path


@dataclass
class Request:
    """What came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass
class Refusal(Exception):
    """An answer that is not 2xx."""

    status: int
    body: Any = field(default_factory=dict)


class PlayedDesk(ABC):
    """``with Zammad() as desk`` serves; `go_away` and `come_back` close and open its port."""

    kind: str
    queue: str

    def __init__(self, host: str = "127.0.0.1", socket_maker: Callable[[], socket.socket] = socket.socket) -> None:
        """On loopback, or on ``host`` with sockets that the lab's network made."""
        self._host, self._socket_maker = host, socket_maker
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @abstractmethod
    def answer(self, request: Request) -> tuple[int, Any]:
        """Status and body for a request; raises Refusal."""

    @abstractmethod
    def tickets(self, number: str) -> list[str]:
        """The ids of the tickets about our ticket."""

    @abstractmethod
    def status(self, id_: str) -> str:
        """What a ticket stands at."""

    @abstractmethod
    def remarks(self, id_: str) -> list[tuple[str, str]]:
        """(who, text) of all that was written to it, the oldest first."""

    @abstractmethod
    def person_writes(self, id_: str, text: str) -> None:
        """Somebody at the desk writes this."""

    @abstractmethod
    def person_sets(self, id_: str, status: str) -> None:
        """Somebody at the desk sets this status."""

    @abstractmethod
    def forget(self, id_: str) -> None:
        """The ticket is deleted for good."""

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    @property
    def token(self) -> str:
        return TOKEN

    def __enter__(self) -> Self:
        self.come_back()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.go_away()

    def come_back(self) -> None:
        """Listens, on the same port as before."""
        self._server = _Server((self._host, self.port), _handler(self), bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = self._socket_maker()
        self._server.server_bind()
        self._server.server_activate()
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name=self.kind, daemon=True).start()

    def go_away(self) -> None:
        """Whoever asks from now on finds nobody there."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def misbehave(self, how: Misbehaviour, method: str = "", path: str = "", **more: Any) -> None:
        """Answers requests that fit so from now on."""
        self.faults.append(Fault(how, method, path, **more))

    def behave(self) -> None:
        self.faults.clear()

    def asked(self, method: str, path: str) -> int:
        """How many requests there were."""
        return sum(request.method == method and path in request.path for request in self.requests)

    def serve(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        """One request from its arrival to its answer, or to what is made of it."""
        self.requests.append(request)
        fault = next((fault for fault in self.faults if fault.fits(request.method, request.path)), None)
        if fault is not None:
            fault.times -= 1
            if not fault.after:
                self._misbehave(handler, fault.how)
                return
        with self._lock:
            try:
                status, body = self.answer(request)
            except Refusal as refusal:
                status, body = refusal.status, refusal.body
        if fault is not None:
            self._misbehave(handler, fault.how)
        else:
            send(handler, status, json.dumps(body).encode())

    def _misbehave(self, handler: BaseHTTPRequestHandler, how: Misbehaviour) -> None:
        match how:
            case "500" | "503" | "401":
                send(handler, int(how), b'{"error": "out of order"}')
            case "parrot":
                send(handler, 403, json.dumps({"error": f"no right: {handler.headers['Authorization']}"}).encode())
            case "mute":
                self._over.wait(60)
            case "cut":
                handler.connection.shutdown(socket.SHUT_RDWR)
            case "redirect":
                send(handler, 302, b"", {"Location": "http://127.0.0.1:1/elsewhere"})
            case "no json":
                send(handler, 200, b"<html>Welcome to the front page</html>")
            case "huge":
                self._pour(handler, b"x" * 65_536, 10_000, 0)
            case "packed":
                send(handler, 200, gzip.compress(b"[" + b"0," * 2_000_000 + b"0]"), {"Content-Encoding": "gzip"})
            case "drip":
                self._pour(handler, b" ", 10_000, DRIP_S)
            case "drip headers":
                with suppress(OSError):
                    for byte in drops():
                        handler.wfile.write(byte)
                        if self._over.wait(DRIP_S):
                            return

    def _pour(self, handler: BaseHTTPRequestHandler, piece: bytes, times: int, every_s: float) -> None:
        """A body that goes on and on, until whoever reads it has had enough."""
        with suppress(OSError):
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.end_headers()
            for _ in range(times):
                handler.wfile.write(piece)
                handler.wfile.flush()
                if self._over.wait(every_s) if every_s else self._over.is_set():
                    return


def drops() -> Iterator[bytes]:
    """The beginning of an answer, and a header that never ends."""
    yield from (b"%c" % byte for byte in b"HTTP/1.1 200 OK\r\nX-Drop: ")
    while True:
        yield b"x"


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """A whole answer."""
    with suppress(OSError):
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


def _handler(desk: PlayedDesk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = json.loads(body) if body else None
            desk.serve(self, Request(self.command, parts.path, query, dict(self.headers), found))

        def do_GET(self) -> None:
            self.take()

        def do_POST(self) -> None:
            self.take()

        def do_PUT(self) -> None:
            self.take()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def stamp() -> str:
    """Now, as these desks write it."""
    now = time.time()
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now * 1000) % 1000:03}Z"
