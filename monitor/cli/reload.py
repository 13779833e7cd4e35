"""Run `reload`: have the running daemon read its configuration again, and wait for the result."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.errors import BAD_INPUT, CANNOT, Failure
from monitor.cli.language import _, lang
from monitor.cli.numbers import decimal
from monitor.domain.message import Message, message, messages

LOOK_EVERY_S = 0.05


def reload(
    context: typer.Context,
    timeout: Annotated[float, decimal(least=1, most=3_600, says="Seconds to wait for the result.")] = 80,
) -> None:
    """Make the running daemon read its configuration again; exit code 2 if it is refused, and nothing changes."""
    from monitor.settings import in_force

    directory = context.obj
    state = in_force.state_of(directory)
    found = in_force.read(state)
    if found is None or not found.lives:
        raise Failure(message("no daemon runs in {state}. Start it: upazila-monitor run", state=state), CANNOT)
    asked_ns = time.monotonic_ns()
    try:
        os.kill(found.pid, signal.SIGHUP)
    except PermissionError:
        said = message("the daemon (process {pid}) is another user's. Be that user, or root", pid=str(found.pid))
        raise Failure(said, CANNOT) from None
    except ProcessLookupError:
        raise Failure(_ended(found.pid), CANNOT) from None
    until_ns = asked_ns + round(timeout * 1e9)
    while found.asked_mono_ns < asked_ns:
        if not found.lives:
            raise Failure(_ended(found.pid), CANNOT)
        if time.monotonic_ns() > until_ns:
            said = message("the daemon (process {pid}) gave no verdict within {s:g} s", pid=str(found.pid), s=timeout)
            raise Failure(said, CANNOT)
        time.sleep(LOOK_EVERY_S)
        found = in_force.read(state) or found
    if found.refused:
        print(*_in_words(directory, found.refused), sep="\n", file=sys.stderr)
        said = messages(
            "{count} error; the configuration before stays in force.",
            "{count} errors; the configuration before stays in force.",
            len(found.refused),
        )
        raise Failure(said, BAD_INPUT)
    print(_("{directory}: read again, and in force.", directory=directory))


def _in_words(directory: Path, refused: Sequence[str]) -> Sequence[str]:
    """Return the problems in the language of the run: the daemon's English where the files have changed since."""
    from monitor.configuration import load
    from monitor.settings.problems import ConfigError

    try:
        load(directory)
    except ConfigError as error:
        known = {str(problem): problem.text(lang()) for problem in error.problems}
        return [known.get(problem, problem) for problem in refused]
    return refused


def _ended(pid: int) -> Message:
    return message("the daemon (process {pid}) has ended", pid=str(pid))
