"""Hold one TCP connection, with or without TLS: every step within the deadline, every read within a size limit.

Each wait takes what is left of the whole deadline. Waits inside OpenSSL (for records that bring no data) are cut off
from outside, by one thread for all connections.
"""

import io
import os
import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.domain.reasons import ReasonCode, reason
from monitor.i18n.reasons import reason_text
from monitor.net.connect import connect
from monitor.net.deadline import NS_PER_S, Cancelled, Deadline, DeadlinePassed
from monitor.net.names import NAMES, Names

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

LATE_S = 0.1  # a step that asks ends by itself; only then is it cut off


class TooMuch(Exception):
    """The peer sent more than we read; ``kib``: how much that is."""

    def __init__(self, kib: int) -> None:
        super().__init__(reason_text(reason(ReasonCode.ANSWER_TOO_LONG, kib=kib), "en"))
        self.kib = kib


class Stream:
    """A connection with the socket methods that `http.client` and `smtplib` use: ``sendall``, ``makefile``, ``close``.

    ``most``: how many bytes may be read in all; callers that expect more raise it. Used in the thread that opened it;
    `cut` may be called from any. Raises DeadlinePassed, Cancelled, TooMuch, ssl.SSLError and OSError.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline, most: int) -> None:
        self._socket = connected
        self._handle = connected.dup()  # stays valid whatever TLS makes of the first
        self._closing = threading.Lock()
        self.deadline, self.most, self.received = deadline, most, 0
        CUTTER.watch(self)
        deadline.cancellation.on_cancel(self.cut)

    @classmethod
    def open(cls, host: str, port: int, deadline: Deadline, most: int, names: Names = NAMES) -> "Stream":
        """Connect to whichever address of the host answers first; raises as `connect` does, too."""
        return cls(connect(host, port, deadline, names).socket, deadline, most)

    @classmethod
    def open_local(cls, path: Path, deadline: Deadline, most: int) -> "Stream":
        """Connect to a socket of this machine by its file; raises OSError, DeadlinePassed."""
        connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connecting.settimeout(deadline.remaining_s())
            connecting.connect(os.fspath(path))
        except TimeoutError:
            connecting.close()
            raise DeadlinePassed(deadline.timeout_s) from None
        except OSError:
            connecting.close()
            raise
        return cls(connecting, deadline, most)

    def start_tls(self, context: ssl.SSLContext, server_hostname: str) -> ssl.SSLSocket:
        """Speak TLS from now on; raises ssl.SSLError."""
        self._socket.settimeout(self.deadline.remaining_s())
        with _OwnErrors(self):
            self._socket = secured = context.wrap_socket(self._socket, server_hostname=server_hostname)
        return secured

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        """Send all of it before the deadline."""
        left = memoryview(data).cast("B")
        while left:
            with _OwnErrors(self):
                self._socket.settimeout(self.deadline.remaining_s())
                left = left[self._socket.send(left) :]

    def recv_into(self, buffer: memoryview) -> int:
        """Read what is there, or wait for some; 0 at the peer's end."""
        with _OwnErrors(self):
            self._socket.settimeout(self.deadline.remaining_s())
            count = self._socket.recv_into(buffer)
            if count == 0:
                self.deadline.remaining_s()  # it may be we who ended it
        self.received += count
        if self.received > self.most:
            raise TooMuch(self.most >> 10)
        return count

    def makefile(self, mode: str = "rb", buffering: int = io.DEFAULT_BUFFER_SIZE) -> io.BufferedReader:
        """Return a buffered reader; closing it leaves the connection open."""
        return io.BufferedReader(_Reading(self), max(buffering, 1))

    def cut(self) -> None:
        """Abort whatever is under way. From any thread, also after `close`."""
        with self._closing, suppress(OSError):
            self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection without waiting for the peer."""
        CUTTER.forget(self)
        self.deadline.cancellation.forget(self.cut)
        with self._closing:
            self._handle.close()
        self._socket.close()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Reading(io.RawIOBase):
    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        return self._stream.recv_into(memoryview(buffer))


class _OwnErrors:
    """Turn a socket's timeout, and the errors that follow a cut, into DeadlinePassed or Cancelled."""

    def __init__(self, stream: Stream) -> None:
        self._deadline = stream.deadline

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if not isinstance(error, OSError) or isinstance(error, DeadlinePassed | Cancelled):
            return
        if self._deadline.cancellation.is_cancelled:
            raise Cancelled from None
        if isinstance(error, TimeoutError) or self._deadline.left_s <= 0:
            raise DeadlinePassed(self._deadline.timeout_s) from None


class DeadlineWatcher:
    """One daemon thread that cuts streams whose deadline has passed."""

    def __init__(self) -> None:
        self._ends_mono_ns: dict[Stream, int] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def watch(self, stream: Stream) -> None:
        """Cut the stream at its deadline."""
        with self._changed:
            self._ends_mono_ns[stream] = stream.deadline.ends_mono_ns + round(LATE_S * NS_PER_S)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="cutter", daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self, stream: Stream) -> None:
        """Stop watching the stream."""
        with self._changed:
            self._ends_mono_ns.pop(stream, None)

    def _run(self) -> None:
        while True:
            with self._changed:
                now_ns = time.monotonic_ns()
                late = [stream for stream, ends_ns in self._ends_mono_ns.items() if ends_ns <= now_ns]
                for stream in late:
                    del self._ends_mono_ns[stream]
                if not late:
                    next_ns = min(self._ends_mono_ns.values(), default=None)
                    self._changed.wait(None if next_ns is None else (next_ns - now_ns) / NS_PER_S)
            for stream in late:
                stream.cut()


CUTTER = DeadlineWatcher()
"""One thread for the whole process."""
