"""Trace a route in a process of its own, off the loop."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence

TRACE = [sys.executable, "-P", "-m", "monitor.probes.trace"]
LONGEST_S = 30.0

Hops = Sequence[tuple[int, str]]
"""Distance from here, and the address that answered; the nearest first."""


class NoTrace(Exception):
    """No route can be traced from here; the message says why."""


async def traced(address: str) -> Hops | None:
    """Return the hops that answered on the way to an address; None when it took too long. Raises NoTrace."""
    process = await asyncio.create_subprocess_exec(
        *TRACE, address, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, limit=1024 * 1024
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            output, trouble = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NoTrace(trouble.decode(errors="replace").strip()[-300:])
    return [(distance, hop) for distance, hop in json.loads(output)]
