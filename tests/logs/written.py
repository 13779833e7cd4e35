"""What a test logs, and what stands in the log then."""

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.domain.log_events import LogFormat, LogLevel
from monitor.logs.journal import Journal
from monitor.logs.output import QUIET, LogOutput

LOG = logging.getLogger("monitor.somewhere")


@contextmanager
def written(
    log_format: LogFormat = "text", level: LogLevel = "info", journal: Journal | None = None
) -> Iterator[io.StringIO]:
    """The log of this process as it is written in the block; all is as before behind it."""
    loggers = [logging.getLogger(name) for name in ("monitor", *QUIET)]
    levels, root = [each.level for each in loggers], logging.getLogger()
    before, hook = (root.level, root.handlers[:]), threading.excepthook
    stream = io.StringIO()
    output = LogOutput(stream, journal)
    root.handlers = [output]
    output.use(log_format, level)
    try:
        yield stream
    finally:
        output.close()
        root.level, root.handlers = before
        threading.excepthook = hook
        logging.captureWarnings(False)
        for each, old in zip(loggers, levels, strict=True):
            each.setLevel(old)


def an_error(text: str) -> ValueError:
    """An error that was raised, with its traceback."""
    try:
        raise ValueError(text)
    except ValueError as error:
        return error
