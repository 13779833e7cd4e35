"""TCP: whether a port accepts connections, and how long its handshake takes."""

import asyncio
import time

from monitor.probes.services.base import Outcome, plain
from monitor.settings.services_section import ServiceCheck


async def check(wanted: ServiceCheck, timeout_s: float) -> Outcome:
    """Opens a connection and closes it; nothing is said."""
    begun_ns = time.monotonic_ns()
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(wanted.host, wanted.port)
    except (OSError, UnicodeError) as error:
        return Outcome(reason=plain(error))
    took_ns = time.monotonic_ns() - begun_ns
    writer.close()
    return Outcome(took_ns)
