"""What a test does with the engine on the monitor's side of the lab: `python -m tests.probes.icmp.inside NAME …`.

A process cannot be in two networks at once, so these few lines run in one of their own and print what they saw.
"""

import asyncio
import json
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from monitor.clock import SystemClock
from monitor.probes.base import Target
from monitor.probes.icmp import engine
from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe
from monitor.sample import Sample


def hosts(count: int, first: str = "10.77.1.1") -> list[Target]:
    start = int(ip_address(first))
    return [Target(str(ip_address(start + n)), ip_address(start + n)) for n in range(count)]


async def samples(probe: IcmpProbe, targets: list[Target]) -> list[Sample]:
    return [sample async for sample in probe.run(targets)]


def verdicts(found: list[Sample]) -> dict[str, int]:
    return dict(Counter(str(sample.verdict) for sample in found))


async def stalled(probe: IcmpProbe) -> Any:
    """Our loop stands still for longer than the time-out while answers wait in the socket."""
    task = asyncio.create_task(samples(probe, hosts(200)))
    await asyncio.sleep(0.02)  # some echoes are out
    time.sleep(2.0)  # noqa: ASYNC251 (this is the fault)
    found = await task
    return verdicts(found), max(rtt for sample in found for rtt in sample.rtts_ns) / 1e6


async def clock_stepped(probe: IcmpProbe) -> Any:
    """The wall clock, as we read it, jumps to and fro by an hour at every reading."""
    real, readings = time.time_ns, iter(range(10**9))
    engine.time.time_ns = lambda: real() + (-1) ** next(readings) * 3_600_000_000_000  # type: ignore[attr-defined]
    found = await samples(probe, hosts(50))
    return verdicts(found), max(rtt for sample in found for rtt in sample.rtts_ns) / 1e6


async def overlapping(probe: IcmpProbe) -> Any:
    """Many rounds under way at once, over the same hosts and over both families."""
    six = [Target(f"fd77::{n:x}", ip_address(f"fd77::{n:x}")) for n in range(1, 30)]
    runs = [samples(probe, hosts(40) + six) for _ in range(25)]
    found = [sample for run in await asyncio.gather(*runs) for sample in run]
    return verdicts(found), sum(sample.received for sample in found), probe.counters.rejected()


async def overflowing(probe: IcmpProbe) -> Any:
    """The receive buffer has room for a few answers only, and nobody reads while they come."""
    path = probe._paths[4]
    path.socket._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    asyncio.get_running_loop().remove_reader(path.socket)
    probe._take_in = lambda path: None  # type: ignore[method-assign]
    found = await samples(probe, hosts(300))
    return verdicts(found), sorted({sample.reason for sample in found})


async def marked(probe: IcmpProbe) -> Any:
    """Packets with a hop limit and a DSCP of their own, between others without."""
    four, six = ip_address("10.77.9.9"), ip_address("fd77::9")
    special = [Target("four", four, ttl=7, dscp=46), Target("six", six, ttl=9, dscp=10)]
    found = await samples(probe, [*hosts(3), *special, *hosts(3, "10.77.2.1")])
    return verdicts(found)


async def paced(probe: IcmpProbe) -> Any:
    """How long 200 echoes take at 500 a second."""
    probe.options = IcmpOptions(echoes=1, timeout_s=0.5, rate_per_s=500)
    begun = time.monotonic()
    found = await samples(probe, hosts(200))
    return verdicts(found), time.monotonic() - begun


SCENES: dict[str, Callable[[IcmpProbe], Awaitable[Any]]] = {
    scene.__name__: scene for scene in (stalled, clock_stepped, overlapping, overflowing, marked, paced)
}


async def main(name: str, kind: str) -> None:
    options = IcmpOptions(echoes=2, spacing_s=0.1, timeout_s=1.0, rate_per_s=5_000, socket=kind)  # type: ignore[arg-type]
    probe = IcmpProbe(SystemClock(), options)
    probe.open()
    try:
        print(json.dumps(await SCENES[name](probe)))
    finally:
        probe.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
