"""Send events to systemd's journal with their fields, by its native protocol.

Source: https://systemd.io/JOURNAL_NATIVE_PROTOCOL and systemd.journal-fields(7). A datagram holds one event; all that
is sent here is short enough for one.
"""

import os
import socket
from collections.abc import Mapping
from logging import CRITICAL, DEBUG, ERROR, INFO, WARNING, LogRecord
from pathlib import Path

from monitor.domain.log_events import LogFormat
from monitor.logs.line import LogLine

SOCKET = Path("/run/systemd/journal/socket")
SEND_S = 0.2  # a journal that takes nothing for so long is left alone: the probing loop may be waiting
_PRIORITIES = ((CRITICAL, 2), (ERROR, 3), (WARNING, 4), (INFO, 6), (DEBUG, 7))


def priority(level: int) -> int:
    """Return the priority of syslog(3), 2 for critical to 7 for debug, of a level of `logging`."""
    return next((number for least, number in _PRIORITIES if level >= least), 7)


def is_journal(fd: int, environ: Mapping[str, str]) -> bool:
    """Tell whether what is written to ``fd`` goes to the journal, by what systemd says in JOURNAL_STREAM."""
    try:
        found = os.fstat(fd)
    except OSError:
        return False
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def fields_of(record: LogRecord, line: LogLine, log_format: LogFormat) -> dict[str, str]:
    """Return an event's fields of the journal. MESSAGE is the text with its code; in another format, the whole line."""
    message = f"{line.text} [{line.event.code}]" if log_format == "text" else line.rendered(log_format)
    fields = {
        "MESSAGE": message,
        "PRIORITY": str(priority(record.levelno)),
        "SYSLOG_IDENTIFIER": "upazila-monitor",
        "LOGGER": line.logger,
        "CODE_FILE": record.pathname,
        "CODE_LINE": str(record.lineno),
        "CODE_FUNC": record.funcName,
        "UPAZILA_EVENT": line.event.code,
        **{f"UPAZILA_{key.upper()}": str(value) for key, value in line.fields.items()},
    }
    return {**fields, "EXCEPTION_TEXT": line.traceback} if line.traceback else fields


def packed(fields: Mapping[str, str]) -> bytes:
    """Fields as the journal reads them: NAME=value, or, for a value of several lines, NAME, its length and itself."""
    parts: list[bytes] = []
    for name, value in fields.items():
        content = value.encode("utf-8", "replace")
        if b"\n" in content:
            parts.append(name.encode() + b"\n" + len(content).to_bytes(8, "little") + content + b"\n")
        else:
            parts.append(name.encode() + b"=" + content + b"\n")
    return b"".join(parts)


class Journal:
    """A connection to the journal's socket at ``address``, made for the first event and again when it was lost."""

    def __init__(self, address: Path = SOCKET) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def send(self, fields: Mapping[str, str]) -> bool:
        """Send one event; tell whether the journal has taken it. Waits for it SEND_S at most."""
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
                self._socket.settimeout(SEND_S)
            self._socket.sendto(packed(fields), str(self._address))
        except OSError:
            self.close()
            return False
        return True

    def close(self) -> None:
        """Close the socket; the next event opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
