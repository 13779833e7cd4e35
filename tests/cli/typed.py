"""Commands as they are typed: done in this very process, or, where a process is the point, in one of their own."""

import contextlib
import gc
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from monitor.cli import main

PROGRAM = str(Path(sys.executable).parent / "upazila-monitor")


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def command(home: Path, *words: str) -> list[str]:
    """The line that does WORDS on the configuration of ``home``."""
    return [PROGRAM, "--config", str(home / "config"), *words]


def typed(home: Path, *words: str) -> Done:
    """Does `upazila-monitor --config HOME/config WORDS` in this process: Python need not start for each command."""
    return do(*command(home, *words)[1:])


def do(*words: str) -> Done:
    """Does `upazila-monitor WORDS` in this process; what it raises is raised here."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True) for _ in range(2))
    code = 0
    with (
        patch.object(sys, "argv", [PROGRAM, *words]),
        patch.object(sys, "stdin", io.StringIO()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            look_for_garbage()
    done = Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))
    assert "Traceback" not in done.stderr
    return done


THRESHOLD = gc.get_threshold()


def look_for_garbage() -> None:
    """As Python begins: a command, which lives for a moment, may have put it off for good."""
    gc.unfreeze()
    gc.set_threshold(*THRESHOLD)
    gc.enable()


def run(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Does the same in a process of its own."""
    done = subprocess.run(command(home, *words), capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return done
