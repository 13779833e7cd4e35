"""Write the log of the whole process, libraries included, to standard error or to systemd's journal."""

import logging
import os
import sys
import threading
from collections.abc import Mapping
from typing import TextIO

from monitor.domain.log_events import LogEvent, LogFormat, LogLevel
from monitor.logs.emit import emit
from monitor.logs.journal import Journal, fields_of, is_journal, priority
from monitor.logs.line import LogLine, line_of

log = logging.getLogger(__name__)

OURS = "monitor"
QUIET = ("uvicorn", "urllib3")  # what strangers ask for in odd words, and addresses that hold secrets


class LogOutput(logging.Handler):
    """The process's only log handler.

    ``journal``: None when standard error does not go to systemd's journal. While the journal does not take an event,
    it goes to ``stream`` behind '<N>', its priority, which systemd reads there.
    """

    def __init__(self, stream: TextIO, journal: Journal | None) -> None:
        super().__init__()
        self._stream, self._journal = stream, journal
        self._format: LogFormat = "text"

    def use(self, log_format: LogFormat, level: LogLevel) -> None:
        """Write in that format from now on, and only events of ``level`` ('debug' to 'critical') and above.

        Of libraries nothing below 'warning' is written, whatever the level: they would log secret addresses.
        """
        self._format = log_format
        least = logging.getLevelNamesMapping()[level.upper()]
        logging.getLogger(OURS).setLevel(least)
        logging.getLogger().setLevel(max(least, logging.WARNING))
        for name in QUIET:
            logging.getLogger(name).setLevel(max(least, logging.ERROR))

    @property
    def is_for_people(self) -> bool:
        """Whether it writes text to a terminal or a file, and not to a program."""
        return self._journal is None and self._format == "text"

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record. For any thread: `logging` calls it under a lock."""
        try:
            line = line_of(record)
            if self._journal is None:
                self._stream.write(f"{line.rendered(self._format)}\n")
            elif not self._journal.send(fields_of(record, line, self._format)):
                self._stream.write(_with_priority(line, self._format, priority(record.levelno)))
            self._stream.flush()
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close the connection to the journal."""
        if self._journal is not None:
            self._journal.close()
        super().close()


def install(stream: TextIO | None = None, environ: Mapping[str, str] = os.environ) -> LogOutput:
    """Make a `LogOutput` on standard error the only handler of the process, at level 'info', in the format 'text'.

    Warnings of Python and errors that end a thread are logged too.
    """
    stream = stream or sys.stderr
    output = LogOutput(stream, Journal() if is_journal(stream.fileno(), environ) else None)
    logging.basicConfig(handlers=[output], force=True)
    logging.captureWarnings(True)
    threading.excepthook = _log_end_of_thread
    output.use("text", "info")
    return output


def _log_end_of_thread(ended: threading.ExceptHookArgs) -> None:
    if not issubclass(ended.exc_type, SystemExit):
        name = ended.thread.name if ended.thread else "a thread"
        emit(log, LogEvent.UNHANDLED_ERROR, "%s ended with an error", name, error=ended.exc_value)


def _with_priority(line: LogLine, log_format: LogFormat, number: int) -> str:
    """Return the line, or each of its lines, behind the priority."""
    return "".join(f"<{number}>{each}\n" for each in line.rendered(log_format).split("\n"))
