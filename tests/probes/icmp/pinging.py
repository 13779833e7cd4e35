"""The engine inside the lab: how its tests ask."""

import asyncio
import errno
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from ipaddress import ip_address

from monitor.domain.clock import SystemClock
from monitor.domain.sample import Sample
from monitor.probes.base import Target
from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe
from monitor.probes.icmp.sockets import Opener
from tests.lab.namespace import Namespace

QUICK = {"echoes": 1, "spacing_s": 0.01, "timeout_s": 0.25, "rate_per_s": 0}


@asynccontextmanager
async def probe_in(namespace: Namespace, **options: object) -> AsyncIterator[IcmpProbe]:
    """An engine whose sockets live in that namespace; by default one echo each, unpaced, with a short time-out."""
    probe = IcmpProbe(SystemClock(), IcmpOptions(**{**QUICK, **options}), _opener(namespace))  # type: ignore[arg-type]
    probe.open()
    try:
        yield probe
    finally:
        probe.close()


def _opener(namespace: Namespace) -> Opener:
    def opener(family: int, kind: int, protocol: int) -> socket.socket:
        try:
            return namespace.open_socket(family, kind, protocol)
        except RuntimeError as error:
            if "PermissionError" not in str(error):
                raise
            raise PermissionError(errno.EPERM, "Operation not permitted") from error

    return opener


def targets(*addresses: str) -> list[Target]:
    return [Target.of(address, ip_address(address)) for address in addresses]


def crowd(count: int, first: str = "10.77.16.0") -> list[Target]:
    """So many neighbours, all of which answer."""
    start = ip_address(first)
    return targets(*(str(start + number) for number in range(count)))


async def ask(probe: IcmpProbe, due: Iterable[Target]) -> dict[str, Sample]:
    """One round: the sample of each target, of which there must be exactly one."""
    wanted = list(due)
    samples = [sample async for samples in probe.run(wanted) for sample in samples]
    assert sorted(sample.device for sample in samples) == sorted(target.device for target in wanted)
    return {sample.device: sample for sample in samples}


async def ask_in(namespace: Namespace, *addresses: str, **options: object) -> dict[str, Sample]:
    """One round by an engine of its own."""
    async with probe_in(namespace, **options) as probe:
        return await ask(probe, targets(*addresses))


async def eventually(true: Callable[[], bool], within_s: float) -> None:
    """Lets the loop turn until that is so."""
    give_up_mono_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < give_up_mono_s, f"not within {within_s:g} s"
        await asyncio.sleep(0)
