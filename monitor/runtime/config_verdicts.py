"""Record the result of each reading of the configuration: for commands, the page and metrics."""

import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import zstandard

from monitor.domain.clock import Clock
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.runtime.live import RuntimeState
from monitor.settings import in_force
from monitor.settings.changed_offices import Reading
from monitor.settings.in_force import ConfigVerdict, InForce
from monitor.settings.problems import Problem

log = logging.getLogger(__name__)


class ConfigVerdicts:
    """The recorder; ``state``: the folder for them. By one thread at a time, the event loop's or another.

    A folder that cannot be written is logged, not fatal. Between two readings the files' texts are kept compressed.
    """

    def __init__(self, clock: Clock, live: RuntimeState, directory: Path, state: Path) -> None:
        self._clock, self._live, self._state = clock, live, state
        pid = os.getpid()
        started = in_force.started_of(pid)
        self._found = InForce(str(directory.absolute()), {}, secrets.token_hex(16), pid, started, 0)
        self._texts: dict[str, bytes] = {}
        self._contents: dict[str, str] = {}
        self._one_at_a_time = Lock()
        live.instance = self._found.instance  # by which a command knows that the answer on a port is ours

    @property
    def last(self) -> InForce:
        """Return the result of the last reading, without the files' texts. For any thread."""
        return self._found

    def accept(self, reading: Reading, asked_mono_ns: int) -> None:
        """Record the files that are in force from now on."""
        try:
            texts = {name: _packed(text) for name, text in in_force.without_secrets(reading.sources).items()}
            is_whole = bool(self._texts) or reading.offices is None  # else what could not be kept is missing still
            self._texts = reading.over(self._texts, texts) if is_whole else {}
        except ValueError as error:
            emit(log, LogEvent.CONFIG_NOT_KEPT, "the configuration is not kept for commands: %s", error)
            self._texts = {}
        self._contents = reading.over(self._contents, in_force.contents(reading.sources))
        self._live.verdict = ConfigVerdict(self._clock.utc(), watches=in_force.watched(self._contents))
        self._write(asked_mono_ns=asked_mono_ns, refused=())

    def refuse(self, problems: Sequence[Problem], asked_mono_ns: int) -> None:
        """Record that the files before stay in force, and why."""
        first = problems[0]
        where = ":".join(filter(None, (first.file, str(first.line or ""))))
        more = f" and {len(problems) - 1} more" * (len(problems) > 1)
        self._live.verdict = replace(self._live.verdict, refused=f"{where}{f', {first.key}' * bool(first.key)}{more}")
        self._write(asked_mono_ns=asked_mono_ns, refused=tuple(map(str, problems)))

    def page(self, address: str, trouble: str) -> None:
        """Record where the page listens, or why it cannot."""
        if (address, trouble) != (self._found.page, self._found.page_trouble):
            self._write(page=address, page_trouble=trouble)

    def _write(self, **changes: Any) -> None:
        with self._one_at_a_time:
            self._found = replace(self._found, **changes)
            files = {name: zstandard.decompress(text).decode() for name, text in self._texts.items()}
            try:
                in_force.write(self._state, replace(self._found, files=files))
            except OSError as error:
                path = str(self._state / in_force.FILE)
                emit(log, LogEvent.STATE_FILE_UNWRITTEN, "%s: cannot be written: %s", path, error.strerror, path=path)


def _packed(text: str) -> bytes:
    return zstandard.compress(text.encode(), level=1)
