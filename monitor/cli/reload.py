"""Run `reload`: have the running daemon read its configuration again, and wait for the result."""

import os
import signal
import sys
import time
from typing import Annotated

import typer

from monitor.cli.errors import BAD_INPUT, CANNOT, Failure
from monitor.cli.numbers import decimal

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
        raise Failure(f"no daemon runs in {state}. Start it: upazila-monitor run", CANNOT)
    asked_ns = time.monotonic_ns()
    try:
        os.kill(found.pid, signal.SIGHUP)
    except PermissionError:
        raise Failure(f"the daemon (process {found.pid}) is another user's. Be that user, or root", CANNOT) from None
    except ProcessLookupError:
        raise Failure(f"the daemon (process {found.pid}) has just ended", CANNOT) from None
    until_ns = asked_ns + round(timeout * 1e9)
    while found.asked_mono_ns < asked_ns:
        if not found.lives:
            raise Failure(f"the daemon (process {found.pid}) ended meanwhile", CANNOT)
        if time.monotonic_ns() > until_ns:
            raise Failure(f"the daemon (process {found.pid}) gave no verdict within {timeout:g} s", CANNOT)
        time.sleep(LOOK_EVERY_S)
        found = in_force.read(state) or found
    for problem in found.refused:
        print(problem, file=sys.stderr)
    if found.refused:
        count = len(found.refused)
        raise Failure(f"{count} error{'s'[: count != 1]}; the configuration before stays in force.", BAD_INPUT)
    print(f"{directory}: read again, and in force.")
