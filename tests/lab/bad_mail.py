"""A mail server that misbehaves on demand, in one of the ways in which real ones do; on loopback or in the lab.

===============  ==================================================================================
good             takes everything
mute             accepts the connection and never speaks
drip             speaks one byte every ``drip_s``
leaves           takes the whole message and closes before it answers
busy             4xx to every message
strict           5xx to the recipients in ``unknown``, takes the others
broken_tls       offers STARTTLS and answers the handshake with nonsense
full             closes with 421 as soon as it has greeted
endless          greets with a reply of ever more lines
endless_line     greets with one line that never ends
drip_lines       greets with a line of a reply every ``drip_s``
no_smtp          speaks HTTP
no_goodbye       takes everything, and never answers QUIT
odd_login        asks for the password in what is no Base64
===============  ==================================================================================
"""

import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import BinaryIO, Literal, Self

Mode = Literal[
    "good",
    "mute",
    "drip",
    "leaves",
    "busy",
    "strict",
    "broken_tls",
    "full",
    "endless",
    "endless_line",
    "drip_lines",
    "no_smtp",
    "no_goodbye",
    "odd_login",
]
TALKS_ON: dict[str, tuple[bytes, bool]] = {
    "endless": (b"220-and one more\r\n" * 1_000, False),
    "endless_line": (b"2" * 65_536, False),
    "drip_lines": (b"220-and one more\r\n", True),
}
LONGEST_S = 60.0


@dataclass
class BadMailServer:
    """``with BadMailServer(listener) as server`` starts and stops it; ``mode`` may change at any time."""

    listener: socket.socket
    mode: Mode = "good"
    unknown: frozenset[str] = frozenset()
    drip_s: float = 10.0
    accepted: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    said_bytes: int = 0
    helos: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self.listener.close()
        self._thread.join(timeout=10)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        return [str(mail["Message-ID"]) for mail in self.accepted]

    def _serve(self) -> None:
        self.listener.settimeout(0.1)
        while not self._stop.is_set():
            try:
                connection, _ = self.listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._session, args=(connection,), daemon=True).start()

    def _session(self, connection: socket.socket) -> None:
        connection.settimeout(LONGEST_S)
        with connection:
            try:
                self._talk(connection, self.mode)
            except OSError:
                return

    def _talk(self, connection: socket.socket, mode: Mode) -> None:
        if mode == "mute":
            self._stop.wait(LONGEST_S)
        elif mode == "drip":
            self._drip(connection)
        elif mode in TALKS_ON:
            words, slowly = TALKS_ON[mode]
            while not self._stop.wait(self.drip_s if slowly else 0):
                connection.sendall(words)
                self.said_bytes += len(words)
        elif mode == "no_smtp":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        elif mode == "full":
            connection.sendall(b"421 4.3.2 too many connections\r\n")
        else:
            self._converse(connection, mode)

    def _drip(self, connection: socket.socket) -> None:
        for byte in b"220 drip.example ESMTP\r\n" * 100:
            connection.sendall(bytes([byte]))
            if self._stop.wait(self.drip_s):
                return

    def _converse(self, connection: socket.socket, mode: Mode) -> None:
        connection.sendall(b"220 bad.example ESMTP\r\n")
        lines = connection.makefile("rb")
        for raw in lines:
            words = raw.decode("ascii", "replace").strip()
            verb = words[:8].upper()
            if verb.startswith(("EHLO", "HELO")):
                self.helos.append(words[5:])
            if verb.startswith("DATA"):
                connection.sendall(b"354 go on\r\n")
                if mode != "busy":
                    self._take(_message(lines))
                    if mode == "leaves":
                        return
                else:
                    _message(lines)
            if verb.startswith("QUIT") and mode == "no_goodbye":
                self._stop.wait(LONGEST_S)
            connection.sendall(self._answer(verb, words, mode))
            if verb.startswith("STARTTLS"):
                connection.recv(4_096)  # the beginning of the handshake
                connection.sendall(b"this is no handshake\r\n" * 20)
                while connection.recv(4_096):  # a close beside what was not read would take our words back
                    pass
            if verb.startswith(("STARTTLS", "QUIT")):
                return

    def _answer(self, verb: str, words: str, mode: Mode) -> bytes:
        if verb.startswith("EHLO") and mode == "broken_tls":
            return b"250-bad.example\r\n250 STARTTLS\r\n"
        if verb.startswith("EHLO") and mode == "odd_login":
            return b"250-bad.example\r\n250 AUTH CRAM-MD5\r\n"
        if verb.startswith("AUTH"):
            return b"334 notbase64\r\n"
        if verb.startswith("STARTTLS"):
            return b"220 go ahead\r\n"
        if verb.startswith("RCPT") and mode == "strict" and any(address in words for address in self.unknown):
            return b"550 5.1.1 no such user\r\n"
        if verb.startswith("DATA"):
            taken = f"250 2.0.0 queued as {len(self.accepted)}\r\n".encode()
            return b"452 4.3.1 out of storage\r\n" if mode == "busy" else taken
        return b"221 bye\r\n" if verb.startswith("QUIT") else b"250 ok\r\n"

    def _take(self, content: bytes) -> None:
        self.accepted.append(message_from_bytes(content, policy=policy.default))


def _message(lines: BinaryIO) -> bytes:
    """What comes up to the lonely dot (RFC 5321, 4.5.2)."""
    content = bytearray()
    for line in lines:
        if line == b".\r\n":
            break
        content += line.removeprefix(b".")
    return bytes(content)


def listening(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A fresh listener on loopback."""
    return socket.create_server((host, port), backlog=64)
