"""Read and write small JSON files of the program in the state folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from monitor.domain.json_text import parse_json
from monitor.durable import write_durably
from monitor.plain_file import PlainFileError, read_bounded

T = TypeVar("T")


def read_state(file: Path, most_bytes: int, make: Callable[[Any], T]) -> T | None:
    """Read ``file`` and return what ``make`` makes of its JSON.

    None when there is no such plain file of at most ``most_bytes``, or ``make`` rejects its contents (by ValueError,
    TypeError, KeyError, AttributeError or OverflowError). Never waits, never raises.
    """
    try:
        return make(parse_json(read_bounded(file, most_bytes)))
    except (PlainFileError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def write_state(file: Path, content: object, mode: int = 0o640) -> None:
    """Replace ``file`` as a whole by ``content`` as JSON; raises OSError and leaves the old one."""
    write_durably(file, f"{json.dumps(content, ensure_ascii=False)}\n".encode(), mode)
