"""How a second terminal reaches the lab of the first: a word and an answer over a socket in the file system."""

import json
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.namespace import LabError

LOOK_AROUND_S = 1.0

Answer = tuple[bool, str]  # whether it was done, and in which words


class Control:
    """Listens at ``path`` while the ``with`` lasts. Keep the path short: a socket's name may have 107 bytes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        self._listener.bind(str(self._path))
        self._listener.listen()
        self._listener.settimeout(LOOK_AROUND_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def serve(self, act: Callable[[Sequence[str]], Answer], *, while_: Callable[[], bool]) -> None:
        """Answers each caller by ``act``, one after the other, in this very thread."""
        while while_():
            with suppress(TimeoutError):
                caller, _ = self._listener.accept()
                with caller, caller.makefile("rw", encoding="utf-8") as line, suppress(OSError, ValueError):
                    answer = act(json.loads(line.readline()))
                    line.write(json.dumps(answer) + "\n")


def ask(path: Path, words: Sequence[str]) -> Answer:
    """Asks whoever listens at ``path``; raises LabError when nobody does."""
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(path))
        except OSError:
            raise LabError("no lab is running here. Start one in another terminal: scripts/lab") from None
        with caller.makefile("rw", encoding="utf-8") as line:
            line.write(json.dumps(list(words)) + "\n")
            line.flush()
            answer = line.readline()
    if not answer:
        raise LabError("the lab has just ended")
    done, text = json.loads(answer)
    return done, text
