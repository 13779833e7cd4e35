"""Prepare standard output and error: what cannot be encoded is escaped, and a reader who has gone is no error."""

import codecs
import os
import sys
from typing import TextIO

ESCAPED = "monitor-escaped"


def make_printable() -> None:
    r"""Write characters that a stream's encoding lacks as \uXXXX, as JSON does, so that JSON stays JSON."""
    codecs.register_error(ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


def flush() -> str:
    """Write out what is buffered.

    Return '' when it went, else 'gone' (the reader has left) or why it cannot be written.
    """
    trouble = ""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            trouble = trouble or "gone"
            _drop(stream)
        except OSError as error:
            trouble = trouble or (error.strerror or str(error))
            _drop(stream)
    return trouble


def _drop(stream: TextIO) -> None:
    """Discard what is still buffered: Python would try once more at its end, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
