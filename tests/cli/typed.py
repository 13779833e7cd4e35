"""A command as it is typed, done in this very process: a test of many commands need not start Python for each."""

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from monitor.cli import main


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def typed(home: Path, *words: str) -> Done:
    """Does `upazila-monitor --config HOME/config WORDS`."""
    said, complained, code = io.StringIO(), io.StringIO(), 0
    line = ["upazila-monitor", "--config", str(home / "config"), *words]
    with patch.object(sys, "argv", line), contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Done(code, said.getvalue(), complained.getvalue())
